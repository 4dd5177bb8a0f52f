import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ViewerDocument } from '../../schema/operations/operations.js';
import { type GraphqlError, startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

interface Sent {
  readonly status: number;
  readonly headers: Headers;
  readonly type: string;
  readonly body: { data?: unknown; errors?: GraphqlError[] };
}

async function send(path: string, init: RequestInit = {}): Promise<Sent> {
  const authorization = gateway.people.admin!;
  const headers = { authorization, ...(init.headers as Record<string, string>) };
  const response = await fetch(`${gateway.url}${path}`, { ...init, headers });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, headers: response.headers, type, body: text === '' ? {} : JSON.parse(text) };
}

const post = (body: string, headers: Record<string, string> = {}) =>
  send('/graphql', { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
const codeOf = (sent: Sent): string | undefined => sent.body.errors?.[0]?.extensions.code;
const typename = JSON.stringify({ query: '{ __typename }' });

describe('a path that cannot be decoded', () => {
  it('is refused like all that is malformed', async () => {
    const sent = await send('/%zz');
    expect(sent.status).toBe(400);
    expect(sent.body.errors?.[0]?.extensions).toEqual({
      code: 'BAD_USER_INPUT',
      field: 'path',
      requestId: sent.headers.get('x-request-id'),
    });
  });
});

describe('every answer', () => {
  it('is data to a browser, whatever callers wrote into it', async () => {
    for (const path of [
      '/health/live',
      '/activities',
      '/export/activity-logs.csv',
      '/nowhere',
      '/graphql?query={__typename}',
    ])
      expect([path, (await fetch(`${gateway.url}${path}`)).headers.get('x-content-type-options')]).toEqual([
        path,
        'nosniff',
      ]);
  });
});

describe('POST /graphql', () => {
  it('answers in the media type that is asked for', async () => {
    const plain = await post(typename);
    expect([plain.status, plain.type, plain.body]).toEqual([
      200,
      expect.stringContaining('application/json'),
      { data: { __typename: 'Query' } },
    ]);
    const modern = await post(typename, { accept: 'application/graphql-response+json' });
    expect([modern.status, modern.type]).toEqual([200, expect.stringContaining('application/graphql-response+json')]);
    expect((await post(typename, { accept: 'text/html' })).status).toBe(406);
  });

  it('refuses a body that is not JSON', async () => {
    const sent = await post('{"query": ');
    expect([sent.status, codeOf(sent)]).toEqual([400, 'BAD_USER_INPUT']);
    expect(sent.body.errors?.[0]?.extensions.field).toBe('body');
    const modern = await post('[[', { accept: 'application/graphql-response+json' });
    expect([modern.status, modern.type]).toEqual([400, expect.stringContaining('application/graphql-response+json')]);
    expect(codeOf(await post(''))).toBe('BAD_USER_INPUT');
    expect(codeOf(await post('"text"'))).toBe('BAD_USER_INPUT');
    expect(codeOf(await post('{"variables": {}}'))).toBe('BAD_USER_INPUT');
  });

  it.each([
    ['"text"', 'body'],
    [`[${typename}]`, 'body'],
    ['{"variables": {}}', 'query'],
    ['{"query": 5}', 'query'],
    ['{"query": " "}', 'query'],
    ['{"query": "{ __typename }", "variables": "{}"}', 'variables'],
    ['{"query": "{ __typename }", "variables": [1]}', 'variables'],
    ['{"query": "{ __typename }", "extensions": 1}', 'extensions'],
    ['{"query": "{ __typename }", "operationName": 1}', 'operationName'],
  ])('names what is wrong with the body %s', async (body, field) => {
    const sent = await post(body);
    expect(sent.status).toBe(400);
    expect(sent.body.errors?.[0]?.extensions).toEqual({
      code: 'BAD_USER_INPUT',
      field,
      requestId: sent.headers.get('x-request-id'),
    });
  });

  it('tells who sends an unknown hash in place of a document to send the document', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'ab' } };
    expect(codeOf(await post(JSON.stringify({ extensions })))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  it('refuses what a form of another page could send', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const sent = await send('/graphql', { method: 'POST', body: typename, headers: { 'content-type': type } });
      expect([sent.status, codeOf(sent)], type).toEqual([415, 'BAD_USER_INPUT']);
    }
  });

  it('refuses a body of 17 MB, whether its length is told or not', async () => {
    const large = JSON.stringify({ query: '{ __typename }', variables: { text: 'x'.repeat(17 * 1024 * 1024) } });
    const sent = await post(large);
    expect([sent.status, codeOf(sent)]).toEqual([413, 'TOO_LARGE']);
    const chunked = await new Promise<number>((resolve, reject) => {
      const request = httpRequest(
        `${gateway.url}/graphql`,
        { method: 'POST', headers: { 'content-type': 'application/json' } },
        (response) => {
          resolve(response.statusCode!);
          response.resume();
          request.destroy();
        },
      );
      request.on('error', reject);
      request.write(large);
      request.end();
    });
    expect(chunked).toBe(413);
  });

  it('does not end at deeply nested variables or documents', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const variables = await post(`{"query": "{ __typename }", "variables": {"deep": ${deep}}}`);
    expect(variables.body.data).toEqual({ __typename: 'Query' });
    const literal = await post(JSON.stringify({ query: `{ activityLog(id: ${'['.repeat(9000)}) { id } }` }));
    expect([literal.status, codeOf(literal)]).toEqual([400, 'TOO_COSTLY']);
    expect((await post(typename)).status).toBe(200);
  });

  it('refuses batches of operations', async () => {
    expect(codeOf(await post(`[${typename}]`))).toBe('BAD_USER_INPUT');
  });
});

describe('GET /graphql', () => {
  const get = (query: string) => send(`/graphql?query=${encodeURIComponent(query)}`);

  it('answers queries', async () => {
    expect((await get('{ __typename }')).body).toEqual({ data: { __typename: 'Query' } });
  });

  it('refuses mutations', async () => {
    const sent = await get('mutation { removeUser(id: "66f0c2a1e4b0a1b2c3d4e5f6") { deletedId } }');
    expect([sent.status, codeOf(sent)]).toEqual([405, 'BAD_USER_INPUT']);
    expect(sent.headers.get('allow')).toBe('POST');
  });
});

describe('any other path', () => {
  it('answers 404 in JSON', async () => {
    const sent = await send('/nothing-here');
    expect([sent.status, codeOf(sent)]).toEqual([404, 'NOT_FOUND']);
  });
});

describe('credentials', () => {
  it.each(['nobody', 'wrong'] as const)('%s is refused with 401', async (as) => {
    const answer = await gateway.query(ViewerDocument, {}, { as });
    expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(answer.headers.get('www-authenticate')).toMatch(/Bearer/);
    expect(answer.data).toBeUndefined();
  });

  it('nobody may look at the schema, for GraphiQL', async () => {
    const answer = await gateway.query('{ __schema { queryType { name } } }', {}, { as: 'nobody' });
    expect(answer.data).toEqual({ __schema: { queryType: { name: 'Query' } } });
  });

  it('nobody gets at data beside the schema, also not through a fragment', async () => {
    for (const query of [
      '{ __typename viewer { scopes } }',
      'query { ...on Query { viewer { scopes } } }',
      'query { ...F } fragment F on Query { viewer { scopes } }',
      'mutation { __typename }',
    ]) {
      const answer = await gateway.query(query, {}, { as: 'nobody' });
      expect([answer.status, answer.errors?.[0]?.extensions.code], query).toEqual([401, 'UNAUTHENTICATED']);
    }
  });

  it('in production not even the schema is shown to nobody', async () => {
    const production = await startGateway({ env: { NODE_ENV: 'production' } });
    const answer = await production.query('{ __schema { queryType { name } } }', {}, { as: 'nobody' });
    expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    const known = await production.query('{ __schema { queryType { name } } }');
    expect([known.status, known.errors?.[0]?.extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    await production.close();
    const open = await startGateway({ env: { NODE_ENV: 'production', INTROSPECTION: '1' } });
    expect((await open.query('{ __schema { queryType { name } } }')).status).toBe(200);
    expect((await open.query('{ __schema { queryType { name } } }', {}, { as: 'nobody' })).status).toBe(401);
    await open.close();
  });
});
