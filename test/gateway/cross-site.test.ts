import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway.js';

const friend = 'https://app.example.com';
const stranger = 'https://evil.example.com';
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ env: { ALLOWED_ORIGINS: friend } });
});
afterAll(() => gateway.close());

interface Sent {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
}

/** Sends headers that `fetch` would keep to itself. */
function send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const sent = request(`${gateway.url}${path}`, { method, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const query = (headers: Record<string, string>) =>
  send(
    'POST',
    '/graphql',
    { authorization: gateway.people.admin!, 'content-type': 'application/json', ...headers },
    JSON.stringify({ query: '{ __typename }' }),
  );
const preflight = (origin: string, path = '/graphql') =>
  send('OPTIONS', path, {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  });
const names = (header: string | string[] | undefined): string[] => String(header).toLowerCase().split(/, */);

describe('a page of another origin', () => {
  it('may talk to us once it is in ALLOWED_ORIGINS', async () => {
    const allowed = await preflight(friend);
    expect(allowed.status).toBe(204);
    expect(allowed.headers['access-control-allow-origin']).toBe(friend);
    expect(allowed.headers['access-control-allow-headers']).toMatch(/authorization/i);
    const answer = await query({ origin: friend, 'sec-fetch-site': 'cross-site' });
    expect(answer.status).toBe(200);
    expect(answer.headers['access-control-allow-origin']).toBe(friend);
    expect(answer.headers['access-control-expose-headers']).toMatch(/x-request-id.*retry-after/i);
  });

  it('may send and read the headers of our API and of the façades, at each of their paths', async () => {
    const traced = ['x-request-id', 'x-explain', 'traceparent', 'tracestate'];
    const sent = ['authorization', 'content-type', ...traced, 'x-idempotency-key', 'x-user-id'];
    const read = [
      'x-request-id',
      'x-feed-cursor',
      'etag',
      'retry-after',
      'x-idempotency-cache-hit',
      'x-idempotency-key',
    ];
    for (const path of ['/graphql', '/app/v1/activity-logs', '/oauth2/token/home']) {
      const allowed = await preflight(friend, path);
      expect(names(allowed.headers['access-control-allow-headers'])).toEqual([...sent, 'x-external-user-id']);
    }
    const refused = await send('POST', '/app/v1/activity-logs', { origin: friend }, '{}');
    expect(refused.status).toBe(401);
    expect(refused.headers['access-control-allow-origin']).toBe(friend);
    expect(names(refused.headers['access-control-expose-headers'])).toEqual(read);
  });

  it('may not, before', async () => {
    const refused = await preflight(stranger);
    expect(refused.headers['access-control-allow-origin']).toBeUndefined();
    const answer = await query({ origin: stranger });
    expect(answer.status).toBe(403);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('may not pass as nobody in particular', async () => {
    expect((await query({ origin: 'null' })).status).toBe(403);
    expect((await query({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await query({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    const link = await send('GET', '/graphql?query=%7B__typename%7D', { 'sec-fetch-site': 'cross-site' });
    expect(link.status).toBe(403);
  });
});

describe('our own page', () => {
  it('may, under whatever name it was reached', async () => {
    const { host } = new URL(gateway.url);
    expect((await query({ origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await query({ origin: 'https://gateway.example', host: 'gateway.example' })).status).toBe(200);
  });
});

describe('a client that is no browser', () => {
  it('sends neither header and is answered', async () => {
    expect((await query({})).status).toBe(200);
  });
});

describe('a demo', () => {
  it('answers under loopback names and those of ALLOWED_HOSTS only', async () => {
    const demo = await startGateway({ env: { MONGODB_URL: '', ALLOWED_HOSTS: 'demo.example' } });
    const under = (host: string) =>
      new Promise<number>((resolve, reject) => {
        request(`${demo.url}/health/live`, { headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode!);
        })
          .on('error', reject)
          .end();
      });
    const { port } = new URL(demo.url);
    expect(await under(`localhost:${port}`)).toBe(200);
    expect(await under(`127.0.0.1:${port}`)).toBe(200);
    expect(await under(`[::1]:${port}`)).toBe(200);
    expect(await under('demo.example')).toBe(200);
    expect(await under('rebound.example')).toBe(403);
    expect(await under('127.0.0.1.rebound.example')).toBe(403);
    await demo.close();
  });

  it('executes nothing for a method that nobody reads the answer of', async () => {
    const mutation = 'mutation { createActivityLog(input: {action: "by-head"}) { cursor } }';
    const headers = { authorization: gateway.people.admin! };
    for (const method of ['HEAD', 'PUT', 'DELETE']) {
      const { status } = await send(method, `/graphql?query=${encodeURIComponent(mutation)}`, headers);
      expect([method, status]).toEqual([method, 404]);
    }
    const counted = '{ activityLogs(filter: { actions: ["by-head"] }) { totalCount } }';
    expect(await gateway.data(counted)).toEqual({ activityLogs: { totalCount: 0 } });
  });
});
