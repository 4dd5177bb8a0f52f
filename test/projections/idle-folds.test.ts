import type { CommandStartedEvent } from 'mongodb';
import { expect, it } from 'vitest';
import type { Id } from '../../src/base/ids.js';
import { type Deferred, deferred } from '../../src/base/lifecycle.js';
import { FoldStates } from '../../src/store/fold-states.js';
import { LogStates } from '../../src/store/log-states.js';
import { startFolds } from '../support/folds.js';
import { addWorkspace } from '../support/people.js';
import { entryDraft, openServices } from '../support/services.js';
import { openTestStore } from '../support/store.js';
import { CountingProjection } from './counting.js';

const store = await openTestStore();
const watched = await openTestStore({ database: store.db.databaseName, monitorCommands: true });
const fold = 'test-counting';
const polls = 5;

/** A workspace of which a fold reflects all that there is. */
async function folded(seq: number, index: number): Promise<Id> {
  const { id: workspaceId } = await addWorkspace(store, `idle-${index}`);
  const logs = new LogStates(store);
  await logs.ensure(workspaceId, seq);
  await logs.raiseMark(workspaceId, seq);
  const states = new FoldStates(store);
  await states.ensure(workspaceId, fold);
  await states.begin(workspaceId, fold, { version: 1, epoch: 1 });
  const { building } = (await states.read(workspaceId, fold))!;
  await states.advance(workspaceId, fold, 'building', building!, seq);
  await states.promote(workspaceId, fold, building!);
  return workspaceId;
}

it('costs three commands a poll for any number of workspaces where there is nothing to do, and still begins where there is', async () => {
  const workspaces = await Promise.all(Array.from({ length: 50 }, (_, index) => folded(3, index)));
  const sent: string[] = [];
  const polled: Deferred<void> = deferred();
  watched.db.client.on('commandStarted', ({ commandName, command }: CommandStartedEvent) => {
    sent.push(`${commandName} ${command[commandName]}`);
    if (sent.filter((one) => one === 'find folds').length === polls) polled.resolve();
  });
  const folds = startFolds(openServices(watched), [new CountingProjection(watched)]);
  await polled.promise;
  const ofFolds = sent.filter((one) => /folds|log_states|leases|activity_logs|workspaces/.test(one));
  expect(ofFolds).toEqual(
    Array.from({ length: polls }, () => ['find workspaces', 'find log_states', 'find folds']).flat(),
  );

  const writer = openServices(store);
  const { seq } = await writer.log.recorder.append(workspaces[7]!, entryDraft());
  expect(await writer.log.folds.settle(workspaces[7]!, fold)).toMatchObject({ seq });
  await folds.close();
});
