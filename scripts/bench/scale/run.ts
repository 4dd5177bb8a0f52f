import { sleep } from '../../../src/base/lifecycle.js';
import { projectionsOf } from '../../../src/projections/projections.js';
import type { Store } from '../../../src/store/connect.js';
import { connectStore } from '../../../src/store/connect.js';
import { FoldStates } from '../../../src/store/fold-states.js';
import { LogStates } from '../../../src/store/log-states.js';
import { ensureSchema } from '../../../src/store/schema.js';
import { withEngine } from '../bench-engine.js';
import { appendTail } from './append.js';
import { type Explained, ScaleClient } from './client.js';
import { type FoldFigure, foldRest } from './folds.js';
import { type IndexCost, indexCosts } from './index-costs.js';
import type { Latency } from './latency.js';
import { type LoadFigures, loadEntries } from './load.js';
import { explain, type Measured, measure, questionsOf } from './measure.js';
import type { Timed } from './operations.js';
import type { Progress } from './progress.js';
import { type Sizes, sizesOf } from './sizes.js';
import { makeWorld, type World } from './world.js';

/** Everything that was found out about a log of one size. */
export interface SizeFigures extends Measured {
  readonly entries: number;
  readonly load: LoadFigures;
  readonly sizes: Sizes;
  /** From nothing, and of what was appended last. */
  readonly folds: readonly FoldFigure[];
  readonly tailFolds: readonly FoldFigure[];
  readonly appendedPerSecond: number;
  /** After the last single entry until every fold reflects it, in the gateway that took it. */
  readonly foldedAfterMs: number;
  readonly explained: ReadonlyMap<string, Explained>;
  readonly indexCosts?: readonly IndexCost[];
}

export interface ScaleOptions {
  /** Of each timed operation. */
  readonly seconds: number;
  /** Of each fold. */
  readonly foldSeconds: number;
  /** Absent: what the engine takes by itself. */
  readonly cacheMegabytes?: number;
  /** Whether it is also told what each index costs. */
  readonly withIndexCosts: boolean;
  readonly progress: Progress;
  report(latency: Latency): void;
}

const database = 'bench_scale';
const tail = 10_000;
const mostSamples = 300;
const caughtUpMs = 60_000;

/** Makes a log of each size, on an engine of its own, and then measures all of them in turns. */
export function measureSizes(
  sizes: readonly number[],
  options: ScaleOptions,
  made: readonly Made[] = [],
): Promise<SizeFigures[]> {
  const [entries, ...others] = sizes;
  if (entries === undefined) return measureMade(made, options);
  return withEngine(async (url) => {
    const store = await connectStore({ url, database });
    try {
      const isFirst = made.length === 0;
      return await measureSizes(others, options, [...made, await make({ store, url, entries, isFirst }, options)]);
    } finally {
      await store.close();
    }
  });
}

interface Place {
  readonly store: Store;
  readonly url: string;
  readonly entries: number;
  readonly isFirst: boolean;
}

/** A log that is filled, with what was found out meanwhile. */
interface Made extends Place {
  readonly world: World;
  readonly figures: Omit<SizeFigures, keyof Measured | 'foldedAfterMs' | 'explained'>;
}

async function make(place: Place, options: ScaleOptions): Promise<Made> {
  const { store, entries, isFirst } = place;
  const { progress, foldSeconds, withIndexCosts } = options;
  await setCache(store, options.cacheMegabytes);
  await ensureSchema(store);
  progress.tell(`${entries} entries: people, activities and pathways`);
  const world = await makeWorld(store, progress);
  const load = await loadEntries(store, world, entries, progress);
  const sizes = await sizesOf(store);
  const costs = withIndexCosts && isFirst ? await indexCosts(store, world, progress) : undefined;
  const folds = await foldRest(store, world.workspaceId, foldSeconds, progress);
  progress.tell(`appending ${tail} entries`);
  const appendedPerSecond = await appendTail(store, world, { total: entries, tail }, progress);
  const tailFolds = await foldRest(store, world.workspaceId, foldSeconds, progress);
  const figures = { entries, load, sizes, indexCosts: costs, folds, tailFolds, appendedPerSecond };
  return { ...place, world, figures };
}

async function measureMade(all: readonly Made[], options: ScaleOptions): Promise<SizeFigures[]> {
  const { progress, seconds } = options;
  progress.tell('asking');
  const { questions, measured, foldedAfterMs } = await withGateways(all, false, async (clients) => {
    const asked: Timed[][] = [];
    for (const [at, { entries }] of all.entries()) asked.push(await questionsOf(clients[at]!, entries));
    const measurable = all.map(({ entries }, at) => ({ entries, client: clients[at]!, questions: asked[at]! }));
    const figures = await measure(measurable, { seconds, most: mostSamples }, options);
    return { questions: asked, measured: figures, foldedAfterMs: await Promise.all(all.map(caughtUp)) };
  });
  progress.tell('asking what each read looks at');
  return withGateways(all, true, async (clients) => {
    const sizes: SizeFigures[] = [];
    for (const [at, { figures }] of all.entries()) {
      // What was too slow would be so twice more.
      const slow = measured[at]!.reads.filter(({ tooSlow, samples }) => tooSlow === samples).map(({ name }) => name);
      const answerable = questions[at]!.filter(({ name }) => !slow.includes(name));
      const explained = await explain(clients[at]!, answerable, progress);
      sizes.push({ ...figures, ...measured[at]!, foldedAfterMs: foldedAfterMs[at]!, explained });
    }
    return sizes;
  });
}

/** Does something with a gateway over each log, and ends them. */
async function withGateways<T>(
  all: readonly Made[],
  explains: boolean,
  work: (clients: readonly ScaleClient[]) => Promise<T>,
): Promise<T> {
  const clients: ScaleClient[] = [];
  try {
    for (const { url, world } of all) {
      clients.push(await ScaleClient.start({ url, database, explains }, world.authorization));
    }
    return await work(clients);
  } finally {
    for (const client of clients) await client.close();
  }
}

async function setCache({ db }: Store, megabytes: number | undefined): Promise<void> {
  if (megabytes === undefined) return;
  await db.admin().command({ setParameter: 1, wiredTigerEngineRuntimeConfig: `cache_size=${megabytes}M` });
}

/** Waits until every fold reflects the log as it ends now. @returns how long that took, in milliseconds. */
async function caughtUp({ store, world: { workspaceId } }: Made): Promise<number> {
  const startedAt = performance.now();
  const end = (await new LogStates(store).read(workspaceId))!.seq;
  const states = new FoldStates(store);
  const behind = async (name: string): Promise<boolean> =>
    ((await states.read(workspaceId, name))?.serving?.seq ?? 0) < end;
  for (const { name } of projectionsOf(store)) {
    while (await behind(name)) {
      if (performance.now() - startedAt > caughtUpMs) return Number.NaN;
      await sleep(20);
    }
  }
  return performance.now() - startedAt;
}
