import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ActivityLogByIdDocument,
  ActivityLogsWithUsersDocument,
  CountActivityLogsDocument,
  CreateActivityDocument,
  CreateActivityLogDocument,
  CreateActivityLogsDocument,
  DeleteActivityLogDocument,
  DeleteActivityLogsDocument,
  ViewerDocument,
} from '../../schema/operations/operations.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

describe('viewer', () => {
  it('says who asks', async () => {
    const { viewer } = await gateway.data(ViewerDocument, {}, { as: 'alice' });
    expect(viewer.workspace).toEqual({ id: gateway.home.id, key: gateway.home.key, name: gateway.home.name });
    expect(viewer.user).toEqual({ id: gateway.users.alice, name: 'Alice Miller' });
    expect(viewer.scopes).toEqual(['activity_log:read:own', 'activity_log:write:own', 'user:read']);
    expect((await gateway.data(ViewerDocument)).viewer.user).toBeNull();
  });
});

describe('an entry', () => {
  it('is recorded with its user, definition and every field, and shown at once', async () => {
    const { createActivity } = await gateway.data(CreateActivityDocument, {
      input: { key: 'bike-to-work', name: 'Bike to work' },
    });
    const input = {
      key: 'first',
      action: 'bike-to-work',
      occurredAt: '2026-03-01T09:30:00.000Z',
      userId: gateway.users.alice,
      activityKey: 'bike-to-work',
      object: { type: 'trip', id: 'trip-1', name: 'Morning trip' },
      platform: 'ios',
      serial: 'SN-1',
      summary: 'Alice biked to work',
      outcome: 'SUCCESS' as const,
      value: 7.5,
      progress: { percent: 50, state: 'halfway', complete: false },
      tags: ['mobility'],
      additionalData: { distanceKm: 7.5 },
    };
    const { createActivityLog: created } = await gateway.data(CreateActivityLogDocument, { input });
    expect(created).toMatchObject({
      outcome: 'RECORDED',
      removed: false,
      activityLog: { source: 'GATEWAY', action: 'bike-to-work', value: 7.5, additionalData: { distanceKm: 7.5 } },
    });
    expect(created.activityLog?.cursor).toBe(created.cursor);
    const { activityLogs } = await gateway.data(ActivityLogsWithUsersDocument, {
      filter: { actions: ['bike-to-work'] },
    });
    expect(activityLogs.edges).toHaveLength(1);
    const { key: _key, userId: _userId, activityKey: _activityKey, ...shown } = input;
    expect(activityLogs.edges[0]!.node).toMatchObject({
      ...shown,
      user: { id: gateway.users.alice, name: 'Alice Miller', email: 'alice@example.com' },
      activity: { id: createActivity.activity.id, key: 'bike-to-work', name: 'Bike to work' },
    });
    const again = await gateway.data(CreateActivityLogDocument, { input });
    expect(again.createActivityLog).toMatchObject({
      outcome: 'DUPLICATE',
      activityLog: { id: created.activityLog!.id },
    });
  });

  it('can be removed, and then is shown no more', async () => {
    const { createActivityLog } = await gateway.data(CreateActivityLogDocument, { input: { action: 'to-remove' } });
    const { id } = createActivityLog.activityLog!;
    const { deleteActivityLog } = await gateway.data(DeleteActivityLogDocument, { id });
    expect(deleteActivityLog.deletedId).toBe(id);
    expect((await gateway.data(ActivityLogByIdDocument, { id })).activityLog).toBeNull();
    const twice = await gateway.query(DeleteActivityLogDocument, { id });
    expect(twice.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', field: 'id' });
  });
});

describe('a batch', () => {
  it('records the good items and says of each bad one what is wrong', async () => {
    const { createActivityLogs } = await gateway.data(CreateActivityLogsDocument, {
      inputs: [
        { action: 'batch', tags: ['one'] },
        { action: '' },
        { action: 'batch', additionalData: JSON.parse(`${'['.repeat(33)}${']'.repeat(33)}`) },
        { action: 'batch', summary: 'x'.repeat(10_001) },
        { action: 'batch', summary: '\ud800' },
        { action: 'batch', userEmail: 'nobody', tags: ['two'] },
        { action: 'batch', additionalData: { text: 'x'.repeat(257 * 1024) } },
        { action: 'batch', tags: ['two'] },
      ],
    });
    expect(createActivityLogs.results.map((result) => result.outcome ?? result.error?.code)).toEqual([
      'RECORDED',
      'BAD_USER_INPUT',
      'TOO_LARGE',
      expect.stringMatching(/BAD_USER_INPUT|TOO_LARGE/),
      'BAD_USER_INPUT',
      'BAD_USER_INPUT',
      'TOO_LARGE',
      'RECORDED',
    ]);
    expect(createActivityLogs.results.map((result) => result.error?.field)).toEqual([
      undefined,
      'inputs[1].action',
      'inputs[2].additionalData',
      'inputs[3].summary',
      'inputs[4].summary',
      'inputs[5].userEmail',
      expect.stringMatching(/^inputs\[6\]/),
      undefined,
    ]);
    const counted = await gateway.data(CountActivityLogsDocument, { filter: { actions: ['batch'] } });
    expect(counted.activityLogs.totalCount).toBe(2);
  });

  it('is removed by a filter', async () => {
    const { deleteActivityLogs } = await gateway.data(DeleteActivityLogsDocument, { filter: { actions: ['batch'] } });
    expect(deleteActivityLogs).toMatchObject({ deletedCount: 2, hasMore: false });
    const counted = await gateway.data(CountActivityLogsDocument, { filter: { actions: ['batch'] } });
    expect(counted.activityLogs.totalCount).toBe(0);
  });
});

describe('pages', () => {
  it('lead through the list and back, at one place of the log', async () => {
    const inputs = Array.from({ length: 7 }, (_, n) => ({
      action: 'paged',
      occurredAt: `2026-02-01T00:00:0${n}.000Z`,
      summary: String(n),
    }));
    await gateway.data(CreateActivityLogsDocument, { inputs });
    const asked = { filter: { actions: ['paged'] }, orderBy: 'OCCURRED_AT_ASC' as const };
    const { activityLogs: first } = await gateway.data(ActivityLogsWithUsersDocument, { ...asked, first: 3 });
    await gateway.data(CreateActivityLogDocument, { input: { ...inputs[6]!, summary: 'late' } });
    const { activityLogs: second } = await gateway.data(ActivityLogsWithUsersDocument, {
      ...asked,
      first: 10,
      after: first.pageInfo.endCursor,
    });
    const { activityLogs: back } = await gateway.data(ActivityLogsWithUsersDocument, {
      ...asked,
      last: 2,
      before: second.pageInfo.startCursor,
    });
    const shown = (page: typeof first) => page.edges.map((edge) => edge.node.summary).join('');
    expect([shown(first), shown(second), shown(back)]).toEqual(['012', '3456', '12']);
    expect([first, second, back].map(({ pageInfo }) => [pageInfo.hasPreviousPage, pageInfo.hasNextPage])).toEqual([
      [false, true],
      [true, false],
      [true, true],
    ]);
    expect(second.feedCursor).toBe(first.feedCursor);
  });
});

describe('keys of JSON', () => {
  const odd = '{"$where":"1","a.b":{"$gt":null},"__proto__":{"admin":true},"constructor":[{"__proto__":1}],"":0}';

  it('are data, sent as a variable', async () => {
    const body = `{"query":"mutation($i: CreateActivityLogInput!) { createActivityLog(input: $i) { activityLog { id additionalData } } }","variables":{"i":{"action":"odd","additionalData":${odd}}}}`;
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: gateway.people.admin! },
      body,
    });
    expect(await response.text()).toContain(`"additionalData":${odd}`);
    const found = await fetch(
      `${gateway.url}/graphql?query=${encodeURIComponent('{ activityLogs(filter: { actions: ["odd"] }) { nodes { additionalData } } }')}`,
      { headers: { authorization: gateway.people.admin! } },
    );
    expect(await found.text()).toContain(`"additionalData":${odd}`);
  });

  it('are data, written in the document', async () => {
    const answer = await gateway.query(
      'mutation($n: JSON) { createActivityLog(input: { action: "odd", additionalData: { __proto__: { a: 1.5 }, n: [$n, null, true] } }) { activityLog { additionalData } } }',
      { n: 'v' },
    );
    expect(JSON.stringify(answer.data)).toContain('{"__proto__":{"a":1.5},"n":["v",null,true]}');
  });

  it.each(['constructor', 'toString', '__proto__', 'n'])(
    'are null where $%s was not given, else what was',
    async (name) => {
      const text = `mutation($${name}: JSON) { createActivityLog(input: { action: "odd", additionalData: { a: $${name} } }) { activityLog { additionalData } } }`;
      const told = async (variables: object) => JSON.stringify((await gateway.query(text, variables)).data);
      expect(await told({})).toContain('"additionalData":{"a":null}');
      expect(await told(JSON.parse(`{"${name}":{"b":1}}`))).toContain('"additionalData":{"a":{"b":1}}');
    },
  );
});
