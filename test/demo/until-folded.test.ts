import { expect, it } from 'vitest';
import { untilFolded } from '../../src/demo.js';
import { projectionsOf } from '../../src/projections/projections.js';
import { startFolds } from '../support/folds.js';
import { entryDraft, openTestServices } from '../support/services.js';

const services = await openTestServices();
const { log, store, writer } = services;
const projections = projectionsOf(store);
const folds = projections.map(({ name }) => name);
const { signal } = new AbortController();

it('the demo is ready once all that is made from its log has come to the end of it', async () => {
  const workspaceId = await services.workspace();
  await writer.appendMany(
    workspaceId,
    Array.from({ length: 500 }, () => entryDraft()),
  );
  const { seq } = await log.feeds.settle(workspaceId);
  const waiting = untilFolded(log, workspaceId, { folds, signal });
  const started = startFolds(services, projections, { pageRecords: 50 });
  expect(await waiting).toBe(true);
  for (const name of folds) expect((await services.foldStates.read(workspaceId, name))!.serving!.seq).toBe(seq);
  await started.close();
});

it('whoever waits for what nobody makes is not kept for ever', async () => {
  const workspaceId = await services.workspace();
  await writer.append(workspaceId, entryDraft());
  expect(await untilFolded(log, workspaceId, { folds, signal, patienceMs: 50 })).toBe(false);
  const stopping = new AbortController();
  const waiting = untilFolded(log, workspaceId, { folds, signal: stopping.signal });
  stopping.abort();
  expect(await waiting).toBe(false);
});
