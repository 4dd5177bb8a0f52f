/**
 * The writer of the live chaos test: appends entries and removes some of its own from a process of its own, until it is
 * told to stop. Nobody asks what it was promised: followers are held against the log itself.
 */
import { newId } from '../../src/base/ids.js';
import { answerWithin, sleep } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import { openLog } from '../../src/log/log.js';
import { connectStore } from '../../src/store/connect.js';
import { SeededRandom } from '../support/random.js';
import { someEntry } from './live-entries.js';
import { slowFactor } from './live-pace.js';

export interface LiveWriterOrder {
  readonly url: string;
  readonly database: string;
  readonly workspaceId: string;
  readonly users: readonly string[];
  readonly seed: number;
  /** Between two appends at most, in milliseconds. */
  readonly longestPauseMs: number;
}

/** What it is told while it goes on: to write less for a while, or that it is enough. */
export type LiveWriterMessage = 'stop' | { readonly isSlow: boolean };

const order = JSON.parse(process.argv[2]!) as LiveWriterOrder;
const random = new SeededRandom(order.seed);
const store = await connectStore({ url: order.url, database: order.database, serverSelectionTimeoutMs: 10_000 });
const log = openLog({ store, logger: silentLogger, holeMs: 200 });

let stopping = false;
let step = 'append';
let isSlow = false;
process.on('message', (told: LiveWriterMessage) => {
  if (told !== 'stop') {
    isSlow = told.isSlow;
    return;
  }
  stopping = true;
  // Whoever waits for us is told what we wait for.
  setTimeout(() => process.send!({ hangsIn: step }), 15_000).unref();
});
const abandoned = (): never => process.exit(1);
process.on('disconnect', abandoned);

/** Entries that it knows of and may remove: some at once, some when they are old. */
const known: string[] = [];

async function append(): Promise<void> {
  const drafts = Array.from({ length: random.between(1, 12) }, () => ({
    kind: 'entry' as const,
    id: newId(),
    entry: someEntry(random, order.users),
  }));
  step = 'append';
  const results = await log.recorder.appendMany(order.workspaceId, drafts);
  known.push(...results.map(({ id }) => id));
  for (let count = random.between(0, 2); count > 0 && known.length > 0; count -= 1) {
    step = 'remove';
    const [victim] = known.splice(random.between(0, known.length - 1), 1);
    // The driver may lose its promise as the engine dies; a sweeper completes what was begun.
    await answerWithin(10_000, log.removal.remove(order.workspaceId, victim!));
  }
}

process.send!('ready');
while (!stopping) {
  // What fails while the engine is away may or may not be in the log; either is right.
  await append().catch(() => sleep(100));
  await sleep(random.between(0, order.longestPauseMs) * (isSlow ? slowFactor : 1));
}
// A removal that was begun is completed by a sweeper; this one does not wait for it.
step = 'sweep';
await answerWithin(10_000, log.removal.sweep(order.workspaceId, 0)).catch(() => {});
step = 'close the log';
await log.close();
step = 'close the store';
await store.close();
step = `end: ${process.getActiveResourcesInfo()}`;
process.off('disconnect', abandoned);
process.disconnect();
