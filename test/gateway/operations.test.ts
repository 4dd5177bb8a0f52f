import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GraphqlError, startGateway, type TestGateway } from '../support/gateway.js';

const metricsToken = 'a token for whoever scrapes';
const lines: string[] = [];
let gateway: TestGateway;
beforeAll(async () => {
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  gateway = await startGateway({ logger, env: { METRICS_TOKEN: metricsToken } });
});
afterAll(() => gateway.close());

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${gateway.url}${path}`, { headers });

describe('request ids', () => {
  it('come back in the answer and in its errors', async () => {
    const answer = await gateway.query('{ nothing }');
    const id = answer.headers.get('x-request-id');
    expect(id).toMatch(/^[\w-]{8,64}$/);
    expect(answer.errors?.[0]?.extensions.requestId).toBe(id);
  });

  it("are the caller's where those are harmless", async () => {
    expect((await get('/health/live', { 'x-request-id': 'trace-0815-abc' })).headers.get('x-request-id')).toBe(
      'trace-0815-abc',
    );
    for (const bad of ['short', '"quoted text"', 'x'.repeat(65)]) {
      expect((await get('/health/live', { 'x-request-id': bad })).headers.get('x-request-id')).not.toBe(bad);
    }
  });

  it('stand in the log beside what was asked for, without secrets, variables or query strings', async () => {
    lines.length = 0;
    const answer = await gateway.query('query Named($e: String) { user(email: $e) { id } }', { e: 'x@secret.example' });
    await get('/health/live?secret=in-the-query');
    const line = lines.map((text) => JSON.parse(text)).find((entry) => entry.operationName === 'Named');
    expect(line).toMatchObject({
      requestId: answer.headers.get('x-request-id'),
      method: 'POST',
      path: '/graphql',
      status: answer.status,
      durationMs: expect.any(Number),
    });
    expect(lines.join('')).not.toMatch(/secret\.example|in-the-query/);
    expect(lines.join('')).not.toContain(gateway.people.admin!.slice('Bearer '.length));
  });
});

describe('health', () => {
  it('is live and ready', async () => {
    expect((await get('/health/live')).status).toBe(200);
    expect((await get('/health/ready')).status).toBe(200);
  });

  it('is live but not ready while the store does not answer', async () => {
    const cut = await startGateway();
    await cut.store.close();
    expect((await fetch(`${cut.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${cut.url}/health/ready`)).status).toBe(503);
    const answer = await cut.query('{ viewer { scopes } }');
    expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(answer.headers.get('retry-after')).toBe('1');
    await cut.close();
  });
});

describe('metrics', () => {
  it('count requests by what they were, and name no workspace', async () => {
    await gateway.query('{ viewer { scopes } }');
    const text = await (await get('/metrics')).text();
    expect(text).toMatch(/http_requests_total\{route="\/graphql",operation="query",status="200"\} [1-9]/);
    expect(text).toMatch(/log_group_size_bucket/);
    expect(text).not.toContain(gateway.home.id);
    expect(text).not.toContain(gateway.home.key);
  });

  it('are for loopback without a proxy between, and for who brings the token', async () => {
    expect((await get('/metrics')).status).toBe(200);
    const forwarded = { 'x-forwarded-for': '203.0.113.9' };
    const refused = await get('/metrics', forwarded);
    expect(refused.status).toBe(403);
    expect(((await refused.json()) as { errors: GraphqlError[] }).errors[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await get('/metrics', { ...forwarded, authorization: `Bearer ${metricsToken}` })).status).toBe(200);
    expect((await get('/metrics', { ...forwarded, authorization: 'Bearer wrong' })).status).toBe(403);
    expect((await get('/metrics', { authorization: 'Bearer wrong' })).status).toBe(403);
  });
});

describe('closing', () => {
  it('finishes what is being answered, and drops idle connections', async () => {
    const closing = await startGateway();
    const idle = request(`${closing.url}/health/live`, { headers: { connection: 'keep-alive' } });
    await new Promise<void>((resolve, reject) => {
      idle.on('error', reject).on('response', (response) => response.on('end', resolve).resume());
      idle.end();
    });
    const answering = closing.query('{ viewer { scopes workspace { key } } }');
    await new Promise<void>((resolve) => {
      closing.gateway.app.server.once('request', () => resolve());
    });
    const closed = closing.close();
    expect((await answering).status).toBe(200);
    await closed;
    await expect(fetch(`${closing.url}/health/live`)).rejects.toThrow();
  });

  it('waits for nobody who has asked for nothing yet', async () => {
    const closing = await startGateway();
    const connected = once(closing.gateway.app.server, 'connection');
    // As browsers do ahead of need.
    const silent = connect(Number(new URL(closing.url).port), '127.0.0.1');
    await connected;
    const dropped = once(silent, 'close');
    await closing.close();
    await dropped;
  });
});
