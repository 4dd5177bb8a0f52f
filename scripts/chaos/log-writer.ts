/**
 * One writer of the chaos test, as a process of its own so that it can be killed with -9.
 * It appends entries under keys that it counts up, removes some of its own, and prints a line for whatever the log
 * acknowledged: only what was printed counts as acknowledged. Started anew, it sends again what it does not know of.
 */
import { newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { openLog } from '../../src/log/log.js';
import type { EntryDraft } from '../../src/model/log-record.js';
import { connectStore } from '../../src/store/connect.js';
import { SeededRandom } from '../support/random.js';
import { insist } from './insist.js';
import { keyName } from './log-keys.js';

interface WriterOrder {
  readonly url: string;
  readonly database: string;
  readonly workspaceId: string;
  readonly name: string;
  /** The first key that is not known to be acknowledged. */
  readonly from: number;
  readonly seed: number;
}

const order = JSON.parse(process.argv[2]!) as WriterOrder;
const random = new SeededRandom(order.seed);
const store = await connectStore({ url: order.url, database: order.database, serverSelectionTimeoutMs: 10_000 });
const log = openLog({ store, logger: silentLogger, giveUpMs: 60_000 });

const draft = (key: number): EntryDraft => ({
  kind: 'entry',
  id: newId(),
  nativeKey: keyName(order.name, key),
  entry: {
    source: 'GATEWAY',
    connectionId: 'client:chaos',
    action: 'did',
    actionClass: 'OTHER',
    occurredAtMicros: Date.now() * 1000,
    actor: { kind: 'CLIENT', name: order.name },
    serial: order.name,
    summary: `entry ${key} of ${order.name}`,
    tags: ['chaos'],
  },
});

let stopping = false;
process.on('message', () => {
  stopping = true;
});
process.on('disconnect', () => process.exit(1));

/** Line by line on a pipe, which Node writes synchronously: what the harness reads was acknowledged. */
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

async function appendSome(keys: readonly number[]): Promise<void> {
  const results = await insist(() => log.recorder.appendMany(order.workspaceId, keys.map(draft)));
  for (const [index, { outcome, id, seq }] of results.entries()) tell(`A ${keys[index]} ${outcome} ${id} ${seq}`);
  const victim = results[0]!;
  if (random.next() < 0.1) {
    // A removal whose answer was lost is left to the sweeper; this writer was promised nothing.
    const removed = await log.removal.remove(order.workspaceId, victim.id).catch(() => undefined);
    if (removed) tell(`R ${victim.id} ${removed.seq}`);
  }
}

let next = order.from;
tell('READY');
while (!stopping) {
  // Several calls at once, so that groups form and a kill meets some of them under way.
  const calls = Array.from({ length: random.between(1, 5) }, () => {
    const keys = Array.from({ length: random.between(1, 8) }, () => next++);
    return appendSome(keys);
  });
  await Promise.all(calls);
}
tell('DONE');
await log.close();
await store.close();
process.disconnect?.();
