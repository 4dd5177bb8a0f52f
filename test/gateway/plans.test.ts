import { print } from 'graphql';
import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ActivityLogStatsDocument,
  ActivityLogsWithUsersDocument,
  BookmarkNotificationsDocument,
  CountActivityLogsDocument,
  CreateActivitiesDocument,
  CreateActivityLogsDocument,
  CreatePathwayDocument,
  CreateUsersDocument,
  EnrolUsersDocument,
  MarkNotificationUnreadDocument,
  NotificationsDocument,
} from '../../schema/operations/operations.js';
import { createSchema } from '../../src/graphql/schema.js';
import type { Services } from '../../src/graphql/services.js';
import { activityLogOrders } from '../../src/model/activity-log-order.js';
import { everyOperation, type Run } from '../support/every-operation.js';
import { stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { addKey } from '../support/people.js';
import { plansOf, readsOf } from '../support/plans.js';
import { TestSystems } from '../support/sources.js';

let gateway: TestGateway;
let pathwayId: string;
const alice = { as: 'alice' } as const;
beforeAll(async () => {
  const { connectors } = new TestSystems();
  gateway = await startGateway({ connectors, env: { PULL_SOURCES: '0' } });
  const key = (id: string) => addKey(gateway.store, gateway.home.id, ['*'], id);
  gateway.people.alice = await key(gateway.users.alice);
  gateway.people.bob = await key(gateway.users.bob);
  await fill();
});
afterAll(() => gateway.close());

/** Enough for the server to have a choice. */
async function fill(): Promise<void> {
  const inputs = Array.from({ length: 100 }, (_, n) => ({ name: `Person ${n}`, email: `p${n}@x.example` }));
  const { createUsers } = await gateway.data(CreateUsersDocument, { inputs });
  const definitions = Array.from({ length: 100 }, (_, n) => ({ key: `k${n}`, name: `Activity ${n}` }));
  await gateway.data(CreateActivitiesDocument, { inputs: definitions });
  const { createPathway } = await gateway.data(CreatePathwayDocument, { input: { key: 'p', name: 'Path' } });
  pathwayId = createPathway.pathway.id;
  const users = createUsers.results.map(({ user }) => ({ userId: user!.id, groups: ['a'] }));
  await gateway.data(EnrolUsersDocument, { input: { pathwayId, users } });
  const entries = Array.from({ length: 1000 }, (_, n) => ({
    action: `a${n % 5}`,
    userId: users[n % 100]!.userId,
    activityKey: `k${n % 100}`,
    pathwayId: n % 3 ? undefined : pathwayId,
    object: { type: 'doc', id: `o${n % 50}` },
    platform: n % 2 ? 'ios' : 'web',
    serial: `s${n % 50}`,
    tags: [`t${n % 10}`],
    occurredAt: new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString(),
  }));
  await gateway.data(CreateActivityLogsDocument, { inputs: entries });
  const things = (action: string, from: number) =>
    Array.from({ length: 150 }, (_, n) => ({ action, object: { type: 'thing', id: `t${from + n}` } }));
  await gateway.data(
    CreateActivityLogsDocument,
    { inputs: [...things('created', 0), ...things('created', 150)] },
    alice,
  );
  await gateway.data(CreateActivityLogsDocument, { inputs: things('updated', 0) }, { as: 'bob' });
  const { notifications } = await gateway.data(NotificationsDocument, {}, alice);
  expect(notifications.unreadCount).toBe(150);
  await gateway.data(BookmarkNotificationsDocument, { through: notifications.asOf }, alice);
  await gateway.data(CreateActivityLogsDocument, { inputs: things('updated', 150) }, { as: 'bob' });
  const [read] = notifications.nodes;
  await gateway.data(MarkNotificationUnreadDocument, { id: read!.id }, alice);
}

const read = (work: () => Promise<unknown>) => readsOf(gateway.store, work);
/** What lists and counts are read by, as opposed to what is looked up, or where the log ends. */
const ofLists = / by (read_\w+|\w+_(order|words|pathway|user|list|marked_unread))\b|^pathway_progress /;

/** Nothing is walked, nothing sorted but what is named for the case, and no list read without an end in time. */
async function expectPlans(name: string, reads: readonly Document[]): Promise<string[]> {
  const plans = await plansOf(gateway.store, reads);
  expect(plans.walks).toEqual([]);
  expect(plans.patient.filter((one) => ofLists.test(one))).toEqual([]);
  if (name in draws) expect([[], draws[name]]).toContainEqual(plans.sorts);
  else expect(plans.sorts).toEqual(sorted[name] ?? []);
  return plans.reads;
}

/**
 * All that is sorted, for no index has it in the order of the list. Of what is sorted the server holds no more than a page,
 * in memory; how much it looks at is bounded by time, or by how many were asked for by name.
 */
const sorted: Record<string, string[]> = {
  // Words that begin so are many words, and each has an order of its own.
  'every operation': ['activities by activities_words', 'users by users_words'],
  // Each costs appending, so only users have an index in the order of recording. Where the log is walked sooner, it is.
  'RECORDED_ASC activities': ['activity_logs by read_activityRef'],
  'RECORDED_ASC activities occurredBefore': ['activity_logs by read_activityRef'],
  'RECORDED_ASC pathways activities': ['activity_logs by read_activityRef'],
  'RECORDED_ASC objectIds': ['activity_logs by read_objectId'],
  'RECORDED_ASC objectIds objectTypes': ['activity_logs by read_objectId'],
  'RECORDED_ASC serials': ['activity_logs by read_serial'],
  'RECORDED_ASC serials platforms': ['activity_logs by read_serial'],
  // As many at most as ids, emails or keys were given.
  'UserFilter ids': ['users by users_identity'],
  'UserFilter emails': ['users by users_identity'],
  'UserFilter search ids emails': ['users by users_identity'],
  'ActivityFilter ids': ['activities by _id_'],
  'ActivityFilter keys': ['activities by activities_key'],
  'ActivityFilter search ids keys sources': ['activities by _id_'],
  'PathwayFilter ids': ['pathways by _id_'],
  'PathwayFilter search archived ids keys activityIds': ['pathways by _id_'],
  'EnrolmentFilter ids': ['enrolments by _id_'],
};

/** Where the server's trial of its plans is a draw, as few are selected or all: it may sort them. */
const draws: Record<string, string[]> = {
  // The server merges two hundred lists in their order at most.
  'OCCURRED_AT_DESC 300 users': ['activity_logs by read_actorKey'],
  'OCCURRED_AT_ASC 300 users': ['activity_logs by read_actorKey'],
  'RECORDED_DESC 300 users': ['activity_logs by read_actorKey_recorded'],
  'RECORDED_ASC 300 users': ['activity_logs by read_actorKey_recorded'],
  'OCCURRED_AT_DESC pathways users': ['activity_logs by read_actorKey_recorded'],
  'RECORDED_ASC search': ['activity_logs by read_words'],
  'RECORDED_ASC users search': ['activity_logs by read_words'],
  'RECORDED_ASC sources search': ['activity_logs by read_words'],
  'EnrolmentFilter ids users pathways groups': ['enrolments by _id_'],
};

it('every operation of schema/operations reads by indexes, in their order', async () => {
  const client = stockClient(gateway);
  const run: Run = async (document, variables) => (await gateway.query(document, variables)).data as never;
  const reads = await read(() =>
    everyOperation(
      run,
      async (document, variables, events) => {
        const iterator = client.client.iterate({
          query: print(document),
          variables: variables as Record<string, unknown>,
        });
        for (let count = 0; count < events; count += 1) await iterator.next();
        await iterator.return?.();
      },
      gateway.users,
    ),
  );
  await client.close();
  expect(reads.length).toBeGreaterThan(100);
  await expectPlans('every operation', reads);
});

const someId = '0123456789abcdef01234567';

/** A value for each field of each filter. */
const values: Record<string, Record<string, unknown>> = {
  ActivityLogFilter: {
    sources: ['GATEWAY'],
    actions: ['a1', 'a2'],
    omitActions: ['a1'],
    actionClasses: ['OTHER'],
    users: ['p7@x.example', 'Person 8'],
    activities: ['k7', 'Activity 8'],
    objectTypes: ['doc'],
    objectIds: ['o7', 'o8'],
    pathways: ['p'],
    platforms: ['ios'],
    serials: ['s7', 's8'],
    tags: ['t1'],
    nativeIds: ['none'],
    outcomes: ['SUCCESS'],
    occurredAfter: '2026-01-01T01:00:00Z',
    occurredBefore: '2026-01-01T09:00:00Z',
    search: 'person 7',
  },
  UserFilter: { search: 'person 7', ids: [someId], emails: ['p7@x.example'] },
  ActivityFilter: { search: 'activity 7', ids: [someId], keys: ['k7'], sources: ['THRIVE'] },
  PathwayFilter: { search: 'path', archived: false, ids: [someId], keys: ['p'], activityIds: [someId] },
  EnrolmentFilter: { ids: [someId], users: ['p7@x.example'], pathways: ['p'], groups: ['a'] },
  NotificationFilter: { unread: true, reasons: ['CREATOR'], sources: ['GATEWAY'] },
  PathwayProgressFilter: {
    states: ['NOT_STARTED'],
    activityId: someId,
    groups: ['a'],
    users: ['p7@x.example', 'Person 8'],
  },
};

const page = 'totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const slice = '$first: Int, $after: PageCursor, $last: Int, $before: PageCursor';
const sliced = 'filter: $filter, first: $first, after: $after, last: $last, before: $before';

const lists: Record<string, string> = {
  UserFilter: `query ($filter: UserFilter, ${slice}) { list: users(${sliced}) { ${page} nodes { id } } }`,
  ActivityFilter: `query ($filter: ActivityFilter, ${slice}) { list: activities(${sliced}) { ${page} nodes { id } } }`,
  PathwayFilter: `query ($filter: PathwayFilter, ${slice}) { list: pathways(${sliced}) { ${page} nodes { id } } }`,
  EnrolmentFilter: `query ($filter: EnrolmentFilter, ${slice}) { list: enrolments(${sliced}) { ${page} nodes { user { id } } } }`,
  NotificationFilter: `query ($filter: NotificationFilter, ${slice}) { list: notifications(${sliced}) { ${page} unreadCount nodes { id } } }`,
  PathwayProgressFilter: `query ($filter: PathwayProgressFilter, ${slice}) { list: pathwayProgress(pathwayId: "PATHWAY", ${sliced}) { ${page} nodes { userId } } }`,
};

/** What people narrow by together. */
const pairs: [string, string][] = [
  ['users', 'occurredAfter'],
  ['users', 'actions'],
  ['users', 'activities'],
  ['users', 'search'],
  ['sources', 'actions'],
  ['sources', 'occurredAfter'],
  ['sources', 'search'],
  ['actions', 'occurredAfter'],
  ['activities', 'occurredBefore'],
  ['objectIds', 'objectTypes'],
  ['pathways', 'users'],
  ['pathways', 'activities'],
  ['serials', 'platforms'],
  ['tags', 'occurredAfter'],
  ['occurredAfter', 'occurredBefore'],
];

describe('a filter is answered by indexes, in their order', () => {
  it('whatever fields it has', () => {
    const types = createSchema({} as Services).getTypeMap();
    const filters = Object.keys(types).filter((name) => /Filter$/.test(name));
    const fields = filters.map((name) => [
      name,
      Object.keys((types[name] as never as { getFields(): object }).getFields()).sort(),
    ]);
    expect(Object.fromEntries(fields)).toEqual(
      Object.fromEntries(Object.entries(values).map(([name, of]) => [name, Object.keys(of).sort()])),
    );
  });

  const ofLogs = Object.keys(values.ActivityLogFilter!);
  it.each([...ofLogs.map((name) => [name]), ...pairs])('entries by %s %s', async (...names) => {
    const filter = Object.fromEntries(names.map((name) => [name, values.ActivityLogFilter![name!]]));
    for (const orderBy of ['OCCURRED_AT_DESC', 'RECORDED_ASC'] as const) {
      const reads = await read(() => pagesOf(print(ActivityLogsWithUsersDocument), { orderBy, filter }));
      expect(reads.length).toBeGreaterThan(0);
      await expectPlans([orderBy, ...names].join(' '), reads);
    }
    const counts = await read(async () => {
      await gateway.data(CountActivityLogsDocument, { filter });
      await gateway.data(ActivityLogStatsDocument, { filter });
    });
    await expectPlans('counts', counts);
  });

  it.each([1, 100, 300])('entries by %s users, in whichever order', async (count) => {
    const filter = { users: Array.from({ length: count }, (_, n) => `p${n}@x.example`) };
    for (const orderBy of activityLogOrders) {
      const reads = await read(() => pagesOf(print(ActivityLogsWithUsersDocument), { orderBy, filter }));
      await expectPlans(`${orderBy} ${count} users`, reads);
    }
  });

  const others = Object.keys(lists).flatMap((filter) => [
    [filter],
    ...Object.keys(values[filter]!).map((name) => [filter, name]),
    [filter, ...Object.keys(values[filter]!)],
  ]);
  it.each(others)('%s by %s %s %s %s %s', async (type, ...names) => {
    const filter = Object.fromEntries(names.map((name) => [name, values[type!]![name]]));
    const reads = await read(() => pagesOf(lists[type!]!.replace('PATHWAY', pathwayId), { filter }));
    expect(reads.length).toBeGreaterThan(0);
    const plans = await expectPlans([type, ...names].join(' '), reads);
    if (type === 'PathwayProgressFilter') expect(of('pathway_progress', plans)).toEqual(['pathway_progress by _id_']);
  });

  it.each([true, false])('notifications of one person, unread %s', async (unread) => {
    for (const filter of [{ unread }, { unread, reasons: ['CREATOR'] }, { unread, sources: ['GATEWAY'] }]) {
      const reads = await read(() => pagesOf(lists.NotificationFilter!, { filter }));
      expect(of('notifications', await expectPlans('notifications', reads))).toEqual([
        'notifications by notifications_changed',
        'notifications by notifications_list',
        ...(unread ? ['notifications by notifications_marked_unread'] : []),
      ]);
    }
  });
});

const of = (collection: string, reads: readonly string[]): string[] =>
  reads.filter((one) => one.startsWith(`${collection} by`));

interface Paged {
  readonly pageInfo: { readonly startCursor: string | null; readonly endCursor: string | null };
}

/** The first page of a list, the next, and back again. */
async function pagesOf(document: string, variables: object): Promise<void> {
  const page = async (slice: object): Promise<Paged> => {
    const data = await gateway.data(document, { ...variables, ...slice }, alice);
    return Object.values(data as Record<string, Paged>)[0]!;
  };
  const first = await page({ first: 3 });
  const after = first.pageInfo.endCursor;
  if (after === null) return;
  const next = await page({ first: 3, after });
  await page({ last: 3, before: next.pageInfo.startCursor ?? after });
}
