import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ActivityLogByIdDocument,
  ActivityLogsWithUsersDocument,
  CountActivityLogsDocument,
  CreateActivityLogDocument,
  CreateActivityLogsDocument,
  CreateUserDocument,
  DeleteActivityLogsDocument,
  UsersDocument,
} from '../../schema/operations/operations.js';
import { type Answer, startGateway, type TestGateway } from '../support/gateway.js';
import type { As } from '../support/people.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

/** What an answer that is one error says of it. No such answer may show where in our code it was made. */
function fault(answer: Answer<unknown>): { status: number; code?: string; field?: string } {
  expect(answer.errors).toHaveLength(1);
  expect(JSON.stringify(answer.errors)).not.toMatch(/stack|node_modules|\/src\/|mongo/i);
  const { code, field } = answer.errors![0]!.extensions;
  return { status: answer.status, code, field };
}

/** An operation as a text, with variables of any type, as a client without our types may send them. */
const send = async (query: string, variables?: unknown, as?: As) =>
  fault(await gateway.query(query, variables, { as }));
const create = async (input: Record<string, unknown>, as?: As) =>
  fault(await gateway.query(CreateActivityLogDocument, { input: input as { action: string } }, { as }));
const createText = 'mutation($i: CreateActivityLogInput!) { createActivityLog(input: $i) { outcome } }';
const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);

describe('what is looked for', () => {
  const lone = '\ud800';

  it.each(['actions', 'users', 'tags', 'nativeIds'])('with a lone surrogate among the %s', async (name) => {
    expect(
      await send('query($f: ActivityLogFilter) { activityLogs(filter: $f) { nodes { id } } }', {
        f: { [name]: ['fine', lone] },
      }),
    ).toMatchObject({ code: 'BAD_USER_INPUT', field: `filter.${name}[1]` });
  });

  it.each([
    ['activityLogs', 'ActivityLogFilter'],
    ['users', 'UserFilter'],
    ['activities', 'ActivityFilter'],
    ['pathways', 'PathwayFilter'],
  ])('with a lone surrogate in the search of %s, or too much to search for', async (list, type) => {
    const search = (text: string) =>
      send(`query($f: ${type}) { ${list}(filter: $f) { nodes { id } } }`, { f: { search: text } });
    const refused = { code: 'BAD_USER_INPUT', field: 'filter.search' };
    expect(await search(`a ${lone}`)).toMatchObject(refused);
    expect(await search('x'.repeat(1001))).toMatchObject(refused);
  });

  it('with a lone surrogate in the one name', async () => {
    expect(await send('query($t: String) { user(email: $t) { id } }', { t: `${lone}@x` })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'email',
    });
    expect(await send('query($t: String) { activity(key: $t) { id } }', { t: lone })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'key',
    });
    for (const field of ['key', 'name']) {
      expect(await send(`query($t: String) { pathway(${field}: $t) { id } }`, { t: lone })).toMatchObject({
        code: 'BAD_USER_INPUT',
        field,
      });
    }
  });
});

describe('documents', () => {
  it('that are no GraphQL', async () => {
    expect(await send('{ viewer {')).toMatchObject({ status: 400, code: 'GRAPHQL_PARSE_FAILED' });
  });

  it('with unknown fields and arguments', async () => {
    expect(await send('{ viewer { nothing } }')).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(await send('{ users(frist: 1) { totalCount } }')).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
  });

  it('that name no operation of theirs', async () => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: gateway.people.admin! },
      body: JSON.stringify({ query: 'query A { __typename } query B { __typename }', operationName: 'C' }),
    });
    const answer = (await response.json()) as Answer<unknown>;
    expect(fault({ ...answer, status: response.status })).toMatchObject({
      status: 400,
      code: 'OPERATION_RESOLUTION_FAILURE',
    });
  });

  it('that ask for too much', async () => {
    const tooDeep = `{ __schema { types { ${'fields { type { '.repeat(8)} name ${'} } '.repeat(8)} } } }`;
    expect((await gateway.query(tooDeep)).errors?.map((error) => error.extensions.code)).toContain('TOO_COSTLY');
    const wide = Array.from({ length: 26 }, (_, n) => `a${n}: __typename`).join(' ');
    expect(await send(`{ ${wide} }`)).toMatchObject({ status: 400, code: 'TOO_COSTLY' });
    const long = Array.from({ length: 1001 }, (_, n) => `a${n}: id`).join(' ');
    expect(await send(`{ users { nodes { ${long} } } }`)).toMatchObject({ code: 'TOO_COSTLY' });
    const doubling = Array.from({ length: 14 }, (_, n) => `fragment F${n} on User { ...F${n + 1} ...F${n + 1} }`);
    const bomb = `{ users { nodes { ...F0 } } } ${doubling.join(' ')} fragment F14 on User { id name }`;
    expect(await send(bomb)).toMatchObject({ code: 'TOO_COSTLY' });
    expect(await send(`{ ${'__typename '.repeat(10_001)} }`)).toMatchObject({ status: 400, code: 'TOO_COSTLY' });
    const deep = `{ activityLog(id: ${'['.repeat(4000)}1${']'.repeat(4000)}) { id } }`;
    expect(await send(deep)).toEqual({ status: 400, code: 'TOO_COSTLY', field: 'query' });
    const broad = `{ ${'users { nodes { id } } '.repeat(400)} }`;
    expect(await send(broad)).toEqual({ status: 400, code: 'TOO_COSTLY', field: 'query' });
    const circle = '{ users { nodes { ...A } } } fragment A on User { ...B } fragment B on User { ...A }';
    expect(await send(circle)).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
  });
});

describe('values of the wrong type', () => {
  const badId = { status: 400, code: 'BAD_USER_INPUT' };

  it('ids that are not 24 hexadecimal digits, in variables', async () => {
    const named = { status: 200, code: 'BAD_USER_INPUT' };
    expect(fault(await gateway.query(ActivityLogByIdDocument, { id: 'xyz' }))).toEqual({ ...named, field: 'id' });
    expect(await create({ action: 'a', userId: 'xyz' })).toEqual({ ...named, field: 'input.userId' });
    expect(await create({ action: 'a', userId: 17 as never })).toEqual({ ...badId, field: 'input.userId' });
  });

  it('ids and dates in one item of a batch, of which the good items are recorded', async () => {
    const inputs = [
      { action: 'a' },
      { action: 'a', pathwayId: '66f0c2a1e4b0a1b2c3d4e5fg' },
      { action: 'a', occurredAt: 'yesterday' as never },
      { action: 'b' },
    ];
    const { createActivityLogs } = await gateway.data(CreateActivityLogsDocument, { inputs });
    expect(createActivityLogs.results.map(({ outcome, error }) => outcome ?? [error?.code, error?.field])).toEqual([
      'RECORDED',
      ['BAD_USER_INPUT', 'inputs[1].pathwayId'],
      ['BAD_USER_INPUT', 'inputs[2].occurredAt'],
      'RECORDED',
    ]);
  });

  it('ids that are not 24 hexadecimal digits, in the document', async () => {
    expect(await send('{ activityLog(id: "xyz") { id } }')).toEqual({ ...badId, field: 'id' });
    expect(await send('{ activityLog(id: 17) { id } }')).toEqual({ ...badId, field: 'id' });
    const input = '{ tags: ["a", "b"], object: { type: "t" }, action: "a", userId: "xyz" }';
    expect(await send(`mutation { createActivityLog(input: ${input}) { outcome } }`)).toEqual({
      ...badId,
      field: 'input.userId',
    });
    expect(await send(`mutation { createActivityLogs(inputs: [{ action: "b" }, ${input}]) { cursor } }`)).toEqual({
      ...badId,
      field: 'inputs.userId',
    });
  });

  it('dates that are no dates', async () => {
    for (const occurredAt of ['yesterday', '2026-02-30T00:00:00Z', '2026-01-01', '2026-01-01T00:00:00', 17]) {
      expect(await create({ action: 'a', occurredAt }), String(occurredAt)).toMatchObject({
        code: 'BAD_USER_INPUT',
        field: 'input.occurredAt',
      });
    }
    expect(await send('{ activityLogs(filter: { occurredAfter: "soon" }) { totalCount } }')).toEqual({
      ...badId,
      field: 'filter.occurredAfter',
    });
  });

  it('numbers, words and objects in the place of others', async () => {
    expect(await send(createText, { i: { action: 17 } })).toMatchObject({ code: 'BAD_USER_INPUT', field: 'i.action' });
    expect(await send(createText, { i: { action: 'a', outcome: 'MAYBE' } })).toMatchObject({ field: 'i.outcome' });
    expect(await send(createText, { i: { action: 'a', value: 'seven' } })).toMatchObject({ field: 'i.value' });
    expect(await send(createText, { i: 'text' })).toMatchObject({ status: 400, code: 'BAD_USER_INPUT', field: 'i' });
    expect(await send(createText, {})).toMatchObject({ status: 400, code: 'BAD_USER_INPUT', field: 'i' });
    expect(await send('{ users(first: "ten") { totalCount } }')).toMatchObject({
      status: 400,
      code: 'GRAPHQL_VALIDATION_FAILED',
      field: 'first',
    });
  });

  it('more of them than are listed', async () => {
    const { status, errors } = await gateway.query(CreateActivityLogsDocument, {
      inputs: Array.from({ length: 60 }, () => ({}) as { action: string }),
    });
    expect(status).toBe(400);
    expect(new Set(errors!.map(({ extensions }) => extensions.code))).toEqual(new Set(['BAD_USER_INPUT']));
    expect(errors!.at(-1)!.message).toContain('Too many errors');
  });

  it('fields that an input does not have', async () => {
    expect(await send(createText, { i: { action: 'a', colour: 'red' } })).toMatchObject({
      status: 400,
      code: 'BAD_USER_INPUT',
      field: 'i',
    });
  });

  it('are quoted in messages only so far', async () => {
    const answer = await gateway.query(createText, { i: 'x'.repeat(100_000) });
    expect(answer.errors![0]!.message.length).toBeLessThan(600);
  });
});

describe('an entry', () => {
  it('nested 33 levels', async () => {
    expect(await create({ action: 'a', additionalData: nested(33) })).toMatchObject({
      code: 'TOO_LARGE',
      field: 'input.additionalData',
    });
    const deepest = nested(32);
    const { createActivityLog } = await gateway.data(CreateActivityLogDocument, {
      input: { action: 'a', additionalData: deepest },
    });
    expect(createActivityLog.activityLog?.additionalData).toEqual(deepest);
  });

  it('nested 100,000 levels', async () => {
    expect(await gateway.query(createText, { i: 1 })).toMatchObject({ status: 400 });
    const body = `{"query":"${createText}","variables":{"i":{"action":"a","additionalData":${'['.repeat(100_000)}${']'.repeat(100_000)}}}}`;
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: gateway.people.admin! },
      body,
    });
    expect(fault({ ...((await response.json()) as Answer<unknown>), status: 200 })).toMatchObject({
      code: 'TOO_LARGE',
      field: 'input.additionalData',
    });
  });

  it('over 256 KB', async () => {
    expect(await create({ action: 'a', additionalData: 'x'.repeat(256 * 1024) })).toMatchObject({ code: 'TOO_LARGE' });
  });

  it('with a lone surrogate', async () => {
    expect(await create({ action: '\udc00' })).toMatchObject({ code: 'BAD_USER_INPUT', field: 'input.action' });
    expect(await create({ action: 'a', tags: ['ok', '\ud800'] })).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await create({ action: 'a', additionalData: { deep: ['\ud800'] } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: expect.stringMatching(/^input\.additionalData/),
    });
  });

  it('of two actors, or of none that is known', async () => {
    const userId = gateway.users.alice;
    expect(await create({ action: 'a', userId, userEmail: 'bob@example.com' })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: expect.stringMatching(/^input\.user/),
    });
    expect(await create({ action: 'a', userId: '000000000000000000000000' })).toMatchObject({
      code: expect.stringMatching(/NOT_FOUND|BAD_USER_INPUT/),
      field: 'input.userId',
    });
  });

  it('of other content under a key that is taken', async () => {
    await gateway.data(CreateActivityLogDocument, { input: { key: 'taken', action: 'a' } });
    expect(await create({ key: 'taken', action: 'b' })).toMatchObject({ code: 'CONFLICT', field: 'input.key' });
  });
});

describe('a batch', () => {
  it('of 1,001 inputs', async () => {
    const before = await gateway.data(CountActivityLogsDocument, {});
    const inputs = Array.from({ length: 1001 }, () => ({ action: 'many' }));
    expect(fault(await gateway.query(CreateActivityLogsDocument, { inputs }))).toMatchObject({
      code: 'TOO_LARGE',
      field: 'inputs',
    });
    expect(await gateway.data(CountActivityLogsDocument, {})).toEqual(before);
    const { createActivityLogs } = await gateway.data(CreateActivityLogsDocument, { inputs: inputs.slice(1) });
    expect(createActivityLogs.results.every((result) => result.outcome === 'RECORDED')).toBe(true);
  });
});

describe('a page', () => {
  const page = async (variables: object) => fault(await gateway.query(ActivityLogsWithUsersDocument, variables));

  it('of fewer than none, or more than 1,000', async () => {
    expect(await page({ first: -1 })).toMatchObject({ code: 'BAD_USER_INPUT', field: 'first' });
    expect(await page({ last: -1 })).toMatchObject({ code: 'BAD_USER_INPUT', field: 'last' });
    expect(await page({ first: 1001 })).toMatchObject({ code: 'BAD_USER_INPUT', field: 'first' });
  });

  it('from both ends', async () => {
    expect(await page({ first: 1, last: 1 })).toMatchObject({ code: 'BAD_USER_INPUT', field: 'last' });
  });

  it('after a cursor from elsewhere', async () => {
    expect(await page({ after: 'nonsense' })).toMatchObject({ code: 'CURSOR_UNKNOWN', field: 'after' });
    expect(await page({ first: 1, before: 'nonsense' })).toMatchObject({ code: 'CURSOR_UNKNOWN', field: 'before' });
    const users = await gateway.data(UsersDocument, { first: 1 });
    expect(await page({ after: users.users.pageInfo.endCursor })).toMatchObject({ code: 'CURSOR_UNKNOWN' });
    expect(await page({ after: users.users.feedCursor })).toMatchObject({ code: 'CURSOR_UNKNOWN' });
    const abroad = await gateway.data(UsersDocument, {}, { as: 'foreigner' });
    expect(await page({ atLeast: abroad.users.feedCursor })).toMatchObject({
      code: 'CURSOR_UNKNOWN',
      field: 'atLeast',
    });
  });
});

describe('a look-up', () => {
  it('by nothing or by two things', async () => {
    expect(await send('{ user { id } }')).toMatchObject({ code: 'BAD_USER_INPUT', field: 'id' });
    expect(await send('{ user(id: "66f0c2a1e4b0a1b2c3d4e5f6", email: "a@example.com") { id } }')).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'email',
    });
    expect(await send('{ activity { id } }')).toMatchObject({ code: 'BAD_USER_INPUT', field: 'id' });
  });
});

describe('a delete', () => {
  it('that constrains nothing', async () => {
    for (const filter of [{}, { search: ' ' }, { actions: null }, { omitActions: [] }]) {
      expect(fault(await gateway.query(DeleteActivityLogsDocument, { filter })), JSON.stringify(filter)).toMatchObject({
        code: 'BAD_USER_INPUT',
        field: 'filter',
      });
    }
  });
});

describe('a credential', () => {
  it('that lacks the scope', async () => {
    expect(await create({ action: 'a' }, 'reader')).toMatchObject({ code: 'FORBIDDEN' });
    expect(fault(await gateway.query(CountActivityLogsDocument, {}, { as: 'writer' }))).toMatchObject({
      code: 'FORBIDDEN',
    });
    const input = { name: 'Mallory' };
    expect(fault(await gateway.query(CreateUserDocument, { input }, { as: 'alice' }))).toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('that is missing or wrong', async () => {
    expect(await create({ action: 'a' }, 'nobody')).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(await create({ action: 'a' }, 'wrong')).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });
});
