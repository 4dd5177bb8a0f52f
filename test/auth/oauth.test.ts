import { type FastifyInstance, fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Authenticator } from '../../src/auth/authenticate.js';
import { unavailable } from '../../src/base/errors.js';
import { registerOAuth } from '../../src/server/oauth.js';
import type { Store } from '../../src/store/connect.js';
import { addCredential, addWorkspace, authenticatorOn, basic, openAuthStore } from './support.js';

let store: Store;
let app: FastifyInstance;
let authenticator: Authenticator;
let url: string;
let workspaceId: string;
let secret: string;

beforeAll(async () => {
  store = await openAuthStore();
  workspaceId = (await addWorkspace(store, 'acme')).id;
  await addWorkspace(store, 'other');
  ({ secret } = await addCredential(store, workspaceId, {
    kind: 'CLIENT',
    clientId: 'portal',
    scopes: ['activity_log:read', 'user:read', 'pathway:read', 'notification:read'],
  }));
  await addCredential(store, workspaceId, { kind: 'CLIENT', clientId: 'a person: 100%', chosen: 'p&ss w+rd:=%' });
  authenticator = authenticatorOn(store);
  app = fastify();
  await registerOAuth(app, { authenticator });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await app.close();
  await store.close();
});

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function post(
  body: string | Record<string, string> | undefined,
  headers: Record<string, string> = {},
  tenant = 'acme',
) {
  const form = typeof body === 'object';
  const response = await fetch(`${url}/oauth2/token/${tenant}`, {
    method: 'POST',
    headers: { ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}), ...headers },
    ...(body === undefined ? {} : { body: form ? new URLSearchParams(body).toString() : body }),
  });
  const answer: Answer = { status: response.status, headers: response.headers, body: (await response.json()) as never };
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return answer;
}

const grant = { grant_type: 'client_credentials' };
const known = () => ({ ...grant, client_id: 'portal', client_secret: secret });

function expectError(answer: Answer, status: number, error: string): void {
  expect([answer.status, answer.body.error]).toEqual([status, error]);
  expect(Object.keys(answer.body)).toEqual(['error', 'error_description']);
  expect(answer.body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]{10,}$/);
}

describe('a token', () => {
  it('is given for a form body, under both paths and for key or id', async () => {
    for (const path of ['/oauth2/token/acme', '/rest/v1/oauth2/token/acme', `/oauth2/token/${workspaceId}`]) {
      const response = await fetch(url + path, { method: 'POST', body: new URLSearchParams(known()) });
      expect(response.status).toBe(200);
      const token = (await response.json()) as Record<string, string>;
      expect(token).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'activity_log:read user:read pathway:read notification:read',
      });
      const viewer = await authenticator.authenticate(`${token.token_type} ${token.access_token}`);
      expect(viewer.workspaceId).toBe(workspaceId);
    }
  });

  it('is given for Basic client authentication', async () => {
    const answer = await post(grant, { authorization: basic('portal', secret) });
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
    const repeated = await post({ ...grant, client_id: 'portal' }, { authorization: basic('portal', secret) });
    expect(repeated.status).toBe(200);
  });

  it('is given when id and secret are form-encoded before they are joined for Basic', async () => {
    const encode = (text: string): string => new URLSearchParams({ x: text }).toString().slice(2);
    const authorization = basic(encode('a person: 100%'), encode('p&ss w+rd:=%'));
    expect((await post(grant, { authorization })).status).toBe(200);
  });

  it('is given for a JSON body too', async () => {
    const answer = await post(JSON.stringify({ ...known(), scope: 'api/read' }), {
      'content-type': 'application/json',
    });
    expect(answer).toMatchObject({ status: 200, body: { scope: 'api/read' } });
  });

  it('ignores parameters that it does not know, and those without a value', async () => {
    expect((await post({ ...known(), audience: 'x', scope: '' })).status).toBe(200);
  });
});

describe('invalid_request', () => {
  const cases: [string, () => Promise<Answer>][] = [
    ['no body', () => post(undefined)],
    ['an empty form', () => post({})],
    ['no grant_type', () => post({ client_id: 'portal', client_secret: secret })],
    ['grant_type without a value', () => post({ ...known(), grant_type: '' })],
    [
      'a parameter twice',
      () =>
        post(`${new URLSearchParams(known())}&client_id=portal`, {
          'content-type': 'application/x-www-form-urlencoded',
        }),
    ],
    ['broken JSON', () => post('{"grant_type":', { 'content-type': 'application/json' })],
    ['JSON that is a list', () => post('[1]', { 'content-type': 'application/json' })],
    ['JSON null', () => post('null', { 'content-type': 'application/json' })],
    ['a number for a parameter', () => post('{"grant_type":1}', { 'content-type': 'application/json' })],
    ['another content type', () => post('<grant/>', { 'content-type': 'application/xml' })],
    ['plain text', () => post('grant_type=client_credentials', { 'content-type': 'text/plain' })],
    ['two ways of authenticating', () => post(known(), { authorization: basic('portal', secret) })],
    ['two different clients', () => post({ ...grant, client_id: 'x' }, { authorization: basic('portal', secret) })],
  ];
  it.each(cases)('%s', async (_name, send) => expectError(await send(), 400, 'invalid_request'));

  it('a body that is too large, by its own status', async () => {
    expectError(await post({ ...known(), scope: 'x'.repeat(20_000) }), 413, 'invalid_request');
  });

  it('another method, by its own status', async () => {
    const response = await fetch(`${url}/oauth2/token/acme`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('invalid_client', () => {
  it('is 401, and asks for Basic when Basic was used', async () => {
    const wrong = [basic('portal', 'wrong'), basic('nobody', secret), 'Basic !', 'Basic', `Bearer ${secret}`];
    for (const authorization of wrong) {
      const answer = await post(grant, { authorization });
      expectError(answer, 401, 'invalid_client');
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm="/);
    }
  });

  it('is 401 for a wrong or missing one in the body, without a challenge', async () => {
    const { client_id, client_secret } = known();
    for (const body of [
      { ...known(), client_secret: 'wrong' },
      { ...known(), client_id: 'nobody' },
      { ...grant, client_id },
      { ...grant, client_secret },
      grant,
    ]) {
      const answer = await post(body);
      expectError(answer, 401, 'invalid_client');
      expect(answer.headers.get('www-authenticate')).toBeNull();
    }
  });

  it('does not tell which tenants there are', async () => {
    const answers = [
      await post(known(), {}, 'other'),
      await post(known(), {}, 'nobody'),
      await post({ ...known(), client_id: 'x' }),
    ];
    for (const answer of answers) expectError(answer, 401, 'invalid_client');
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
  });
});

it('says unsupported_grant_type for any other grant', async () => {
  for (const grant_type of ['password', 'authorization_code', 'CLIENT_CREDENTIALS']) {
    expectError(await post({ ...known(), grant_type }), 400, 'unsupported_grant_type');
  }
});

it('says invalid_scope for a scope that does not exist or is not the client’s', async () => {
  for (const scope of ['api/all', 'user:write', 'nonsense', 'constructor', '__proto__'])
    expectError(await post({ ...known(), scope }), 400, 'invalid_scope');
});

it('says temporarily_unavailable when the store is away, and hides what it does not expect', async () => {
  const failing = fastify();
  const failures = [unavailable(new Error('secret detail')), new Error('secret detail')];
  await registerOAuth(failing, { authenticator: { issueToken: () => Promise.reject(failures.shift()) } });
  const send = () => failing.inject({ method: 'POST', url: '/oauth2/token/acme', payload: known() });
  const away = await send();
  expect([away.statusCode, away.json().error, away.headers['retry-after']]).toEqual([
    503,
    'temporarily_unavailable',
    '1',
  ]);
  const broken = await send();
  expect([broken.statusCode, broken.json().error]).toEqual([500, 'server_error']);
  expect(away.body + broken.body).not.toContain('detail');
  await failing.close();
});
