import { Agent, get, type IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CreateActivityLogDocument, CreateActivityLogsDocument } from '../../schema/operations/operations.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.data(CreateActivityLogsDocument, { inputs: Array.from({ length: 50 }, () => ({ action: 'walked' })) });
});
afterAll(() => gateway.close());

const large = '{ activityLogs(first: 50) { nodes { id action } } }';
const small = '{ viewer { scopes } }';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** As the bytes come. */
function read(path: string, headers: Record<string, string> = {}, agent?: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const authorization = gateway.people.admin!;
    get(`${gateway.url}${path}`, { headers: { authorization, ...headers }, agent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts) }),
      );
    }).on('error', reject);
  });
}
const query = (text: string, headers?: Record<string, string>) =>
  read(`/graphql?query=${encodeURIComponent(text)}`, headers);

describe('an answer', () => {
  it('above a size is compressed as its caller takes it', async () => {
    const plain = await query(large);
    expect(plain.headers['content-encoding']).toBeUndefined();
    const { action } = JSON.parse(plain.body.toString()).data.activityLogs.nodes[0];
    expect(action).toBe('walked');
    for (const [encoding, open] of [
      ['gzip', gunzipSync],
      ['br', brotliDecompressSync],
    ] as const) {
      const packed = await query(large, { 'accept-encoding': encoding });
      expect([packed.headers['content-encoding'], packed.headers.vary]).toEqual([
        encoding,
        expect.stringMatching(/accept-encoding/i),
      ]);
      expect(packed.body.length).toBeLessThan(plain.body.length / 2);
      expect(open(packed.body)).toEqual(plain.body);
    }
    expect((await query(large, { 'accept-encoding': 'gzip, br' })).headers['content-encoding']).toBe('br');
    expect((await query(small, { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBeUndefined();
  });

  it('of events is never compressed', async () => {
    const path = `/graphql/stream?query=${encodeURIComponent(large)}`;
    const events = await read(path, { accept: 'text/event-stream', 'accept-encoding': 'gzip, br' });
    expect(events.headers['content-encoding']).toBeUndefined();
    expect(events.body.toString()).toContain('event: next\ndata: {"data":{"activityLogs"');
  });

  it('of façades is compressed, too', async () => {
    const packed = await read('/activities', { 'accept-encoding': 'gzip' });
    expect([packed.status, packed.headers['content-encoding']]).toEqual([200, 'gzip']);
  });
});

describe('an answer to GET', () => {
  it('need not be sent again where it is equal to the one before', async () => {
    const first = await query(large);
    const { etag } = first.headers;
    expect([first.status, first.headers['cache-control']]).toEqual([200, 'private, no-cache']);
    expect(first.headers.vary).toMatch(/authorization/);
    const again = await query(large, { 'if-none-match': etag! });
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, etag]);
    const packed = await query(large, { 'if-none-match': etag!, 'accept-encoding': 'gzip' });
    expect([packed.status, packed.body.length]).toEqual([304, 0]);
    await gateway.data(CreateActivityLogDocument, { input: { action: 'swam' } });
    const changed = await query(large, { 'if-none-match': etag! });
    expect(changed.status).toBe(200);
    expect(changed.body.toString()).toContain('swam');
  });

  it('is for who asks: another credential gets its own', async () => {
    const { etag } = (await query(small)).headers;
    const other = await query(small, { 'if-none-match': etag!, authorization: gateway.people.reader! });
    expect(other.status).toBe(200);
    expect((await query(small, { 'if-none-match': etag!, authorization: gateway.people.wrong! })).status).toBe(401);
  });
});

describe('a connection', () => {
  it('is kept for the next request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let connections = 0;
    gateway.gateway.app.server.on('connection', () => {
      connections += 1;
    });
    for (let n = 0; n < 3; n += 1) expect((await read('/health/live', {}, agent)).status).toBe(200);
    agent.destroy();
    expect(connections).toBe(1);
  });
});

it('several operations in one request are refused', async () => {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: gateway.people.admin! },
    body: JSON.stringify([{ query: small }, { query: small }]),
  });
  expect([response.status, await response.json()]).toMatchObject([
    400,
    {
      errors: [
        {
          message: expect.stringContaining('lists of operations'),
          extensions: { code: 'BAD_USER_INPUT', field: 'body' },
        },
      ],
    },
  ]);
});
