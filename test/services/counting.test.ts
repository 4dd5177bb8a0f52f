import type { CommandStartedEvent, Document } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../scripts/support/random.js';
import { decodePageCursor } from '../../src/base/cursor.js';
import { type Id, newId } from '../../src/base/ids.js';
import { filterFields } from '../../src/model/activity-log.js';
import { countsFold } from '../../src/model/activity-log-counts.js';
import type { ActivityLogFilter } from '../../src/model/activity-log-filter.js';
import { sourceSystems } from '../../src/model/source-system.js';
import type { Viewer } from '../../src/model/viewer.js';
import { ActivityLogStatsProjection, activityLogStatsParts } from '../../src/projections/activity-log-stats.js';
import { countEntries } from '../../src/services/activity-logs/counting.js';
import { ActivityLogService } from '../../src/services/activity-logs.js';
import { type ActivityLogList, ActivityLogPages } from '../../src/store/activity-log-pages.js';
import { toEntry } from '../../src/store/log-document.js';
import { startFolds, untilReached } from '../support/folds.js';
import { entryDraft, openServices, viewerOf } from '../support/services.js';
import { openTestStore } from '../support/store.js';

const services = openServices(await openTestStore({ monitorCommands: true }));
const { log, store } = services;
const seed = Number(process.env.SEED ?? 20_261_123);
const random = new SeededRandom(seed);
const one = <T>(list: readonly T[]): T => list[random.between(0, list.length - 1)]!;

/** Counts entries one by one where it is asked to, and says so. */
class WatchedPages extends ActivityLogPages {
  counted: ActivityLogList[] = [];

  override count(list: ActivityLogList): Promise<number> {
    this.counted.push(list);
    return super.count(list);
  }
}
const pages = new WatchedPages(store);
const logs = new ActivityLogService({ ...services, pages });

const from = Date.parse('2025-11-20T00:00:00Z');
const through = Date.parse('2026-03-05T00:00:00Z');
const busyDay = Date.parse('2026-01-31T00:00:00Z');

const actions = ['viewed', 'completed', 'a/b', '\u{10fffe}'];
const classes = ['VIEWED', 'OTHER'] as const;
const months = ['2025-12-01', '2026-01-01'].map(Date.parse);
const kinds = sourceSystems.length * actions.length * classes.length;

const draft = () =>
  entryDraft({
    source: one(sourceSystems),
    action: one(actions),
    actionClass: one(classes),
    occurredAtMicros:
      1000 * (random.next() < 0.5 ? random.between(from, through) : busyDay + random.between(0, 2 * 86_400_000)) +
      random.between(0, 999),
    tags: [one(['t1', 't2'])],
    value: one([undefined, 1]),
  });

/** Batches of entries; some are removed soon, some late. */
async function live(workspaceId: Id, rounds: number, most = 120): Promise<void> {
  const living: Id[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const drafts = Array.from({ length: random.between(1, most) }, draft);
    await services.writer.appendMany(workspaceId, drafts);
    living.push(...drafts.map(({ id }) => id));
    await services.remover.removeMany(
      workspaceId,
      living.filter(() => random.next() < 0.08),
    );
  }
}

/** So that the same kinds are in each month of a log of any length. */
const ofEachKind = (_: unknown, n: number) =>
  entryDraft({
    source: sourceSystems[n % sourceSystems.length]!,
    action: actions[Math.floor(n / sourceSystems.length) % actions.length]!,
    actionClass: classes[Math.floor(n / sourceSystems.length / actions.length) % classes.length]!,
    occurredAtMicros: 1000 * (months[Math.floor(n / kinds) % months.length]! + random.between(0, 31 * 86_400_000 - 1)),
  });

const someTime = (): Date => new Date(one([busyDay, from]) + random.between(0, 4 * 86_400_000));
const onQuarter = (date: Date): Date => new Date(Math.floor(date.getTime() / 900_000) * 900_000);

/** Each kind of filter alone, all of them together, times that end within quarters of an hour and times that do not. */
function filters(): ActivityLogFilter[] {
  const [early, late] = [someTime(), someTime()].sort((a, b) => a.getTime() - b.getTime()) as [Date, Date];
  const kinds: ActivityLogFilter[] = [
    {},
    { sources: ['THRIVE', 'GATEWAY'] },
    { sources: [] },
    { actions: ['viewed', 'a/b', '\u{10fffe}', 'never'] },
    { omitActions: ['viewed'] },
    { actionClasses: ['OTHER'] },
    { sources: ['AWORLD', 'THRIVE'], actions: ['viewed', 'completed'], actionClasses: ['VIEWED'] },
  ];
  const times: ActivityLogFilter[] = [
    { occurredAfter: early },
    { occurredBefore: late },
    { occurredAfter: early, occurredBefore: late },
    { occurredAfter: onQuarter(early), occurredBefore: onQuarter(late) },
    { occurredAfter: new Date('2025-12-01'), occurredBefore: new Date('2026-02-01') },
    { occurredAfter: late, occurredBefore: early },
    { occurredAfter: early, occurredBefore: new Date(early.getTime() + 1000) },
  ];
  return [...kinds, ...times, ...times.map((time) => ({ ...one(kinds), ...time })), { ...one(kinds), tags: ['t1'] }];
}

interface Counted {
  readonly told: number;
  /** Counted one by one, from the documents. */
  readonly documents: number;
  /** Whether what was told was counted one by one, too. */
  readonly isCounted: boolean;
}

/** What a list tells of its length, and what there is, at one place of the log. */
async function count(viewer: Viewer, filter: ActivityLogFilter, after?: string): Promise<Counted> {
  const { workspaceId } = viewer;
  pages.counted = [];
  const list = await logs.list(viewer, { filter, page: { first: 0, ...(after !== undefined && { after }) } });
  const told = await list.totalCount();
  const asked = await logs.resolveFilter(viewer, filter);
  const isCounted = pages.counted.some((looked) => JSON.stringify(looked.filter) === JSON.stringify(asked));
  const place = await services.reader.settle(workspaceId);
  const seq = after === undefined ? place.seq : decodePageCursor(after, 'activityLogs:OCCURRED_AT_DESC', 'after').seq;
  const window = { ...place, seq };
  const documents = await services.pages.count({ window, filter: asked, order: 'OCCURRED_AT_DESC' });
  return { told, documents, isCounted };
}

const fold = () => new ActivityLogStatsProjection(activityLogStatsParts(store));
const folded = (workspaceId: Id) => untilReached(log, workspaceId, [countsFold.name]);
const generation = async (workspaceId: Id) =>
  (await services.foldStates.read(workspaceId, countsFold.name))?.serving?.generation;

async function expectExact(viewer: Viewer, asked = filters(), after?: string): Promise<void> {
  for (const filter of asked) {
    const { told, documents } = await count(viewer, filter, after);
    expect([filter, told]).toEqual([filter, documents]);
  }
}

describe(`how many entries a list has (seed ${seed})`, () => {
  it('is what its documents are, wherever the fold is, whatever is being removed, at places of long ago too', async () => {
    const workspaceId = await services.workspace();
    const here = viewerOf(workspaceId);
    await live(workspaceId, 12);
    const folds = startFolds(services, [fold()], { pageRecords: 37 });
    await folded(workspaceId);
    for (let round = 0; round < 3; round += 1) {
      await live(workspaceId, 2, 60);
      const page = await logs.list(here, { page: { first: 5 } });
      if (round === 1) await folded(workspaceId);
      await expectExact(here);
      // Left hidden by somebody who was killed: some before their removals were recorded, some after.
      const living = await services.pages.find(
        { window: await services.reader.settle(workspaceId), filter: {}, order: 'OCCURRED_AT_DESC' },
        { limit: 1000 },
      );
      const ids = living.map(({ id }) => id).filter(() => random.next() < 0.1);
      const hidden = (await log.logs.hide(workspaceId, ids, new Date(0))).map(toEntry);
      const isSaid = hidden.filter(() => random.next() < 0.5);
      await expectExact(here);
      await log.recorder.appendMany(
        workspaceId,
        isSaid.map((entry) => ({
          kind: 'removed',
          id: newId(),
          nativeKey: entry.id,
          targetId: entry.id,
          target: filterFields(entry),
        })),
      );
      await expectExact(here);
      if (round === 0) await folded(workspaceId);
      await expectExact(here);
      await log.removal.sweep(workspaceId, 0);
      await live(workspaceId, 2, 60);
      await folded(workspaceId);
      // As somebody sees it who reads on from a page of before all that.
      await expectExact(here, filters(), page.items.at(-1)!.cursor);
    }
    expect((await count(here, {})).isCounted).toBe(false);
    await folds.close();
    // Nobody makes it any more: what it lacks is taken from the log.
    await live(workspaceId, 3);
    expect((await count(here, {})).isCounted).toBe(false);
    await expectExact(here);
  });

  it('is between what was there before it was asked for and what was after, while entries come and go', async () => {
    const workspaceId = await services.workspace();
    const here = viewerOf(workspaceId);
    await live(workspaceId, 10);
    const folds = startFolds(services, [fold()], { pageRecords: 20 });
    await folded(workspaceId);
    const { documents: atFirst } = await count(here, {});
    const [written, gone] = [
      { begun: 0, done: 0 },
      { begun: 0, done: 0 },
    ];
    let isOver = false;
    const write = async () => {
      while (!isOver) {
        const drafts = Array.from({ length: random.between(1, 20) }, draft);
        written.begun += drafts.length;
        await services.writer.appendMany(workspaceId, drafts);
        written.done += drafts.length;
        const some = drafts.filter(() => random.next() < 0.4).map(({ id }) => id);
        gone.begun += some.length;
        await services.remover.removeMany(workspaceId, some);
        gone.done += some.length;
      }
    };
    const writers = [write(), write()];
    for (let asked = 0; asked < 60; asked += 1) {
      const [writtenBefore, goneBefore] = [written.done, gone.done];
      const told = await (await logs.list(here, { page: { first: 0 } })).totalCount();
      expect(told).toBeGreaterThanOrEqual(atFirst + writtenBefore - gone.begun);
      expect(told).toBeLessThanOrEqual(atFirst + written.begun - goneBefore);
    }
    isOver = true;
    await Promise.all(writers);
    await expectExact(here);
    await folds.close();
  });

  it('leaves out a source from the moment that it is being removed', async () => {
    const workspaceId = await services.workspace();
    const here = viewerOf(workspaceId);
    await live(workspaceId, 12);
    const folds = startFolds(services, [fold()]);
    await folded(workspaceId);
    await services.remover.removeSource(workspaceId, 'THRIVE');
    await services.reader.settle(workspaceId);
    expect(await count(here, {})).toMatchObject({ isCounted: true });
    expect(await count(here, { sources: ['THRIVE'] })).toMatchObject({ isCounted: true, told: 0 });
    expect(await count(here, { sources: ['AWORLD', 'FALKOR'] })).toMatchObject({ isCounted: false });
    await expectExact(here);
    const steps = [true];
    await log.removal.sweepSources(workspaceId, () => steps.pop() ?? false);
    await expectExact(here);
    await log.removal.sweepSources(workspaceId);
    await expectExact(here);
    await services.writer.append(workspaceId, draft());
    await folded(workspaceId);
    await expect.poll(async () => (await services.reader.settle(workspaceId)).erasures).toEqual([]);
    expect(await count(here, {})).toMatchObject({ isCounted: false });
    await expectExact(here);
    await folds.close();
  });

  it('is counted one by one where the log begins elsewhere than the fold, until that is made anew', async () => {
    const workspaceId = await services.workspace();
    const here = viewerOf(workspaceId);
    await live(workspaceId, 16);
    const folds = startFolds(services, [fold()]);
    await folded(workspaceId);
    const first = await generation(workspaceId);
    await log.retention.keepFrom(workspaceId, 90);
    await services.writer.append(workspaceId, draft());
    await expectExact(here);
    await expect.poll(() => generation(workspaceId)).toBe(first! + 1);
    expect(await count(here, {})).toMatchObject({ isCounted: false });
    await expectExact(here);
    await live(workspaceId, 2);
    await expectExact(here);
    // Who has not seen yet that the log begins later has nothing made anew for that.
    const wanted: Id[] = [];
    const foldStates = {
      read: services.foldStates.read.bind(services.foldStates),
      requestRebuild: async (id: Id) => void wanted.push(id),
    };
    const place = await services.reader.settle(workspaceId);
    const countFrom = async (firstSeq: number) => {
      const list = { window: { ...place, firstSeq }, filter: {}, order: 'OCCURRED_AT_DESC' } as const;
      const told = await countEntries({ ...services, foldStates }, list, place.epoch);
      expect(told).toBe(await services.pages.count(list));
      return wanted.length;
    };
    expect(place.firstSeq).toBe(90);
    expect([await countFrom(89), await countFrom(90), await countFrom(91)]).toEqual([0, 0, 1]);
    await folds.close();
  });

  it('is counted one by one where the fold cannot tell, or not for this', async () => {
    const workspaceId = await services.workspace();
    const here = viewerOf(workspaceId);
    await live(workspaceId, 14);
    const isExact = async (filter: ActivityLogFilter, isCounted: boolean, viewer = here) => {
      const counted = await count(viewer, filter);
      expect([counted.isCounted, counted.told]).toEqual([isCounted, counted.documents]);
      return counted.told;
    };
    // Not made yet.
    await isExact({}, true);
    const folds = startFolds(services, [fold()]);
    await folded(workspaceId);
    await isExact({}, false);
    await isExact({ tags: ['t1'] }, true);
    await isExact({ sources: ['THRIVE'], search: 'nothing' }, true);
    await isExact({ users: ['nobody@example.com'] }, true);
    const own = viewerOf(workspaceId, { scopes: ['activity_log:read:own'], userId: newId() });
    expect(await isExact({}, true, own)).toBe(0);
    expect(await isExact({ sources: ['THRIVE'] }, true, own)).toBe(0);
    await folds.close();
    // Somebody doubts it.
    await services.foldStates.requestRebuild(workspaceId, countsFold.name);
    await isExact({}, true);
    const again = startFolds(services, [fold()]);
    await folded(workspaceId);
    await expect.poll(() => generation(workspaceId)).toBe(2);
    await isExact({}, false);
    await again.close();
    // Far behind: what it lacks is not read one by one either.
    await services.writer.appendMany(workspaceId, Array.from({ length: 1000 }, draft));
    await services.writer.appendMany(workspaceId, Array.from({ length: 950 }, draft));
    await isExact({ sources: ['AWORLD'] }, false);
    await services.writer.appendMany(workspaceId, Array.from({ length: 100 }, draft));
    await isExact({ sources: ['AWORLD'] }, true);
  });

  it('costs the same whatever the length of the log', async () => {
    const looks: unknown[][] = [];
    for (const entries of [1_000, 8_000]) {
      const workspaceId = await services.workspace();
      for (let n = 0; n < entries; n += 1000) {
        await services.writer.appendMany(workspaceId, Array.from({ length: 1000 }, ofEachKind));
      }
      const folds = startFolds(services, [fold()]);
      await folded(workspaceId);
      const time = { occurredAfter: new Date('2025-12-01'), occurredBefore: new Date('2026-02-01') };
      const asked = [{}, time, { sources: ['THRIVE'] }, { ...time, actions: ['viewed'] }] as ActivityLogFilter[];
      const all: unknown[] = [];
      for (const filter of asked) {
        const { told, documents, isCounted } = await count(viewerOf(workspaceId), filter);
        expect([told, isCounted]).toEqual([documents, false]);
        const list = await logs.list(viewerOf(workspaceId), { filter, page: { first: 0 } });
        all.push(await looksOf(() => list.totalCount()));
      }
      looks.push(all);
      await folds.close();
    }
    expect(looks[1]).toEqual(looks[0]);
    const [start, hidden] = [
      ['activity_log_counts', 1, ['IXSCAN']],
      ['activity_logs', 0, ['IXSCAN']],
    ];
    const sums = [1, months.length, kinds, kinds * months.length].map((n) => ['activity_log_counts', n, ['IXSCAN']]);
    expect(looks[0]).toEqual(sums.map((sum) => [start, hidden, sum]));
  });
});

/** What is read of the log and of its counts, and how many documents the server looks at for each. */
async function looksOf(work: () => Promise<unknown>): Promise<unknown[]> {
  const sent: Document[] = [];
  const keep = ({ commandName, command }: CommandStartedEvent): void => {
    const collection = command[commandName];
    if (collection === 'activity_log_counts') sent.push(command);
    // What the feed and the fold read for themselves begins otherwise.
    else if (collection === 'activity_logs' && (commandName === 'aggregate' || command.hint)) sent.push(command);
  };
  store.db.client.on('commandStarted', keep);
  await work();
  store.db.client.off('commandStarted', keep);
  return Promise.all(
    sent.map(async ({ lsid: _lsid, $db: _db, $clusterTime: _time, ...command }) => {
      const explained = JSON.stringify(await store.db.command({ explain: command, verbosity: 'executionStats' }));
      const examined = /"totalDocsExamined":(\d+)/.exec(explained)?.[1];
      const stages = [...explained.matchAll(/"stage":"(COLLSCAN|IXSCAN|IDHACK)"/g)].map(([, stage]) => stage);
      return [command.find ?? command.aggregate, Number(examined), [...new Set(stages)]];
    }),
  );
}
