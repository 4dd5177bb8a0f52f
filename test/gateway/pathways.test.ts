import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ActivityLogsWithPathwaysDocument,
  ArchivePathwayDocument,
  CountActivityLogsDocument,
  CreateActivityDocument,
  CreateActivityLogsDocument,
  CreatePathwayDocument,
  EnrolmentsDocument,
  EnrolUsersDocument,
  PathwayByDocument,
  PathwaysDocument,
  PathwaysWithPeopleDocument,
  ReorderPathwayActivitiesDocument,
  UpdatePathwayDocument,
  UsersWithPathwaysDocument,
  WithdrawUsersDocument,
} from '../../schema/operations/operations.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { addKey } from '../support/people.js';

let gateway: TestGateway;
let activityIds: string[];
const pathwayIds: string[] = [];
beforeAll(async () => {
  gateway = await startGateway({ env: { PULL_SOURCES: '0' } });
  const { alice, bob } = gateway.users;
  const made = ['one', 'two'].map((key) =>
    gateway.data(CreateActivityDocument, { input: { key, name: `Step ${key}` } }),
  );
  activityIds = (await Promise.all(made)).map(({ createActivity }) => createActivity.activity.id);
  for (let n = 0; n < 6; n += 1) {
    const input = {
      key: `path-${n}`,
      name: `Pathway ${n}`,
      activities: activityIds.map((activityId, level) => ({
        activityId,
        level: level + 1,
        type: 'story',
        fulfilmentType: 'complete',
      })),
    };
    const { createPathway } = await gateway.data(CreatePathwayDocument, { input });
    pathwayIds.push(createPathway.pathway.id);
    const users = [{ userId: alice, groups: ['A'] }, ...(n > 0 ? [{ userEmail: 'bob@example.com' }] : [])];
    const { enrolUsers } = await gateway.data(EnrolUsersDocument, {
      input: { pathwayId: createPathway.pathway.id, users },
    });
    expect(enrolUsers.results.every(({ outcome }) => outcome === 'ENROLLED')).toBe(true);
  }
  const inputs = [0, 1, 2, 0].map((n) => ({ action: `on ${n}`, userId: bob, pathwayId: pathwayIds[n]! }));
  await gateway.data(CreateActivityLogsDocument, { inputs: [...inputs, { action: 'none' }] });
});
afterAll(() => gateway.close());

const notOfOperations = ['find credentials', 'find workspaces', 'serverStatus 1'];
async function calls(work: () => Promise<unknown>): Promise<string[]> {
  await gateway.gateway.log.feeds.settle(gateway.home.id);
  const sent = await gateway.commandsOf(work);
  return sent.filter((command) => !notOfOperations.includes(command)).sort();
}

describe('pathways over GraphQL', () => {
  it('are shown with what there is to do and who is on them', async () => {
    const { pathways } = await gateway.data(PathwaysWithPeopleDocument, { first: 2, people: 1 });
    expect(pathways.nodes.map(({ key }) => key)).toEqual(['path-0', 'path-1']);
    const [first, second] = pathways.nodes;
    expect(first!.activities).toEqual([
      {
        activityId: activityIds[0],
        level: 1,
        required: true,
        type: 'story',
        fulfilmentType: 'complete',
        activity: { key: 'one', name: 'Step one' },
      },
      {
        activityId: activityIds[1],
        level: 2,
        required: true,
        type: 'story',
        fulfilmentType: 'complete',
        activity: { key: 'two', name: 'Step two' },
      },
    ]);
    const alice = {
      groups: ['A'],
      enrolledAt: expect.any(String),
      user: { id: gateway.users.alice, name: 'Alice Miller' },
    };
    expect(first!.enrolments).toMatchObject({ nodes: [alice], totalCount: 1, pageInfo: { hasNextPage: false } });
    expect(second!.enrolments).toMatchObject({ nodes: [alice], totalCount: 2, pageInfo: { hasNextPage: true } });
    const inA = await gateway.data(PathwaysWithPeopleDocument, { first: 6, people: 5, groups: ['A'] });
    expect(inA.pathways.nodes.map(({ enrolments }) => enrolments.totalCount)).toEqual(Array(6).fill(1));
  });

  it('are those of users and of entries', async () => {
    const { users } = await gateway.data(UsersWithPathwaysDocument, {});
    expect(users.nodes.map(({ name, pathways }) => [name, pathways.totalCount, pathways.nodes[0]!.key])).toEqual([
      ['Alice Miller', 6, 'path-0'],
      ['Bob Baker', 5, 'path-1'],
    ]);
    const { activityLogs } = await gateway.data(ActivityLogsWithPathwaysDocument, { first: 5 });
    const shown = activityLogs.nodes.map(({ action, pathway }) => [action, pathway?.key]);
    expect(shown.sort()).toEqual([
      ['none', undefined],
      ['on 0', 'path-0'],
      ['on 0', 'path-0'],
      ['on 1', 'path-1'],
      ['on 2', 'path-2'],
    ]);
    const filtered = async (pathways: string[]) =>
      (await gateway.data(CountActivityLogsDocument, { filter: { pathways } })).activityLogs.totalCount;
    expect(await filtered(['path-0', 'PATHWAY 1'])).toBe(3);
    expect(await filtered(['path'])).toBe(0);
  });

  it('ask the store as often for one as for many', async () => {
    const shown = (first: number) => calls(() => gateway.data(PathwaysWithPeopleDocument, { first, people: 2 }));
    const many = await shown(6);
    expect(many).toEqual([
      // One for all pages of people, one for whether they go on, one for all counts.
      'aggregate enrolments',
      'aggregate enrolments',
      'aggregate enrolments',
      'find activities',
      'find pathways',
      'find users',
    ]);
    expect(await shown(2)).toEqual(many);
    const people = (first: number) => calls(() => gateway.data(UsersWithPathwaysDocument, { first }));
    expect(await people(2)).toEqual(['find enrolments', 'find pathways', 'find users']);
    expect(await people(1)).toEqual(await people(2));
    const entries = (first: number) => calls(() => gateway.data(ActivityLogsWithPathwaysDocument, { first }));
    expect(await entries(5)).toEqual(['find activity_logs', 'find pathways']);
    const enrolled = (first: number) => calls(() => gateway.data(EnrolmentsDocument, { first }));
    const all = await enrolled(10);
    expect(all).toEqual(['aggregate enrolments', 'find enrolments', 'find pathways', 'find users']);
    expect(await enrolled(3)).toEqual(all);
  });

  it('write a batch of a thousand by one entry of the log', async () => {
    const inputs = Array.from({ length: 1000 }, (_, n) => ({ name: `Many ${n}` }));
    const viewer = {
      workspaceId: gateway.home.id,
      scopes: new Set(['*' as const]),
      owner: 'client:x',
      credentialId: gateway.home.id,
    };
    const { results } = await gateway.gateway.services.users.createMany(viewer, inputs);
    const users = results.map(({ node }) => ({ userId: node!.id }));
    const pathwayId = pathwayIds[5]!;
    const sent = await calls(() => gateway.data(EnrolUsersDocument, { input: { pathwayId, users } }));
    expect(sent.filter((command) => command.startsWith('insert')).sort()).toEqual([
      'insert activity_logs',
      'insert enrolments',
    ]);
    expect(sent.length).toBeLessThan(15);
    const userIds = users.map(({ userId }) => userId);
    const { withdrawUsers } = await gateway.data(WithdrawUsersDocument, { input: { pathwayId, userIds } });
    expect(withdrawUsers.results.filter(({ enrolment }) => enrolment?.withdrawnAt)).toHaveLength(1000);
  });

  it('are changed, each change readable at its place', async () => {
    const { createPathway } = await gateway.data(CreatePathwayDocument, {
      input: {
        key: 'mine',
        name: 'Mine',
        activities: [{ activityId: activityIds[0]! }, { activityId: activityIds[1]! }],
      },
    });
    const { id } = createPathway.pathway;
    const { updatePathway } = await gateway.data(UpdatePathwayDocument, {
      input: { id, name: 'Ours', levelsInOrder: true },
    });
    const { reorderPathwayActivities } = await gateway.data(ReorderPathwayActivitiesDocument, {
      input: { id, activityIds: [...activityIds].reverse() },
    });
    const archived = (await gateway.data(ArchivePathwayDocument, { id })).archivePathway;
    expect(
      new Set([createPathway, updatePathway, reorderPathwayActivities, archived].map(({ cursor }) => cursor)).size,
    ).toBe(4);
    const { pathway } = await gateway.data(PathwayByDocument, { name: 'ours' });
    expect(pathway).toEqual(archived.pathway);
    expect(pathway).toMatchObject({ levelsInOrder: true, archived: true });
    expect(pathway!.activities.map(({ activityId }) => activityId)).toEqual([...activityIds].reverse());
    expect((await gateway.data(PathwaysDocument, { filter: { archived: true } })).pathways.totalCount).toBe(1);
    const opened = await gateway.data(ArchivePathwayDocument, { id, archived: false });
    expect(opened.archivePathway.pathway.archived).toBe(false);
  });

  it('name the code and the field of what is wrong', async () => {
    const faultOf = async (document: string, as: 'admin' | 'reader' | 'writer' = 'admin') => {
      const answer = await gateway.query(document, {}, { as });
      return [answer.errors![0]!.extensions.code, answer.errors![0]!.extensions.field];
    };
    expect(await faultOf('{ pathway { id } }')).toEqual(['BAD_USER_INPUT', 'id']);
    expect(await faultOf('{ pathway(key: "a", name: "b") { id } }')).toEqual(['BAD_USER_INPUT', 'name']);
    expect(await faultOf('{ pathways { nodes { enrolments(first: 1001) { totalCount } } } }')).toEqual([
      'BAD_USER_INPUT',
      'first',
    ]);
    expect(await faultOf('{ pathways { nodes { enrolments(after: "x") { totalCount } } } }')).toEqual([
      'CURSOR_UNKNOWN',
      'after',
    ]);
    expect(await faultOf('{ users { nodes { pathways(last: 1001) { totalCount } } } }')).toEqual([
      'BAD_USER_INPUT',
      'last',
    ]);
    expect(await faultOf('{ enrolments(filter: { ids: ["x"] }) { totalCount } }')).toEqual([
      'BAD_USER_INPUT',
      'filter.ids',
    ]);
    expect(await faultOf('mutation { createPathway(input: { key: "path-0", name: "x" }) { cursor } }')).toEqual([
      'CONFLICT',
      'input.key',
    ]);
    expect((await faultOf('mutation { createPathway(input: { key: "x", name: "x" }) { cursor } }', 'reader'))[0]).toBe(
      'FORBIDDEN',
    );
    expect((await faultOf('{ pathways { totalCount } }', 'writer'))[0]).toBe('FORBIDDEN');
  });

  it('show one who may see their own nothing of others', async () => {
    const authorization = await addKey(
      gateway.store,
      gateway.home.id,
      ['pathway:read:own', 'user:read', 'activity_log:read'],
      gateway.users.bob,
    );
    const asBob = async (query: string) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query }),
      });
      return (await response.json()) as { data: unknown; errors?: unknown };
    };
    const answer = await asBob(`{
      pathways { totalCount nodes { key enrolments { totalCount nodes { user { name } } } } }
      pathway(key: "path-0") { id }
      enrolments { totalCount }
      users { nodes { name pathways { totalCount } } }
      activityLogs(filter: { actions: ["on 0", "on 1"] }) { nodes { action pathway { key } } }
    }`);
    expect(answer).toMatchObject({
      data: {
        pathways: { totalCount: 5 },
        pathway: null,
        enrolments: { totalCount: 5 },
      },
    });
    const data = answer.data as {
      pathways: { nodes: { key: string; enrolments: object }[] };
      users: { nodes: { name: string; pathways: object }[] };
      activityLogs: { nodes: { action: string; pathway: object | null }[] };
    };
    expect(data.pathways.nodes.map(({ key }) => key)).toEqual([1, 2, 3, 4, 5].map((n) => `path-${n}`));
    for (const { enrolments } of data.pathways.nodes) {
      expect(enrolments).toEqual({ totalCount: 1, nodes: [{ user: { name: 'Bob Baker' } }] });
    }
    expect(data.users.nodes.find(({ name }) => name === 'Alice Miller')!.pathways).toEqual({ totalCount: 0 });
    expect(data.activityLogs.nodes.map(({ action, pathway }) => [action, pathway])).toEqual(
      expect.arrayContaining([
        ['on 0', null],
        ['on 1', { key: 'path-1' }],
      ]),
    );
  });
});
