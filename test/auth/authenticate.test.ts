import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Authenticator } from '../../src/auth/authenticate.js';
import { newId } from '../../src/base/ids.js';
import type { Workspace } from '../../src/model/workspace.js';
import type { Store } from '../../src/store/connect.js';
import {
  addCredential,
  addWorkspace,
  authenticatorOn,
  basic,
  openAuthStore,
  TestClock,
  tokenSecret,
} from './support.js';

let store: Store;
let acme: Workspace;
let other: Workspace;
let clock: TestClock;
let authenticator: Authenticator;

beforeAll(async () => {
  store = await openAuthStore();
  acme = await addWorkspace(store, 'acme');
  other = await addWorkspace(store, 'other');
  clock = new TestClock();
  authenticator = authenticatorOn(store, { clock });
});
afterAll(() => store.close());

const refused = (header: string | undefined) =>
  expect(authenticator.authenticate(header)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });

async function client(scopes: Parameters<typeof addCredential>[2]['scopes'] = ['*'], expiresAt?: Date) {
  const clientId = `client-${newId()}`;
  const { secret, credential } = await addCredential(store, acme.id, {
    kind: 'CLIENT',
    clientId,
    scopes,
    ...(expiresAt ? { expiresAt } : {}),
  });
  const request = { tenant: 'acme', clientId, clientSecret: secret };
  return {
    request,
    credential,
    issue: (scope?: string) => authenticator.issueToken({ ...request, ...(scope === undefined ? {} : { scope }) }),
  };
}

describe('an API key', () => {
  it('of our making names its workspace, owner and scopes', async () => {
    const { secret, credential } = await addCredential(store, acme.id, { kind: 'API_KEY', scopes: ['user:read'] });
    expect(await authenticator.authenticate(`Bearer ${secret}`)).toEqual({
      workspaceId: acme.id,
      credentialId: credential.id,
      credentialVersion: 1,
      owner: `client:${credential.id}`,
      scopes: new Set(['user:read']),
    });
  });

  it('that belongs to a user owns in the name of that user', async () => {
    const userId = newId();
    const { secret } = await addCredential(store, acme.id, { kind: 'API_KEY', userId });
    expect(await authenticator.authenticate(`bearer   ${secret} `)).toMatchObject({ userId, owner: `user:${userId}` });
  });

  it('may have been chosen by a person', async () => {
    const { credential } = await addCredential(store, acme.id, { kind: 'API_KEY', chosen: 'chosen-key' });
    expect(await authenticator.authenticate('Bearer chosen-key')).toMatchObject({ credentialId: credential.id });
    await refused('Bearer chosen-kez');
  });

  it('ends when it expires', async () => {
    const expiresAt = new Date(clock.now().getTime() + 10_000);
    const { secret } = await addCredential(store, acme.id, { kind: 'API_KEY', expiresAt });
    expect(await authenticator.authenticate(`Bearer ${secret}`)).toMatchObject({ expiresAt });
    clock.advance(10_000);
    await refused(`Bearer ${secret}`);
  });

  it('is not good as Basic, nor a Basic secret as Bearer', async () => {
    const key = await addCredential(store, acme.id, { kind: 'API_KEY' });
    const secret = await addCredential(store, acme.id, { kind: 'BASIC' });
    await refused(basic('acme', key.secret));
    await refused(`Bearer ${secret.secret}`);
  });
});

describe('Basic', () => {
  it('takes the workspace by key or id, and a made or a chosen secret', async () => {
    const made = await addCredential(store, acme.id, { kind: 'BASIC' });
    const chosen = await addCredential(store, acme.id, { kind: 'BASIC', chosen: 'pass:wörd' });
    for (const tenant of ['acme', acme.id]) {
      expect(await authenticator.authenticate(basic(tenant, made.secret))).toMatchObject({
        workspaceId: acme.id,
        credentialId: made.credential.id,
      });
      expect(await authenticator.authenticate(basic(tenant, 'pass:wörd'))).toMatchObject({
        credentialId: chosen.credential.id,
      });
    }
    await refused(basic('acme', 'pass:word'));
  });

  it('is good for its own workspace only', async () => {
    const { secret } = await addCredential(store, acme.id, { kind: 'BASIC' });
    await refused(basic('other', secret));
    await refused(basic(other.id, secret));
    await refused(basic('nobody', secret));
    await refused(basic(newId(), secret));
  });
});

describe('an access token', () => {
  it('is good for an hour and carries the scopes asked for', async () => {
    const { issue, credential } = await client();
    const issued = await issue('api/read source:read');
    expect(issued).toMatchObject({ expiresIn: 3600, scope: 'api/read source:read' });
    const expiresAt = new Date(Math.floor(clock.now().getTime() / 1000) * 1000 + 3_600_000);
    const viewer = await authenticator.authenticate(`Bearer ${issued.accessToken}`);
    expect(viewer).toMatchObject({ credentialId: credential.id, owner: `client:${credential.id}`, expiresAt });
    expect([...viewer.scopes].sort()).toEqual([
      'activity_log:read',
      'notification:read',
      'pathway:read',
      'source:read',
      'user:read',
    ]);
    clock.advance(3_600_000);
    await refused(`Bearer ${issued.accessToken}`);
    expect(await authenticator.stillGood(viewer)).toBe(false);
  });

  it('carries all scopes of the client when none is asked for', async () => {
    const { issue } = await client(['user:read', 'webhooks']);
    expect(await issue()).toMatchObject({ scope: 'user:read webhooks' });
    expect(await issue(' ')).toMatchObject({ scope: 'user:read webhooks' });
  });

  it('never has a scope that the client lacks', async () => {
    const { issue } = await client(['activity_log:read']);
    for (const scope of ['activity_log:write', '*', 'api/read', 'no-such-scope']) {
      await expect(issue(scope)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'scope' });
    }
    expect(await issue('activity_log:read:own')).toMatchObject({ scope: 'activity_log:read:own' });
  });

  it('ends with its client', async () => {
    const expiresAt = new Date(clock.now().getTime() + 60_000);
    const { issue } = await client(['*'], expiresAt);
    const { accessToken } = await issue();
    expect(await authenticator.authenticate(`Bearer ${accessToken}`)).toMatchObject({ expiresAt });
    clock.advance(60_000);
    await refused(`Bearer ${accessToken}`);
    await expect(issue()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('is refused when changed, signed by others, unsigned, or of another make', async () => {
    const { issue, credential } = await client();
    const { accessToken } = await issue();
    const [head, body, signature] = accessToken.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = (key: string, payload: Record<string, unknown>, typ = 'at+jwt') =>
      new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ }).sign(new TextEncoder().encode(key));
    await authenticator.authenticate(`Bearer ${await signed(tokenSecret, claims)}`);
    for (const forged of [
      `${head}.${encode({ ...claims, workspace: other.id })}.${signature}`,
      `${encode({ alg: 'none', typ: 'at+jwt' })}.${body}.${signature}`,
      `${head}.${body}.AAAA`,
      await signed('another secret of more than thirty-two characters', claims),
      await signed(tokenSecret, claims, 'JWT'),
      await signed(tokenSecret, { ...claims, iss: 'somebody' }),
      await signed(tokenSecret, { ...claims, exp: undefined }),
      await signed(tokenSecret, { ...claims, scope: 'everything' }),
      await signed(tokenSecret, { ...claims, workspace: other.id }),
      await signed(tokenSecret, { ...claims, version: 2 }),
      await signed(tokenSecret, { ...claims, sub: credential.workspaceId }),
    ]) {
      await refused(`Bearer ${forged}`);
    }
  });

  it('is not given for a wrong tenant, client, secret or kind', async () => {
    const { request } = await client();
    const key = await addCredential(store, acme.id, { kind: 'API_KEY' });
    for (const wrong of [
      { tenant: 'other' },
      { tenant: 'nobody' },
      { clientId: 'nobody' },
      { clientId: key.credential.id, clientSecret: key.secret },
      { clientSecret: 'wrong' },
      { clientSecret: '' },
    ]) {
      await expect(authenticator.issueToken({ ...request, ...wrong })).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
        message: 'Tenant, client id or client secret is wrong',
      });
    }
  });
});

describe('a header that cannot be right', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['blanks', '   '],
    ['no scheme', 'demo-key'],
    ['another scheme', 'Digest abc'],
    ['Bearer alone', 'Bearer'],
    ['Bearer and blanks', 'Bearer   '],
    ['two words', 'Bearer one two'],
    ['a quoted key', 'Bearer "demo-key"'],
    ['a key of an unknown making', 'Bearer agw_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['a key that is only its prefix', 'Bearer agw_'],
    ['something like a token', 'Bearer a.b.c'],
    ['a very long key', `Bearer ${'a'.repeat(600)}`],
    ['a header too long', `Bearer ${'a'.repeat(10_000)}`],
    ['Basic alone', 'Basic'],
    ['Basic that is no base64', 'Basic acme:secret'],
    ['Basic without a colon', `Basic ${base64('acme')}`],
    ['Basic without a tenant', `Basic ${base64(':secret')}`],
    ['Basic without a secret', `Basic ${base64('acme:')}`],
    ['Basic with a zero byte', `Basic ${base64('acme\u0000:secret')}`],
    ['Basic that is no UTF-8', `Basic ${Buffer.from([97, 58, 255, 254]).toString('base64')}`],
  ])('%s', async (_name, header) => {
    const error = await authenticator.authenticate(header).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((error as Error).message.length).toBeGreaterThan(10);
    if (header && header.length > 12) expect((error as Error).message).not.toContain(header.slice(7).trim());
  });
});
