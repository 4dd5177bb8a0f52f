import { request as httpRequest } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { AnonymousCallers } from '../../../src/auth/anonymous.js';
import { systemClock } from '../../../src/base/clock.js';
import { newId } from '../../../src/base/ids.js';
import { startGateway } from '../../support/gateway.js';
import { path, row } from './support.js';

const key = `anonymous-${newId().slice(-6)}`;
const gateway = await startGateway({ env: { ANONYMOUS_WORKSPACE: key } });
const closed = await startGateway();
afterAll(() => Promise.all([gateway.close(), closed.close()]));
await gateway.store.db.collection('workspaces').updateOne({ key: gateway.home.key }, { $set: { key } });

/** With any header, also those that fetch keeps to itself. */
async function call(method: string, headers: Record<string, string>, url = gateway.url): Promise<[number, number]> {
  const { hostname, port } = new URL(url);
  const request = httpRequest({ hostname, port, method, path, headers });
  request.end(method === 'POST' ? JSON.stringify(row()) : undefined);
  const [response] = await new Promise<[import('node:http').IncomingMessage]>((resolve, reject) => {
    request.on('response', (answer) => resolve([answer]));
    request.on('error', reject);
  });
  return [response.statusCode!, ((await json(response)) as { code: number }).code];
}

const { port } = new URL(gateway.url);
const asJson = { 'content-type': 'application/json' };

describe('a call without a credential', () => {
  it.each<[string, Record<string, string>]>([
    ['nothing else', {}],
    ['localhost', { host: `localhost:${port}` }],
    ['IPv6', { host: `[::1]:${port}` }],
    [
      'our own page',
      { host: `localhost:${port}`, origin: `http://localhost:${port}`, 'sec-fetch-site': 'same-origin' },
    ],
    ['an address that was typed', { 'sec-fetch-site': 'none' }],
  ])('is answered from this machine: %s', async (_what, headers) => {
    expect(await call('GET', headers)).toEqual([200, 0]);
    expect(await call('POST', { ...headers, ...asJson })).toEqual([200, 0]);
    expect(await call('POST', { ...headers, 'content-type': 'application/json; charset=utf-8' })).toEqual([200, 0]);
  });

  it.each<[string, Record<string, string>]>([
    ['x-forwarded-for', { 'x-forwarded-for': '127.0.0.1' }],
    ['x-forwarded-proto', { 'x-forwarded-proto': 'https' }],
    ['forwarded', { forwarded: 'for=127.0.0.1' }],
    ['via', { via: '1.1 proxy' }],
    ['x-real-ip', { 'x-real-ip': '127.0.0.1' }],
    ['a foreign host', { host: 'evil.example' }],
    ['a name that begins like ours', { host: 'localhost.evil.example' }],
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['an origin on another port', { origin: 'http://127.0.0.1:1' }],
    ['no origin', { origin: 'null' }],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a page of the same site', { 'sec-fetch-site': 'same-site' }],
    ['an empty credential', { authorization: '' }],
    ['a wrong credential', { authorization: 'Bearer agw_wrong' }],
  ])('is refused: %s', async (_what, headers) => {
    for (const method of ['GET', 'POST']) {
      expect(await call(method, { ...asJson, ...headers })).toEqual([401, 40101]);
    }
  });

  it.each([{}, { 'content-type': 'text/plain' }, { 'content-type': 'application/jsonp' }])(
    'is refused as a POST of %j, which any page could send',
    async (headers) => {
      expect(await call('POST', headers as Record<string, string>)).toEqual([401, 40101]);
    },
  );

  it('is refused where no workspace is named for it', async () => {
    expect(await call('GET', {}, closed.url)).toEqual([401, 40101]);
  });

  it('is one of a peer on this machine: an address elsewhere is none', async () => {
    const unscoped = { findWorkspace: async () => gateway.home };
    const callers = new AnonymousCallers({ workspace: key, unscoped, clock: systemClock });
    const from = (remoteAddress: string | undefined) =>
      callers.viewer({ remoteAddress, headers: { host: 'localhost' }, method: 'GET', contentType: undefined });
    for (const here of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) {
      const viewer = await from(here);
      expect(viewer.workspaceId).toBe(gateway.home.id);
      expect([...viewer.scopes].sort()).toEqual(['activity_log:read', 'activity_log:write']);
    }
    for (const there of ['10.0.0.1', '192.168.1.2', '::ffff:10.0.0.1', '2001:db8::1', undefined]) {
      await expect(from(there)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  it('has no other door', async () => {
    for (const door of ['/app/v1/activity-logs', '/graphql']) {
      const response = await fetch(`${gateway.url}${door}`, {
        method: 'POST',
        headers: asJson,
        body: '{"query":"{ activityLogs { totalCount } }"}',
      });
      expect(await response.text()).toMatch(/UNAUTHENTICATED|invalid_token/);
    }
  });
});
