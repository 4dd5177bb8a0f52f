import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../scripts/support/random.js';
import { type Id, newId } from '../../src/base/ids.js';
import { countedKey, type DayCounts } from '../../src/model/activity-log-counts.js';
import { sourceSystems } from '../../src/model/source-system.js';
import { ActivityLogStatsProjection, activityLogStatsParts } from '../../src/projections/activity-log-stats.js';
import { ActivityLogStatsService } from '../../src/services/activity-log-stats.js';
import { ActivityLogCounts } from '../../src/store/activity-log-counts.js';
import { toRecord } from '../../src/store/log-document.js';
import { startFolds } from '../support/folds.js';
import { entryDraft, openTestServices, viewerOf } from '../support/services.js';

const services = await openTestServices();
const { log, store } = services;
const seed = Number(process.env.SEED ?? 20_261_121);
const random = new SeededRandom(seed);
const one = <T>(list: readonly T[]): T => list[random.between(0, list.length - 1)]!;
const from = Date.parse('2026-03-27T00:00:00Z');

/** Values that any way of adding adds exactly, and others. */
const plain = [undefined, 0, 0.25, -3.5, 7, 1e6];
const uneven = [undefined, 0.1, 0.2, -0.3, 1e16, -1e16, 1e-9];

/** Entries of some days around a switch of clocks, in no order of time; some are removed soon, some late, some left half removed. */
async function live(workspaceId: Id, rounds: number, values = plain): Promise<void> {
  const living: Id[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const drafts = Array.from({ length: random.between(1, 40) }, () =>
      entryDraft({
        source: one(sourceSystems),
        action: one(['viewed', 'completed', 'a/b', '\u{10fffe}']),
        actionClass: one(['VIEWED', 'OTHER']),
        occurredAtMicros: 1000 * (from + random.between(0, 4 * 86_400_000)) + random.between(0, 999),
        value: one(values),
      }),
    );
    await services.writer.appendMany(workspaceId, drafts);
    living.push(...drafts.map(({ id }) => id));
    const gone = living.filter(() => random.next() < 0.1);
    await services.remover.removeMany(workspaceId, gone);
  }
}

/** Kills whoever writes, between any two documents. */
class Killed extends Error {}
class KilledCounts extends ActivityLogCounts {
  override async write(...[scope, counts]: Parameters<ActivityLogCounts['write']>): Promise<void> {
    for (const single of counts) {
      if (random.next() < 0.02) throw new Killed();
      await super.write(scope, [single]);
    }
  }
}

/** What a generation holds, without what holds nothing any more. */
async function held(workspaceId: Id, generation: number): Promise<unknown[]> {
  const counts = new ActivityLogCounts(store);
  const days = await counts.ofDays({ workspaceId, generation }, ['1700-01-01', '2249-12-31'], {});
  return days
    .filter(({ cells }) => cells.size > 0)
    .map(({ of, cells }: DayCounts) => [countedKey(of), [...cells.values()].sort((a, b) => a.quarter - b.quarter)])
    .sort();
}

/** The fold of everything there is, by pages cut at random, by processes that are killed and that write late. */
async function fold(workspaceId: Id, generation: number, counts: ActivityLogCounts): Promise<void> {
  const projection = new ActivityLogStatsProjection({ ...activityLogStatsParts(store), counts });
  const { seq: end } = await services.reader.settle(workspaceId);
  for (let seq = 0; seq < end; ) {
    try {
      const opened = await projection.open({ workspaceId, generation, seq, holder: 0 });
      const documents = await log.logs.readAfter(workspaceId, seq, random.between(1, 60), { through: end });
      const through = Number(documents.at(-1)!.seq);
      await opened.apply(documents.map(toRecord), through);
      // Killed before the checkpoint moved, the same and more is done again.
      if (random.next() < 0.8) seq = through;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
}

const byCounting = new ActivityLogStatsService({
  ...services,
  foldStates: { read: async () => undefined, requestRebuild: async () => {} },
});
const questions = ['HOUR', 'DAY', 'WEEK'].flatMap((interval) =>
  ['UTC', 'Europe/Berlin', 'Asia/Kathmandu'].flatMap((timeZone) =>
    [undefined, 'SOURCE', 'ACTION'].map((groupBy) => ({ interval, timeZone, groupBy, top: 3 }) as const),
  ),
) as Parameters<ActivityLogStatsService['get']>[1][];
const filters: Parameters<ActivityLogStatsService['get']>[1]['filter'][] = [
  {},
  { sources: ['THRIVE', 'GATEWAY'], actions: ['viewed', 'a/b'] },
  { omitActions: ['viewed'], actionClasses: ['OTHER'] },
  { occurredAfter: new Date(from + 86_400_000 + 900_000), occurredBefore: new Date(from + 2 * 86_400_000) },
  { sources: [] },
];

describe(`the fold that counts (seed ${seed})`, () => {
  it('holds the same however it is cut, killed and run again, lived through or made from the log', async () => {
    const workspaceId = await services.workspace();
    await live(workspaceId, 12, uneven);
    const killed = new KilledCounts(store);
    await fold(workspaceId, 1, killed);
    const early = await held(workspaceId, 1);
    expect(early.length).toBeGreaterThan(50);
    await live(workspaceId, 12, uneven);
    // Goes on where it was, through removals of what it had counted.
    const projection = new ActivityLogStatsProjection(activityLogStatsParts(store));
    await fold(workspaceId, 1, killed);
    await fold(workspaceId, 2, new ActivityLogCounts(store));
    const rebuilt = await held(workspaceId, 2);
    expect(await held(workspaceId, 1)).toEqual(rebuilt);
    expect(rebuilt).not.toEqual(early);
    // Whoever lost the lease long ago and writes its last page only now changes nothing.
    const late = await log.logs.readAfter(workspaceId, 30, 60);
    await (await projection.open({ workspaceId, generation: 2, seq: 30, holder: 0 })).apply(late.map(toRecord), 90);
    expect(await held(workspaceId, 2)).toEqual(rebuilt);
    while (await projection.erase(workspaceId, 1));
    expect(await held(workspaceId, 1)).toEqual([]);
    expect(await held(workspaceId, 2)).toEqual(rebuilt);
  });

  it('counts an entry that is hidden already, until its removal says that it is gone', async () => {
    const workspaceId = await services.workspace();
    const draft = entryDraft({ value: 3 });
    await services.writer.append(workspaceId, draft);
    await log.logs.hide(workspaceId, [draft.id], new Date(0));
    await fold(workspaceId, 1, new ActivityLogCounts(store));
    expect(await held(workspaceId, 1)).toMatchObject([[expect.any(String), [{ count: 1, values: 1, sum: [3] }]]]);
    await log.removal.sweep(workspaceId, 0);
    await fold(workspaceId, 1, new ActivityLogCounts(store));
    expect(await held(workspaceId, 1)).toEqual([]);
    await fold(workspaceId, 2, new ActivityLogCounts(store));
    expect(await held(workspaceId, 2)).toEqual([]);
  });

  it('answers what a count of the entries does, while it is behind and while it goes on', async () => {
    const workspaceId = await services.workspace();
    const folds = startFolds(services, [new ActivityLogStatsProjection(activityLogStatsParts(store))], {
      pageRecords: 20,
    });
    const here = viewerOf(workspaceId);
    for (let round = 0; round < 4; round += 1) {
      await live(workspaceId, 4);
      await log.folds.settle(workspaceId, 'activity-log-stats');
      for (const filter of filters) {
        for (const question of [one(questions), one(questions), one(questions)]) {
          const [answer, counted] = await Promise.all([
            services.statsService.get(here, { ...question, filter }),
            byCounting.get(here, { ...question, filter }),
          ]);
          expect(answer).toEqual(counted);
        }
      }
    }
    await folds.close();
    // Nobody makes it any more: what it lacks is taken from the log itself.
    await live(workspaceId, 3);
    for (const question of questions) {
      const answer = await services.statsService.get(here, question);
      expect(answer).toEqual(await byCounting.get(here, question));
    }
  });

  it('spares the store the entries, unless it cannot tell', async () => {
    const workspaceId = await services.workspace();
    await live(workspaceId, 3);
    const folds = startFolds(services, [new ActivityLogStatsProjection(activityLogStatsParts(store))]);
    await log.folds.settle(workspaceId, 'activity-log-stats');
    const here = viewerOf(workspaceId);
    const counted: unknown[] = [];
    const stats = { end: services.stats.end.bind(services.stats) };
    const watched = new ActivityLogStatsService({
      ...services,
      stats: { ...stats, rows: (...asked) => services.stats.rows(...asked).finally(() => counted.push(asked)) },
    });
    const isCounted = async (args: Parameters<typeof watched.get>[1], viewer = here) => {
      counted.length = 0;
      await watched.get(viewer, args);
      return counted.length > 0;
    };
    expect(await isCounted({ groupBy: 'SOURCE' })).toBe(false);
    expect(await isCounted({ filter: { sources: ['THRIVE'], actions: ['viewed'] }, timeZone: 'Asia/Kathmandu' })).toBe(
      false,
    );
    expect(await isCounted({ groupBy: 'USER' })).toBe(true);
    const day = { occurredAfter: new Date(from + 86_400_000), occurredBefore: new Date(from + 172_800_000) };
    expect(await isCounted({ filter: day })).toBe(false);
    expect(await isCounted({ filter: { ...day, search: 'word' } })).toBe(true);
    expect(await isCounted({ filter: { ...day, occurredAfter: new Date(from + 86_400_001) } })).toBe(true);
    const own = viewerOf(workspaceId, { scopes: ['activity_log:read:own'], userId: newId() });
    await watched.get(own, { groupBy: 'SOURCE' }).then(({ count }) => expect(count).toBe(0));
    // Clocks of Monrovia were 44 min 30 s behind.
    const old = { occurredAfter: new Date('1970-01-01'), occurredBefore: new Date('1970-01-02') };
    expect(await isCounted({ filter: old, timeZone: 'Africa/Monrovia' })).toBe(true);
    await services.remover.removeSource(workspaceId, 'THRIVE');
    await services.reader.settle(workspaceId);
    expect(await isCounted({ groupBy: 'SOURCE' })).toBe(true);
    expect(await isCounted({ groupBy: 'SOURCE', filter: { sources: ['AWORLD'] } })).toBe(false);
    await folds.close();
  });

  it('is made anew where retention let go of what it had counted, and is not asked until then', async () => {
    const workspaceId = await services.workspace();
    const folds = startFolds(services, [new ActivityLogStatsProjection(activityLogStatsParts(store))]);
    await live(workspaceId, 6);
    const first = await log.folds.settle(workspaceId, 'activity-log-stats');
    await log.retention.keepFrom(workspaceId, 40);
    const here = viewerOf(workspaceId);
    const counted = await byCounting.get(here, { groupBy: 'SOURCE' });
    expect(await services.statsService.get(here, { groupBy: 'SOURCE' })).toEqual(counted);
    await expect
      .poll(async () => (await services.foldStates.read(workspaceId, 'activity-log-stats'))?.serving?.generation)
      .toBe(first.generation + 1);
    const again = await services.statsService.get(here, { groupBy: 'SOURCE' });
    expect(again).toEqual(counted);
    await folds.close();
  });
});
