import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ActivityLogStatsDocument,
  CreateActivityLogsDocument,
  DeleteActivityLogDocument,
} from '../../schema/operations/operations.js';
import { Following, stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ env: { PULL_SOURCES: '0' } });
  const { alice, bob } = gateway.users;
  await record([
    { userId: alice, occurredAt: '2026-10-24T22:30:00Z', value: 1 },
    { userEmail: 'alice@example.com', occurredAt: '2026-10-25T22:59:59Z', value: 2.5 },
    { userId: bob, occurredAt: '2026-10-25T23:00:00Z' },
    { userEmail: 'nobody@example.com', occurredAt: '2026-10-27T00:00:00Z' },
  ]);
});
afterAll(() => gateway.close());

async function record(entries: { userId?: string; userEmail?: string; occurredAt: string; value?: number }[]) {
  const inputs = entries.map((entry) => ({ action: 'rode', object: { type: 'bike', id: 'b1' }, ...entry }));
  return gateway.data(CreateActivityLogsDocument, { inputs });
}

const berlin = { timeZone: 'Europe/Berlin', groupBy: 'USER' as const };

describe('activityLogStats', () => {
  it('counts by the clocks of a place, all that one person did as one', async () => {
    const { activityLogStats: stats } = await gateway.data(ActivityLogStatsDocument, berlin);
    expect(stats).toMatchObject({ interval: 'DAY', timeZone: 'Europe/Berlin', count: 4, sum: 3.5 });
    expect(stats.groups).toMatchObject([
      { kind: 'VALUE', count: 2, sum: 3.5, user: { name: 'Alice Miller' } },
      { kind: 'VALUE', count: 1, sum: null },
      { kind: 'VALUE', count: 1, sum: null },
    ]);
    expect(stats.groups.map(({ user, actor }) => user?.name ?? actor?.email).sort()).toEqual([
      'Alice Miller',
      'Bob Baker',
      'nobody@example.com',
    ]);
    expect(stats.buckets.map(({ local, start, count }) => [local, start, count])).toEqual([
      ['2026-10-25T00:00:00+02:00', '2026-10-24T22:00:00.000Z', 2],
      ['2026-10-26T00:00:00+01:00', '2026-10-25T23:00:00.000Z', 1],
      ['2026-10-27T00:00:00+01:00', '2026-10-26T23:00:00.000Z', 1],
    ]);
    expect(stats.buckets[0]!.groups).toEqual([
      { count: 2, sum: 3.5 },
      { count: 0, sum: null },
      { count: 0, sum: null },
    ]);
  });

  it('costs one look at the log where a time is given, and one at the people', async () => {
    const filter = { occurredAfter: '2026-10-24T22:00:00Z', occurredBefore: '2026-10-28T00:00:00Z' };
    await gateway.gateway.log.folds.settle(gateway.home.id, 'activity-log-stats');
    const about = (commands: string[]) =>
      commands.filter((command) => / (activity_logs|activity_log_counts|users)$/.test(command));
    const ask = (variables: object) => () => gateway.data(ActivityLogStatsDocument, { filter, ...variables });
    expect(about(await gateway.commandsOf(ask({ groupBy: 'OBJECT' })))).toEqual(['aggregate activity_logs']);
    expect(about(await gateway.commandsOf(ask({ groupBy: 'USER' })))).toEqual([
      'aggregate activity_logs',
      'find users',
      'find users',
    ]);
  });

  it('costs no look at the log where a fold has counted already', async () => {
    const filter = { occurredAfter: '2026-10-24T22:00:00Z', occurredBefore: '2026-10-28T00:00:00Z' };
    await gateway.gateway.log.folds.settle(gateway.home.id, 'activity-log-stats');
    const ask = () => gateway.data(ActivityLogStatsDocument, { filter, groupBy: 'SOURCE' });
    const commands = await gateway.commandsOf(async () => {
      expect((await ask()).activityLogStats).toMatchObject({ count: 4, sum: 3.5 });
    });
    expect(commands.filter((command) => / activity_log/.test(command))).toEqual(['find activity_log_counts']);
  });

  it('is of one place in the log: what is told after it is all that it lacks', async () => {
    const before = await gateway.data(ActivityLogStatsDocument, berlin);
    const { feedCursor, count } = before.activityLogStats;
    const late = await record([{ userId: gateway.users.bob, occurredAt: '2026-10-25T10:00:00Z', value: 4 }]);
    const id = late.createActivityLogs.results[0]!.activityLog!.id;
    const client = stockClient(gateway);
    const following = new Following(client, { after: feedCursor });
    await following.until(({ events }) => events.length === 1);
    expect(following.events).toMatchObject([{ activityLogId: id }]);
    await client.close();
    const { cursor } = late.createActivityLogs;
    const after = await gateway.data(ActivityLogStatsDocument, { ...berlin, atLeast: cursor });
    expect(after.activityLogStats).toMatchObject({ count: count + 1, sum: 7.5 });
    // Late as it came, it is in the day when it happened.
    expect(after.activityLogStats.buckets[0]).toMatchObject({ count: 3, sum: 7.5 });
    await gateway.data(DeleteActivityLogDocument, { id });
    const { activityLogStats: again } = await gateway.data(ActivityLogStatsDocument, berlin);
    expect(again).toMatchObject({ count, sum: 3.5, buckets: before.activityLogStats.buckets });
  });

  it('tells whoever may see no more than their own nothing else, and others whose name is not theirs to see none', async () => {
    const mine = await gateway.data(ActivityLogStatsDocument, berlin, { as: 'bob' });
    expect(mine.activityLogStats.groups).toMatchObject([{ count: 1, user: { name: 'Bob Baker' } }]);
    const abroad = await gateway.data(ActivityLogStatsDocument, berlin, { as: 'foreigner' });
    expect(abroad.activityLogStats).toMatchObject({ count: 0, buckets: [], groups: [] });
  });

  it('names what is wrong', async () => {
    const wrong = await gateway.query(ActivityLogStatsDocument, { timeZone: 'Mars/Phobos' });
    expect(wrong.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'timeZone' } }]);
    const filter = { occurredAfter: '2000-01-01T00:00:00Z', occurredBefore: '2026-01-01T00:00:00Z' };
    const many = await gateway.query(ActivityLogStatsDocument, { filter });
    expect(many.errors).toMatchObject([{ extensions: { code: 'TOO_COSTLY', field: 'interval' } }]);
    expect((await gateway.query(ActivityLogStatsDocument, {}, { as: 'nobody' })).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });
});
