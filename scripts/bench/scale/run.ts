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
  /** Whether this size also tells what each index costs. */
  readonly withIndexCosts: boolean;
  readonly progress: Progress;
  report(latency: Latency): void;
}

const database = 'bench_scale';
const tail = 10_000;
const mostSamples = 300;
const caughtUpMs = 60_000;

/** Makes a log of so many entries on an engine of its own, and measures it. */
export function measureSize(entries: number, options: ScaleOptions): Promise<SizeFigures> {
  return withEngine(async (url) => {
    const store = await connectStore({ url, database });
    try {
      return await measureStore(store, url, entries, options);
    } finally {
      await store.close();
    }
  });
}

async function measureStore(store: Store, url: string, entries: number, options: ScaleOptions): Promise<SizeFigures> {
  const { progress, seconds, foldSeconds, withIndexCosts } = options;
  await setCache(store, options.cacheMegabytes);
  await ensureSchema(store);
  progress.tell(`${entries} entries: people, activities and pathways`);
  const world = await makeWorld(store, progress);
  const load = await loadEntries(store, world, entries, progress);
  const sizes = await sizesOf(store);
  const costs = withIndexCosts ? await indexCosts(store, world, progress) : undefined;
  const folds = await foldRest(store, world.workspaceId, foldSeconds, progress);
  progress.tell(`appending ${tail} entries`);
  const appendedPerSecond = await appendTail(store, world, { total: entries, tail }, progress);
  const tailFolds = await foldRest(store, world.workspaceId, foldSeconds, progress);
  progress.tell('asking');
  const { authorization } = world;
  const timed = await ScaleClient.start({ url, database, explains: false }, authorization);
  const { questions, ...measured } = await closing(timed, async () => {
    const questions = await questionsOf(timed, entries);
    const figures = await measure(timed, questions, { seconds, most: mostSamples }, options);
    return { ...figures, questions, foldedAfterMs: await caughtUp(store, world) };
  });
  progress.tell('asking what each read looks at');
  const explaining = await ScaleClient.start({ url, database, explains: true }, authorization);
  // What was too slow would be so twice more.
  const answered = measured.reads.filter(({ tooSlow, samples }) => tooSlow < samples).map(({ name }) => name);
  const answerable = questions.filter(({ name }) => answered.includes(name));
  const explained = await closing(explaining, () => explain(explaining, answerable, progress));
  return { entries, load, sizes, indexCosts: costs, folds, tailFolds, appendedPerSecond, explained, ...measured };
}

async function setCache({ db }: Store, megabytes: number | undefined): Promise<void> {
  if (megabytes === undefined) return;
  await db.admin().command({ setParameter: 1, wiredTigerEngineRuntimeConfig: `cache_size=${megabytes}M` });
}

async function closing<T>(client: ScaleClient, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await client.close();
  }
}

/** Waits until every fold reflects the log as it ends now. @returns how long that took, in milliseconds. */
async function caughtUp(store: Store, { workspaceId }: World): Promise<number> {
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
