import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CreateActivityDocument,
  CreateActivityLogsDocument,
  CreatePathwayDocument,
  CreateUsersDocument,
  DeleteActivityLogDocument,
  EnrolmentsWithProgressDocument,
  EnrolUsersDocument,
  PathwayProgressDocument,
  PathwaysWithStatisticsDocument,
  UsersWithProgressDocument,
  WithdrawUsersDocument,
} from '../../schema/operations/operations.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { addKey } from '../support/people.js';

let gateway: TestGateway;
let read: string;
let meet: string;
let pathwayId: string;
let others: string[];
beforeAll(async () => {
  gateway = await startGateway({ env: { PULL_SOURCES: '0' } });
  const { alice, bob } = gateway.users;
  const define = async (key: string) =>
    (await gateway.data(CreateActivityDocument, { input: { key, name: `To ${key}` } })).createActivity.activity.id;
  [read, meet] = [await define('read'), await define('meet')];
  const created = await gateway.data(CreateUsersDocument, {
    inputs: Array.from({ length: 8 }, (_, n) => ({ name: `Other ${n}`, email: `other${n}@example.com` })),
  });
  others = created.createUsers.results.map(({ user }) => user!.id);
  for (const key of ['p', 'q']) {
    const activities = [
      { activityId: read, fulfilmentType: 'view' },
      { activityId: meet, level: 2 },
    ];
    const input = { key, name: `Pathway ${key}`, levelsInOrder: true, activities };
    const { createPathway } = await gateway.data(CreatePathwayDocument, { input });
    pathwayId = key === 'p' ? createPathway.pathway.id : pathwayId;
    const users = [
      { userId: alice, groups: ['A'] },
      { userId: bob, groups: ['B'] },
      ...others.map((userId) => ({ userId })),
    ];
    await gateway.data(EnrolUsersDocument, { input: { pathwayId: createPathway.pathway.id, users } });
  }
});
afterAll(() => gateway.close());

const log = (inputs: object[]) =>
  gateway.data(CreateActivityLogsDocument, { inputs: inputs.map((input) => ({ action: 'did', ...input })) });
const shown = async (filter: object = {}) => {
  const { pathwayProgress } = await gateway.data(PathwayProgressDocument, { pathwayId, filter });
  return Object.fromEntries(
    pathwayProgress.nodes.map(({ user, state, openLevel, activities }) => [
      user!.name,
      [state, openLevel, ...activities.map((one) => one.state)],
    ]),
  );
};
const none = ['NOT_STARTED', 1, 'NOT_STARTED', 'NOT_STARTED'];

describe('progress over GraphQL', () => {
  it('is what entries say as soon as they are acknowledged, and no more once they are removed', async () => {
    expect(await shown({ users: ['Alice Miller', 'bob@example.com'] })).toEqual({
      'Alice Miller': none,
      'Bob Baker': none,
    });
    const { createActivityLogs } = await log([
      { action: 'view', userId: gateway.users.alice, activityKey: 'read', occurredAt: '2026-03-01T10:00:00Z' },
      { userId: gateway.users.bob, activityKey: 'meet', pathwayId, progress: { percent: 40 } },
    ]);
    const [viewed] = createActivityLogs.results.map(({ activityLog }) => activityLog!.id);
    expect(await shown({ groups: ['A', 'B'] })).toEqual({
      'Alice Miller': ['IN_PROGRESS', 2, 'COMPLETED', 'NOT_STARTED'],
      'Bob Baker': ['IN_PROGRESS', 1, 'NOT_STARTED', 'IN_PROGRESS'],
    });
    const { pathwayProgress } = await gateway.data(PathwayProgressDocument, { pathwayId, filter: { groups: ['A'] } });
    expect(pathwayProgress.nodes).toEqual([
      {
        pathwayId,
        userId: gateway.users.alice,
        user: { id: gateway.users.alice, name: 'Alice Miller' },
        groups: ['A'],
        enrolledAt: expect.any(String),
        state: 'IN_PROGRESS',
        percent: 50,
        changedAt: '2026-03-01T10:00:00.000Z',
        openLevel: 2,
        activities: [
          {
            activityId: read,
            state: 'COMPLETED',
            percent: 100,
            changedAt: '2026-03-01T10:00:00.000Z',
            activityLogId: viewed,
          },
          { activityId: meet, state: 'NOT_STARTED', percent: 0, changedAt: null, activityLogId: null },
        ],
        asOf: pathwayProgress.feedCursor,
      },
    ]);
    await gateway.data(DeleteActivityLogDocument, { id: viewed! });
    expect(await shown({ users: ['Alice Miller'] })).toEqual({ 'Alice Miller': none });
    await log([{ action: 'view', userId: gateway.users.alice, activityKey: 'read' }]);
  });

  it('is found by state, of the whole or of one activity, and counted', async () => {
    expect(Object.keys(await shown({ states: ['IN_PROGRESS'] }))).toEqual(['Alice Miller', 'Bob Baker']);
    expect(Object.keys(await shown({ states: ['COMPLETED'], activityId: read }))).toEqual(['Alice Miller']);
    expect(Object.keys(await shown({ states: [] }))).toEqual([]);
    const { pathways } = await gateway.data(PathwaysWithStatisticsDocument, {});
    const counted = pathways.nodes.map(({ key, statistics }) => {
      const { activities, asOf, ...numbers } = statistics!;
      expect(asOf).toEqual(expect.any(String));
      return [key, numbers, ...activities.map(({ activity, total, completed }) => [activity!.name, total, completed])];
    });
    expect(counted).toEqual([
      ['p', { total: 10, notStarted: 8, inProgress: 2, completed: 0 }, ['To read', 10, 1], ['To meet', 10, 0]],
      // What names no pathway counts on each; what names one counts there alone.
      ['q', { total: 10, notStarted: 9, inProgress: 1, completed: 0 }, ['To read', 10, 1], ['To meet', 10, 0]],
    ]);
  });

  it('is read page by page in both directions', async () => {
    const seen: string[] = [];
    let after: string | null | undefined;
    for (let more = true; more; ) {
      const { pathwayProgress } = await gateway.data(PathwayProgressDocument, { pathwayId, first: 3, after });
      const { nodes, pageInfo, totalCount } = pathwayProgress;
      expect(totalCount).toBe(10);
      expect(pageInfo.hasPreviousPage).toBe(seen.length > 0);
      seen.push(...nodes.map(({ userId }) => userId));
      after = pageInfo.endCursor;
      more = pageInfo.hasNextPage;
    }
    expect(seen).toEqual([gateway.users.alice, gateway.users.bob, ...others].sort());
    const { pathwayProgress } = await gateway.data(PathwayProgressDocument, { pathwayId, last: 4 });
    expect(pathwayProgress.nodes.map(({ userId }) => userId)).toEqual(seen.slice(-4));
  });

  it('is that of enrolments and of users', async () => {
    const { enrolments } = await gateway.data(EnrolmentsWithProgressDocument, { filter: { groups: ['A'] } });
    expect(enrolments.nodes.map(({ progress }) => [progress!.pathwayId === pathwayId, progress!.percent])).toEqual([
      [true, 50],
      [false, 50],
    ]);
    const { users } = await gateway.data(UsersWithProgressDocument, { filter: { search: 'Alice' } });
    expect(users.nodes[0]!.pathwayProgress).toEqual([
      { state: 'IN_PROGRESS', percent: 50, pathway: { key: 'p' } },
      { state: 'IN_PROGRESS', percent: 50, pathway: { key: 'q' } },
    ]);
  });

  it('shows who may see only their own nothing of others', async () => {
    const scopes = ['pathway:read:own', 'user:read'] as const;
    gateway.people.bob = await addKey(gateway.store, gateway.home.id, scopes, gateway.users.bob);
    const as = { as: 'bob' } as const;
    const { pathwayProgress } = await gateway.data(PathwayProgressDocument, { pathwayId }, as);
    expect([pathwayProgress.nodes.map(({ userId }) => userId), pathwayProgress.totalCount]).toEqual([
      [gateway.users.bob],
      1,
    ]);
    const { pathways } = await gateway.data(PathwaysWithStatisticsDocument, {}, as);
    expect(pathways.nodes.map(({ statistics }) => statistics)).toEqual([null, null]);
    const { users } = await gateway.data(UsersWithProgressDocument, {}, as);
    expect(users.nodes.map(({ name, pathwayProgress: all }) => [name, all.length]).filter(([, n]) => n)).toEqual([
      ['Bob Baker', 2],
    ]);
  });

  it('is of pathways that there are, and for those who may read them', async () => {
    const unknown = 'f'.repeat(24);
    const asked = (id: string, as: 'admin' | 'powerless' | 'foreigner') =>
      gateway.query(PathwayProgressDocument, { pathwayId: id }, { as });
    const notFound = { code: 'NOT_FOUND', field: 'pathwayId' };
    expect((await asked(unknown, 'admin')).errors![0]!.extensions).toMatchObject(notFound);
    expect((await asked(pathwayId, 'foreigner')).errors![0]!.extensions).toMatchObject(notFound);
    expect((await asked(pathwayId, 'powerless')).errors![0]!.extensions.code).toBe('FORBIDDEN');
  });

  it('asks the store as often for one as for many', async () => {
    const { log: logOf } = gateway.gateway;
    const calls = async (work: () => Promise<unknown>): Promise<string[]> => {
      await logOf.folds.settle(gateway.home.id, 'pathway-progress');
      const sent = await gateway.commandsOf(work);
      return sent.filter((one) => / (users|activities|pathways|enrolments|pathway_\w+|progress_\w+)$/.test(one)).sort();
    };
    const list = (first: number) => calls(() => gateway.data(PathwayProgressDocument, { pathwayId, first }));
    expect(await list(9)).toEqual([
      'aggregate pathway_progress',
      'find pathway_progress',
      'find pathways',
      'find users',
    ]);
    expect(await list(2)).toEqual(await list(9));
    const statistics = (first: number) => calls(() => gateway.data(PathwaysWithStatisticsDocument, { first }));
    expect(await statistics(2)).toEqual(['find activities', 'find pathway_stats', 'find pathways']);
    expect(await statistics(1)).toEqual(await statistics(2));
    const enrolled = (first: number) => calls(() => gateway.data(EnrolmentsWithProgressDocument, { first }));
    expect(await enrolled(10)).toEqual(['find enrolments', 'find pathway_progress', ...Array(2).fill('find users')]);
    expect(await enrolled(1)).toEqual(await enrolled(10));
    const people = (first: number) => calls(() => gateway.data(UsersWithProgressDocument, { first }));
    expect(await people(10)).toEqual(['find pathway_progress', 'find pathways', 'find users']);
    expect(await people(1)).toEqual(await people(10));
  });

  it('ends with the enrolment, and is there again when they come again', async () => {
    const { alice } = gateway.users;
    await gateway.data(WithdrawUsersDocument, { input: { pathwayId, userIds: [alice] } });
    expect(await shown({ users: ['Alice Miller'] })).toEqual({});
    await gateway.data(EnrolUsersDocument, { input: { pathwayId, users: [{ userId: alice, groups: ['Z'] }] } });
    expect(await shown({ groups: ['Z'] })).toEqual({ 'Alice Miller': ['IN_PROGRESS', 2, 'COMPLETED', 'NOT_STARTED'] });
  });
});
