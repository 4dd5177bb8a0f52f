import { createHash } from 'node:crypto';
import { Long } from 'mongodb';
import { logCollection } from '../../../src/store/activity-logs.js';
import type { Store } from '../../../src/store/connect.js';
import { draftDocument, type LogDocument } from '../../../src/store/log-document.js';
import { LogStates } from '../../../src/store/log-states.js';
import { ensureSchema } from '../../../src/store/schema.js';
import { scaleDraft } from './entries.js';
import type { Progress } from './progress.js';
import type { World } from './world.js';

const batchEntries = 2_000;
const batchesAtOnce = 3;
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

export interface LoadFigures {
  readonly loadedPerSecond: number;
  readonly indexSeconds: number;
}

/** The n-th entry of a log as it lies in the store, under a number. */
export const scaleDocument = (world: World, n: number, total: number, seq: number): LogDocument => ({
  ...draftDocument(world.workspaceId, scaleDraft(n, total, world), new Date(), sha256),
  seq: Long.fromNumber(seq),
});

/**
 * Puts so many entries after what a log holds, without its indexes and without waiting for the journal; then makes the
 * indexes, and moves the counter and the mark, so that the log is one that was appended to. Nobody else may write meanwhile.
 */
export async function loadEntries(
  store: Store,
  world: World,
  total: number,
  { tell, checkStopped }: Progress,
): Promise<LoadFigures> {
  const states = new LogStates(store);
  const { seq: firstSeq } = (await states.read(world.workspaceId))!;
  const logs = store.db.collection<LogDocument>(logCollection, { writeConcern: { w: 1, j: false } });
  await logs.dropIndexes();
  const startedAt = performance.now();
  let next = 0;
  const loader = async (): Promise<void> => {
    while (next < total) {
      checkStopped();
      const from = next;
      next = Math.min(total, from + batchEntries);
      const documents: LogDocument[] = [];
      for (let n = from; n < next; n += 1) documents.push(scaleDocument(world, n, total, firstSeq + n + 1));
      await logs.insertMany(documents, { ordered: false });
      if (next % 100_000 < batchEntries) tell(`${next} of ${total} entries loaded`);
    }
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, loader));
  const loadedAt = performance.now();
  tell('making the indexes');
  await ensureSchema(store);
  await states.ensure(world.workspaceId, firstSeq + total);
  await states.raiseMark(world.workspaceId, firstSeq + total);
  return {
    loadedPerSecond: (total * 1000) / (loadedAt - startedAt),
    indexSeconds: (performance.now() - loadedAt) / 1000,
  };
}
