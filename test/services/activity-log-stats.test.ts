import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../scripts/support/random.js';
import { systemClock } from '../../src/base/clock.js';
import type { Id } from '../../src/base/ids.js';
import { type ActivityLog, occurredAt } from '../../src/model/activity-log.js';
import { type ActivityLogStats, type StatsGroup, statsGroupings } from '../../src/model/activity-log-stats.js';
import { bucketIntervals, bucketStart } from '../../src/model/buckets.js';
import { emailIdentity, nativeIdentity, userIdentity } from '../../src/model/identity.js';
import { sourceSystems } from '../../src/model/source-system.js';
import { TimeZone } from '../../src/model/time-zone.js';
import type { AskActivityLogStats } from '../../src/services/activity-log-stats.js';
import { ActivityLogStatsService } from '../../src/services/activity-log-stats.js';
import { ActivityLogStatsStore } from '../../src/store/activity-log-stats.js';
import { entryDraft, openTestServices, viewerOf } from '../support/services.js';
import { bucketName, groupOf, nameOfLocal, recount } from './stats/recount.js';

const services = await openTestServices();
const seed = Number(process.env.SEED ?? 20_260_329);
const random = new SeededRandom(seed);
const one = <T>(list: readonly T[]): T => list[random.between(0, list.length - 1)]!;

let workspaceId: Id;
/** Whom an identity is of, by the name of the person or by itself. */
const personOf = (key: string): string => people.get(key) ?? key;
const people = new Map<string, string>();

/** Both switches of 2026 in Europe lie here. */
const from = Date.parse('2026-03-20T00:00:00Z');
const through = Date.parse('2026-10-31T00:00:00Z');
const nearSwitch = [Date.parse('2026-03-29T00:00:00Z'), Date.parse('2026-10-25T00:00:00Z')];

const draft = () =>
  entryDraft({
    source: one(sourceSystems),
    action: one(['viewed', 'completed', '$sum', 'x.y', 'none']),
    occurredAtMicros:
      1000 *
        (random.next() < 0.4 ? one(nearSwitch) + random.between(0, 4 * 3_600_000) : random.between(from, through)) +
      random.between(0, 999),
    actor: { kind: 'USER', key: one([...people.keys(), 'n:THRIVE:c:unknown', undefined]), name: 'as the source says' },
    object: one([
      undefined,
      { type: 'course', id: '7', name: 'Old name' },
      { type: 'course', id: '8' },
      { type: 'course', name: 'No id' },
      { type: 'course', name: 'No id either' },
    ]),
    value: one([undefined, 0, 0.25, 7, -3.5]),
  });

beforeAll(async () => {
  workspaceId = await services.workspace();
  const here = viewerOf(workspaceId);
  const { results } = await services.userService.createMany(here, [
    { name: 'Ann', email: 'ann@x.org' },
    { name: 'Bob', email: 'bob@x.org' },
    { name: 'Ann too', email: 'ann.too@x.org' },
  ]);
  const [ann, bob, annToo] = results.map(({ node }) => node!.id);
  await services.userService.merge(here, { userId: annToo!, intoUserId: ann! });
  for (const key of [ann!, annToo!].map(userIdentity)) people.set(key, 'Ann');
  for (const key of ['ann@x.org', 'ann.too@x.org'].map(emailIdentity)) people.set(key, 'Ann');
  for (const key of [userIdentity(bob!), emailIdentity('bob@x.org')]) people.set(key, 'Bob');
  people.set(nativeIdentity('THRIVE', 'c', '1'), nativeIdentity('THRIVE', 'c', '1'));
  for (let round = 0; round < 4; round += 1) {
    const drafts = Array.from({ length: 150 }, draft);
    await services.writer.appendMany(workspaceId, drafts);
    await services.remover.removeMany(
      workspaceId,
      drafts.filter(() => random.next() < 0.15).map(({ id }) => id),
    );
  }
}, 60_000);

/** Every live entry of the workspace. */
async function entries(): Promise<ActivityLog[]> {
  const window = await services.reader.settle(workspaceId);
  return services.pages.find({ window, filter: {}, order: 'RECORDED_ASC' }, { limit: 10_000 });
}

const ask = (args: AskActivityLogStats): Promise<ActivityLogStats> =>
  services.statsService.get(viewerOf(workspaceId), args);

const total = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value);

/** Which of the recount's groups this is. */
function nameOfGroup({ kind, source, action, actorKey, object }: StatsGroup): string {
  if (kind !== 'VALUE') return kind.toLowerCase();
  if (object) return JSON.stringify([source, object.type, object.id ?? null, object.id ? null : object.name]);
  return source ?? action ?? personOf(actorKey!);
}

describe(`statistics of the log (seed ${seed})`, () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Lord_Howe'];
  /** Of hours one can ask for some weeks only: those around either switch. */
  const weeks = ['2026-03-15', '2026-10-01'].map((day) => ({
    occurredAfter: new Date(day),
    occurredBefore: new Date(Date.parse(day) + 35 * 86_400_000),
  }));
  const whole = { occurredAfter: new Date('1970-01-01'), occurredBefore: new Date('2100-01-01') };
  const asked = zones.flatMap((timeZone) =>
    bucketIntervals.flatMap((interval) =>
      (interval === 'HOUR' ? weeks : [whole]).map((window) => [interval, timeZone, window] as const),
    ),
  );

  it.each(asked)('by %s in %s are what a plain recount says, in every grouping', async (interval, timeZone, window) => {
    const all = await entries();
    expect(all.length).toBeGreaterThan(400);
    const filter = window === whole ? {} : window;
    const counted = all.filter(
      (entry) => occurredAt(entry) >= window.occurredAfter && occurredAt(entry) < window.occurredBefore,
    );
    expect(counted.length).toBeGreaterThan(50);
    const bucket = (entry: ActivityLog) => bucketName(interval, timeZone, occurredAt(entry));
    for (const groupBy of statsGroupings) {
      const stats = await ask({ filter, interval, timeZone, groupBy, top: 50 });
      const expected = recount(counted, bucket, (entry) => groupOf(groupBy, entry, personOf));
      const told = stats.buckets.flatMap(({ local, groups }) =>
        groups.flatMap(({ count, sum }, at) =>
          count > 0 ? [`${nameOfLocal(interval, local)} ${nameOfGroup(stats.groups[at]!)} ${count} ${sum}`] : [],
        ),
      );
      const wanted = [...expected].flatMap(([name, groups]) =>
        [...groups].map(([group, { count, values }]) => `${name} ${group} ${count} ${total(values)}`),
      );
      expect(told.sort()).toEqual(wanted.sort());
      expect(stats.count).toBe(counted.length);
      expect(stats.groups.reduce((sum, { count }) => sum + count, 0)).toBe(counted.length);
      expect(stats.groups.map(({ count }) => -count)).toEqual(
        stats.groups.map(({ count }) => -count).sort((a, b) => a - b),
      );
    }
  });

  it('keep the largest groups and put all others into one, so that totals stay true', async () => {
    const whole = await ask({ groupBy: 'OBJECT', top: 50 });
    const some = await ask({ groupBy: 'OBJECT', top: 3 });
    expect(whole.groups.length).toBeGreaterThan(10);
    expect(some.groups.map(({ kind }) => kind === 'OTHER')).toEqual([false, false, false, true]);
    expect(some.groups.slice(0, 3)).toEqual(whole.groups.slice(0, 3));
    expect(some.count).toBe(whole.count);
    expect(some.groups[3]!.count).toBe(whole.groups.slice(3).reduce((sum, { count }) => sum + count, 0));
    for (const [at, { count, sum, groups }] of some.buckets.entries()) {
      expect(groups.reduce((all, one) => all + one.count, 0)).toBe(count);
      expect(groups.reduce((all, one) => all + (one.sum ?? 0), 0)).toBe(sum ?? 0);
      expect([count, sum]).toEqual([whole.buckets[at]!.count, whole.buckets[at]!.sum]);
    }
    const none = await ask({ groupBy: 'OBJECT', top: 0 });
    expect(none.groups).toMatchObject([{ kind: 'OTHER', count: whole.count }]);
    expect((await ask({})).groups).toEqual([]);
  });

  it.each(bucketIntervals)(
    'by %s are the most recent where nobody says since when, however far away an entry is',
    async (interval) => {
      const other = await services.workspace();
      const clock = { ...systemClock, now: () => new Date('2026-11-21T12:00:00Z') };
      const here = viewerOf(other);
      const at = (...days: string[]) =>
        services.writer.appendMany(
          other,
          days.map((day) => entryDraft({ source: 'THRIVE', occurredAtMicros: Date.parse(day) * 1000 })),
        );
      const get = (service: ActivityLogStatsService, filter = {}) =>
        service.get(here, { filter, interval, timeZone: 'Europe/Berlin', groupBy: 'USER' });
      const service = new ActivityLogStatsService({ ...services, clock });
      const before = Date.parse('2026-11-21T11:00:00Z');
      const length = { HOUR: 3_600_000, DAY: 86_400_000, WEEK: 7 * 86_400_000 }[interval];
      const inside = new Date(before - 990 * length).toISOString();
      await at('1969-02-03T00:00:00Z', inside, '2026-11-21T11:00:00Z', '2190-01-01T00:00:00Z');
      const stats = await get(service);
      expect([stats.buckets.length, stats.count]).toEqual([1000, 2]);
      expect(stats.buckets.at(-1)!.start.getTime()).toBe(
        bucketStart(TimeZone.named('Europe/Berlin')!, interval, before),
      );
      for (const [index, { end }] of stats.buckets.slice(0, -1).entries()) {
        expect(end).toEqual(stats.buckets[index + 1]!.start);
      }
      // The future is shown to who asks for it.
      expect(await get(service, { occurredBefore: new Date('2200-01-01') })).toMatchObject({ count: 1 });
      expect(await get(service, { occurredBefore: new Date('2189-01-01') })).toMatchObject({ count: 2 });
      const ahead = { occurredAfter: new Date('2190-01-01'), occurredBefore: new Date('2190-01-02') };
      expect(await get(service, ahead)).toMatchObject({ count: 1 });
      // Where there is nothing else it is the end.
      expect(await get(service, { occurredAfter: new Date('2189-12-31') })).toMatchObject({ count: 1 });
    },
  );

  it('show the newest name of a thing, and its source', async () => {
    const { groups } = await ask({ groupBy: 'OBJECT', filter: { objectIds: ['7'], sources: ['THRIVE'] } });
    expect(groups).toMatchObject([{ source: 'THRIVE', object: { type: 'course', id: '7', name: 'Old name' } }]);
    const renamed = entryDraft({ source: 'THRIVE', object: { type: 'course', id: '7', name: 'New name' } });
    await services.writer.append(workspaceId, {
      ...renamed,
      entry: { ...renamed.entry, occurredAtMicros: from * 1000 },
    });
    const after = await ask({ groupBy: 'OBJECT', filter: { objectIds: ['7'], sources: ['THRIVE'] } });
    expect(after.groups[0]).toMatchObject({ object: { name: 'New name' }, count: groups[0]!.count + 1 });
  });

  it('are narrowed by the filter, and reach from its one end to the other though nothing happened there', async () => {
    const filter = {
      occurredAfter: new Date('2026-01-01T09:00:00Z'),
      occurredBefore: new Date('2026-01-04T00:00:00Z'),
    };
    const { buckets, count } = await ask({ filter, timeZone: 'UTC' });
    expect(count).toBe(0);
    expect(buckets.map(({ local, sum }) => [local, sum])).toEqual([
      ['2026-01-01T00:00:00+00:00', undefined],
      ['2026-01-02T00:00:00+00:00', undefined],
      ['2026-01-03T00:00:00+00:00', undefined],
    ]);
    expect((await ask({ filter: { actions: ['never'] } })).buckets).toEqual([]);
    expect((await ask({ filter: { sources: [] } })).count).toBe(0);
    const swapped = { occurredAfter: filter.occurredBefore, occurredBefore: filter.occurredAfter };
    expect((await ask({ filter: swapped })).buckets).toEqual([]);
  });

  it('no longer count a source from the moment that it is being removed', async () => {
    const other = await services.workspace();
    const drafts = [entryDraft({ source: 'FALKOR' }), entryDraft({ source: 'AWORLD' })];
    await services.writer.appendMany(other, drafts);
    await services.remover.removeSource(other, 'FALKOR');
    const { groups } = await services.statsService.get(viewerOf(other), { groupBy: 'SOURCE' });
    expect(groups).toMatchObject([{ source: 'AWORLD', count: 1 }]);
  });

  it('leave values out of sums that no sum could hold', async () => {
    const other = await services.workspace();
    const values = [1, 1e300, 1e300, -1e300, Number.POSITIVE_INFINITY, Number.NaN, undefined];
    await services.writer.appendMany(
      other,
      values.map((value) => entryDraft({ value })),
    );
    expect(await services.statsService.get(viewerOf(other), {})).toMatchObject({ count: 7, sum: 1 });
  });

  it('go on where retention keeps the log from', async () => {
    const other = await services.workspace();
    await services.writer.appendMany(
      other,
      Array.from({ length: 10 }, () => entryDraft()),
    );
    await services.log.retention.keepFrom(other, 8);
    expect(await services.statsService.get(viewerOf(other), {})).toMatchObject({ count: 3 });
  });

  it('show no more than their own to who may see no more', async () => {
    const [bob] = [...people].find(([, name]) => name === 'Bob')!;
    const own = viewerOf(workspaceId, { scopes: ['activity_log:read:own'], userId: bob.slice(2) });
    const mine = (await entries()).filter(({ actor }) => actor.key && personOf(actor.key) === 'Bob');
    const stats = await services.statsService.get(own, { groupBy: 'USER' });
    expect(stats.count).toBe(mine.length);
    expect(stats.groups).toHaveLength(1);
    const others = await services.statsService.get(own, { filter: { users: ['Ann'] } });
    expect(others.count).toBe(0);
    const nobody = viewerOf(workspaceId, { scopes: ['user:read'] });
    await expect(services.statsService.get(nobody, {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each([
    [{ timeZone: 'Mars/Phobos' }, 'BAD_USER_INPUT', 'timeZone'],
    [{ timeZone: '' }, 'BAD_USER_INPUT', 'timeZone'],
    [{ timeZone: '+01:00' }, 'BAD_USER_INPUT', 'timeZone'],
    [{ timeZone: 'x'.repeat(10_000) }, 'BAD_USER_INPUT', 'timeZone'],
    [{ top: -1 }, 'BAD_USER_INPUT', 'top'],
    [{ top: 51 }, 'BAD_USER_INPUT', 'top'],
    [{ interval: 'HOUR' as const, filter: { occurredAfter: new Date('2026-03-20') } }, 'TOO_COSTLY', 'interval'],
    [
      { filter: { occurredAfter: new Date('1700-01-02'), occurredBefore: new Date('2249-01-01') } },
      'TOO_COSTLY',
      'interval',
    ],
    [{ atLeast: 'nowhere' }, 'CURSOR_UNKNOWN', 'atLeast'],
  ])('refuse %j with %s', async (args, code, field) => {
    await expect(ask(args)).rejects.toMatchObject({ code, field });
  });

  it('say what to do where they take too long', async () => {
    const slow = new ActivityLogStatsService({
      ...services,
      stats: new ActivityLogStatsStore(services.store, { maxTimeMs: 1 }),
    });
    await services.store.db.command({ ping: 1 });
    const many = await services.workspace();
    for (let n = 0; n < 20; n += 1) {
      await services.writer.appendMany(
        many,
        Array.from({ length: 1000 }, () => entryDraft()),
      );
    }
    await expect(slow.get(viewerOf(many), { groupBy: 'OBJECT' })).rejects.toMatchObject({
      code: 'QUERY_TOO_SLOW',
      message: expect.stringContaining('narrow'),
    });
  });

  it('begin days and weeks where the store’s own time zones do', async () => {
    const moments = Array.from({ length: 400 }, () =>
      random.between(Date.parse('1975-01-01'), Date.parse('2037-01-01')),
    );
    const scratch = services.store.db.collection('moments');
    await scratch.insertMany(moments.map((at) => ({ _id: new ObjectId(), at: new Date(at) })));
    for (const name of [
      'UTC',
      'Europe/Berlin',
      'America/Sao_Paulo',
      'Asia/Kathmandu',
      'Pacific/Chatham',
      'Asia/Beirut',
    ]) {
      const zone = TimeZone.named(name)!;
      for (const interval of ['DAY', 'WEEK'] as const) {
        const unit = interval.toLowerCase();
        const start = { $dateTrunc: { date: '$at', unit, timezone: name, startOfWeek: 'monday' } };
        const told = await scratch.aggregate([{ $project: { at: 1, start } }]).toArray();
        expect(told).toHaveLength(400);
        for (const { at, start } of told) {
          expect(`${name} ${new Date(bucketStart(zone, interval, at.getTime())).toISOString()}`).toBe(
            `${name} ${start.toISOString()}`,
          );
        }
      }
    }
  });
});
