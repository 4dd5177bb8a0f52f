import type { IndexDescription } from 'mongodb';
import { logCollection, logSchema } from '../../../src/store/activity-logs.js';
import type { Store } from '../../../src/store/connect.js';
import type { LogDocument } from '../../../src/store/log-document.js';
import { ensureSchema } from '../../../src/store/schema.js';
import { scaleDocument } from './load.js';
import type { Progress } from './progress.js';
import type { World } from './world.js';

/** How fast entries are inserted without one index; `undefined`: with all. */
export interface IndexCost {
  readonly left: string | undefined;
  readonly perSecond: number;
  /** Of the engine, for a thousand entries: what else the machine does changes it less. */
  readonly engineMs: number;
}

const sampleCollection = 'scale_index_costs';
const sampleEntries = 20_000;
const batchEntries = 1_000;
const rounds = 2;
const longestMs = 60_000;

/** Inserts the same entries, journaled, with all indexes of the log and without each of them, in turns; the better of two counts. */
export async function indexCosts(store: Store, world: World, { tell, checkStopped }: Progress): Promise<IndexCost[]> {
  const all = await indexesOf(store);
  const documents = Array.from({ length: sampleEntries }, (_, n) => scaleDocument(world, n, sampleEntries, n + 1));
  const variants = [undefined, ...all.map(({ name }) => name!)];
  const best = new Map<string | undefined, IndexCost>();
  const startedAt = performance.now();
  for (let round = 1; round <= rounds; round += 1) {
    if (performance.now() - startedAt > longestMs) break;
    tell(`what each index costs: round ${round} of ${rounds}`);
    for (const left of round % 2 ? variants : variants.toReversed()) {
      checkStopped();
      const indexes = all.filter(({ name }) => name !== left);
      const cost = await insertAll(store, indexes, documents);
      const { perSecond, engineMs } = best.get(left) ?? cost;
      best.set(left, {
        left,
        perSecond: Math.max(perSecond, cost.perSecond),
        engineMs: Math.min(engineMs, cost.engineMs),
      });
    }
  }
  return [...best.values()];
}

/** All but the one on the id, which cannot be left out. */
async function indexesOf(store: Store): Promise<IndexDescription[]> {
  const found = await store.db.collection(logCollection).indexes();
  return found.filter(({ name }) => name !== '_id_').map(({ v: _, ...index }) => index as IndexDescription);
}

async function insertAll(
  store: Store,
  indexes: readonly IndexDescription[],
  documents: readonly LogDocument[],
): Promise<Omit<IndexCost, 'left'>> {
  await ensureSchema(store, [{ name: sampleCollection, indexes, schema: logSchema }]);
  const sample = store.collection<LogDocument>(sampleCollection);
  const [startedAt, engineBefore] = [performance.now(), await engineMsOf(store)];
  for (let from = 0; from < documents.length; from += batchEntries) {
    await sample.insertMany(documents.slice(from, from + batchEntries), { ordered: false });
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const engineMs = (await engineMsOf(store)) - engineBefore;
  await store.db.dropCollection(sampleCollection);
  return { perSecond: documents.length / seconds, engineMs: (engineMs * 1000) / documents.length };
}

/** What the engine's process has computed so far; not a number where it does not say. */
async function engineMsOf(store: Store): Promise<number> {
  const { extra_info: info } = await store.db.admin().command({ serverStatus: 1 });
  return (Number(info?.user_time_us) + Number(info?.system_time_us)) / 1000;
}
