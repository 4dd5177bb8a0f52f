import { request } from 'node:http';
import { createClient } from 'graphql-sse';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CreateActivityLogDocument } from '../../schema/operations/operations.js';
import { decodeFeedCursor } from '../../src/base/cursor.js';
import { type GraphqlError, startGateway, type TestGateway } from '../support/gateway.js';
import { RawSocket } from '../support/raw-socket.js';
import { RawStream } from '../support/streaming.js';

const friend = 'https://app.example.com';
const lines: string[] = [];
let gateway: TestGateway;
beforeAll(async () => {
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const socketLimits = { connectionsPerCredential: 2, pingMs: 500 };
  gateway = await startGateway({ logger, socketLimits, env: { ALLOWED_ORIGINS: friend } });
});
afterAll(() => gateway.close());

const logged = 'subscription Followed { activityLogged(filter: { actions: ["rare"] }) { cursor } }';
const typename = JSON.stringify({ query: '{ __typename }' });

interface Sent {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}
/** Sends headers that `fetch` would keep to itself. */
function send(method: string, headers: Record<string, string>, body?: string, query = ''): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const all = { authorization: gateway.people.admin!, ...headers };
    const sent = request(`${gateway.url}/graphql/stream${query}`, { method, headers: all }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
const post = (body: string, headers: Record<string, string> = {}) =>
  send('POST', { 'content-type': 'application/json', accept: 'text/event-stream', ...headers }, body);
const get = (parameters: Record<string, string>, headers: Record<string, string> = {}) =>
  send('GET', { accept: 'text/event-stream', ...headers }, undefined, `?${new URLSearchParams(parameters)}`);
const fault = ({ status, text }: Sent): unknown[] => {
  const [error] = (JSON.parse(text) as { errors: GraphqlError[] }).errors;
  return [status, error!.extensions.code, error!.extensions.field];
};

describe('events', () => {
  it('stand on the wire as the protocol says', async () => {
    const sent = await post(typename);
    expect(sent.status).toBe(200);
    expect(sent.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(sent.headers['x-request-id']).toMatch(/^[\w-]{8,64}$/);
    expect(sent.text).toBe(':\n\nevent: next\ndata: {"data":{"__typename":"Query"}}\n\nevent: complete\ndata:\n\n');
  });

  it('answer a GET, whose objects are JSON texts', async () => {
    const query = 'query Q($n: Int) { activityLogs(first: $n) { totalCount } }';
    const sent = await get({ query, variables: '{"n":1}', operationName: 'Q' });
    expect(sent.text).toContain('event: next\ndata: {"data":{"activityLogs":{"totalCount":');
  });

  it('come with comments between them that carry the newest cursor, also where nothing matched', async () => {
    const raw = await RawStream.open(gateway, { query: logged });
    const { createActivityLog } = await gateway.data(CreateActivityLogDocument, { input: { action: 'frequent' } });
    const { seq } = decodeFeedCursor(createActivityLog.cursor, 'cursor');
    const seqs = () => [...raw.text.matchAll(/^: cursor (.+)$/gm)].map(([, text]) => decodeFeedCursor(text!, 'c').seq);
    await raw.until(() => seqs().includes(seq));
    expect(raw.results).toEqual([]);
    raw.cut();
  });
});

describe('a request that is at fault itself', () => {
  it.each<[string, unknown[], () => Promise<Sent>]>([
    ['that is no JSON', [400, 'BAD_USER_INPUT', 'body'], () => post('{"query": ')],
    ['of several operations', [400, 'BAD_USER_INPUT', 'body'], () => post(`[${typename}]`)],
    ['without a query', [400, 'BAD_USER_INPUT', 'query'], () => post('{"variables":{}}')],
    ['by GET without a query', [400, 'BAD_USER_INPUT', 'query'], () => get({})],
    [
      'with variables that are a list',
      [400, 'BAD_USER_INPUT', 'variables'],
      () => post('{"query":"{a}","variables":[]}'),
    ],
    [
      'by GET with variables that are no JSON',
      [400, 'BAD_USER_INPUT', 'variables'],
      () => get({ query: '{ __typename }', variables: '{' }),
    ],
    ['with a hash alone', [400, 'BAD_USER_INPUT', 'query'], () => post('{"extensions":{"persistedQuery":{}}}')],
    [
      'of another media type',
      [415, 'BAD_USER_INPUT', 'content-type'],
      () => post(typename, { 'content-type': 'text/plain' }),
    ],
    ['for another media type', [406, 'BAD_USER_INPUT', 'accept'], () => post(typename, { accept: 'application/json' })],
    [
      'by GET for a mutation',
      [405, 'BAD_USER_INPUT', 'query'],
      () => get({ query: 'mutation { createActivityLog(input: { action: "no" }) { outcome } }' }),
    ],
    ['with a token', [400, 'BAD_USER_INPUT', 'token'], () => post(typename, { 'x-graphql-event-stream-token': 'x' })],
    [
      'without a good credential',
      [401, 'UNAUTHENTICATED', undefined],
      () => post(typename, { authorization: 'Bearer no' }),
    ],
    ['from a foreign page', [403, 'FORBIDDEN', undefined], () => post(typename, { origin: 'https://evil.example' })],
    [
      'from another site',
      [403, 'FORBIDDEN', undefined],
      () => get({ query: '{a}' }, { 'sec-fetch-site': 'cross-site' }),
    ],
  ])('%s is refused by its status', async (_name, told, act) => {
    expect(fault(await act())).toEqual(told);
  });

  it('from an allowed page is answered to that page', async () => {
    const sent = await post(typename, { origin: friend });
    expect([sent.status, sent.headers['access-control-allow-origin']]).toEqual([200, friend]);
    const raw = await RawStream.open(gateway, { query: logged }, 'admin', { origin: friend });
    expect(raw.response.headers['access-control-allow-origin']).toBe(friend);
    raw.cut();
  });

  it('for a single connection is refused, and a stock client in that mode says so', async () => {
    const sent = await send('PUT', {});
    expect([...fault(sent), sent.headers.allow]).toEqual([405, 'BAD_USER_INPUT', 'method', 'GET, POST']);
    const client = createClient({
      url: `${gateway.url}/graphql/stream`,
      headers: { authorization: gateway.people.admin! },
      singleConnection: true,
      retryAttempts: 0,
    });
    const error = await new Promise((resolve, reject) => {
      client.subscribe({ query: logged }, { next: reject, complete: () => reject(new Error('done')), error: resolve });
    });
    expect(error).toMatchObject({ message: 'Server responded with 405: Method Not Allowed' });
    client.dispose();
  });
});

describe('limits', () => {
  it('count streams and sockets of one credential together; the next is told to come back later', async () => {
    const socket = await RawSocket.acknowledged(gateway, gateway.people.reader);
    const stream = await RawStream.open(gateway, { query: logged }, 'reader');
    const refused = await post(JSON.stringify({ query: logged }), { authorization: gateway.people.reader! });
    expect([...fault(refused), refused.headers['retry-after']]).toEqual([429, 'RATE_LIMITED', undefined, '5']);
    const closed = await RawSocket.open(gateway);
    closed.send({ type: 'connection_init', payload: { authorization: gateway.people.reader } });
    expect((await closed.closed()).code).toBe(1013);
    // What is answered at once is no connection that stays.
    expect((await post(typename, { authorization: gateway.people.reader! })).status).toBe(200);
    socket.socket.terminate();
    stream.cut();
  });
});

describe('the log', () => {
  it('has a line when a stream begins and one when it ends, and each is counted once', async () => {
    lines.length = 0;
    const raw = await RawStream.open(gateway, { query: logged });
    const id = raw.response.headers['x-request-id'];
    const told = () => lines.map((line) => JSON.parse(line)).filter(({ requestId }) => requestId === id);
    expect(told()).toMatchObject([
      { msg: 'operation on a stream', kind: 'subscription', operationName: 'Followed', path: '/graphql/stream' },
    ]);
    raw.cut();
    await expect.poll(() => told().map(({ msg }) => msg)).toEqual(['operation on a stream', 'stream ended']);
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(text).toMatch(/http_requests_total\{route="\/graphql\/stream",operation="subscription",status="200"\} \d+/);
  });
});
