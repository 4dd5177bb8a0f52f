import { print } from 'graphql';
import type { CommandStartedEvent, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ActivityLogStatsDocument,
  ActivityLogsWithUsersDocument,
  CountActivityLogsDocument,
  CreateActivitiesDocument,
  CreateActivityLogsDocument,
  CreatePathwayDocument,
  CreateUsersDocument,
  EnrolUsersDocument,
} from '../../schema/operations/operations.js';
import { createSchema } from '../../src/graphql/schema.js';
import type { Services } from '../../src/graphql/services.js';
import { everyOperation, type Run } from '../support/every-operation.js';
import { stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { TestSystems } from '../support/sources.js';

let gateway: TestGateway;
beforeAll(async () => {
  const { connectors } = new TestSystems();
  gateway = await startGateway({ connectors, env: { PULL_SOURCES: '0' } });
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
  const pathwayId = createPathway.pathway.id;
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
}

/** Read by everybody or by nobody's operation; the first of them ends with what it has. */
const ofTheProcess = ['signals', 'leases', 'workspaces', 'log_states', 'folds'];
const readingCommands = ['find', 'aggregate', 'count', 'distinct'];

/** What an operation reads, as it was sent. */
async function readsOf(work: () => Promise<unknown>): Promise<Document[]> {
  const sent: Document[] = [];
  const keep = ({ commandName, command }: CommandStartedEvent): void => {
    if (readingCommands.includes(commandName) && !ofTheProcess.includes(command[commandName])) sent.push(command);
  };
  gateway.store.db.client.on('commandStarted', keep);
  await work();
  gateway.store.db.client.off('commandStarted', keep);
  return sent;
}

/** What holds few of a collection's documents for one value: sorting what several fields select is no walk through all. */
const selectiveIndexes =
  /^(_id_|read_(actorKey|activityRef|objectId|pathwayId|serial|words)|[a-z]+_(words|identity|key))$/;

/** What is wrong with how the server reads: it goes through a collection, or sorts what nothing selected. */
async function faultsOf(reads: readonly Document[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { lsid: _lsid, $db: _db, $clusterTime: _time, ...command } of reads) {
    const explained = await gateway.store.db.command({ explain: command, verbosity: 'queryPlanner' });
    const plan = JSON.stringify(explained, (name, value) => (name === 'rejectedPlans' ? undefined : value));
    const used = [...plan.matchAll(/"indexName":"(\w+)"/g)].map(([, name]) => name!);
    const sortsAll = plan.includes('"stage":"SORT"') && !used.some((name) => selectiveIndexes.test(name));
    if (plan.includes('COLLSCAN') || sortsAll) faults.push(`${used}: ${JSON.stringify(command).slice(0, 600)}`);
  }
  return faults;
}

it('every operation of schema/operations reads by indexes, in their order', async () => {
  const client = stockClient(gateway);
  const run: Run = async (document, variables) => (await gateway.query(document, variables)).data as never;
  const reads = await readsOf(() =>
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
  expect(await faultsOf(reads)).toEqual([]);
});

const someId = '0123456789abcdef01234567';

/** They narrow what was folded for one person or one pathway, which is found by that first. */
const ofFolds = ['NotificationFilter', 'PathwayProgressFilter'];

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
};

const lists: Record<string, string> = {
  UserFilter:
    'query ($filter: UserFilter) { users(filter: $filter) { totalCount pageInfo { hasNextPage hasPreviousPage } nodes { id } } }',
  ActivityFilter:
    'query ($filter: ActivityFilter) { activities(filter: $filter) { totalCount pageInfo { hasNextPage hasPreviousPage } nodes { id } } }',
  PathwayFilter:
    'query ($filter: PathwayFilter) { pathways(filter: $filter) { totalCount pageInfo { hasNextPage hasPreviousPage } nodes { id } } }',
  EnrolmentFilter:
    'query ($filter: EnrolmentFilter) { enrolments(filter: $filter) { totalCount pageInfo { hasNextPage hasPreviousPage } nodes { user { id } } } }',
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
    const filters = Object.keys(types).filter((name) => /Filter$/.test(name) && !ofFolds.includes(name));
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
    const reads = await readsOf(async () => {
      for (const orderBy of ['OCCURRED_AT_DESC', 'RECORDED_ASC'] as const) {
        const { activityLogs } = await gateway.data(ActivityLogsWithUsersDocument, { first: 3, orderBy, filter });
        const after = activityLogs.pageInfo.endCursor;
        if (after) await gateway.data(ActivityLogsWithUsersDocument, { first: 3, orderBy, filter, after });
      }
      await gateway.data(CountActivityLogsDocument, { filter });
      await gateway.data(ActivityLogStatsDocument, { filter });
    });
    expect(reads.length).toBeGreaterThan(2);
    expect(await faultsOf(reads)).toEqual([]);
  });

  const others = Object.keys(lists).flatMap((filter) =>
    Object.keys(values[filter]!).map((name) => [filter, name] as const),
  );
  it.each(others)('%s by %s', async (type, name) => {
    const filter = { [name]: values[type]![name] };
    const reads = await readsOf(() => gateway.data(lists[type]!, { filter }));
    expect(reads.length).toBeGreaterThan(0);
    expect(await faultsOf(reads)).toEqual([]);
  });
});
