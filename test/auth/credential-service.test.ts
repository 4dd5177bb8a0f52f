import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Authenticator } from '../../src/auth/authenticate.js';
import { decodeFeedCursor } from '../../src/base/cursor.js';
import { type Id, newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { type Log, openLog } from '../../src/log/log.js';
import type { Scope } from '../../src/model/scopes.js';
import type { Workspace } from '../../src/model/workspace.js';
import type { CreateCredentialInput } from '../../src/services/credentials/input.js';
import { CredentialService } from '../../src/services/credentials.js';
import type { Store } from '../../src/store/connect.js';
import { CredentialStore } from '../../src/store/credentials.js';
import { toRecord } from '../../src/store/log-document.js';
import { addWorkspace, authenticatorOn, openAuthStore, TestClock, viewerOf } from './support.js';

let store: Store;
let log: Log;
let service: CredentialService;
let authenticator: Authenticator;
let acme: Workspace;
let other: Workspace;
const userId = newId();
const clock = new TestClock();

beforeAll(async () => {
  store = await openAuthStore();
  log = openLog({ store, logger: silentLogger });
  acme = await addWorkspace(store, 'acme');
  other = await addWorkspace(store, 'other');
  authenticator = authenticatorOn(store, { clock });
  service = new CredentialService({
    credentials: new CredentialStore(store),
    recorder: log.recorder,
    reader: log.feeds,
    states: log.states,
    userExists: async (workspaceId: Id, id: Id) => workspaceId === acme.id && id === userId,
    clock,
  });
});
afterAll(async () => {
  await log.close();
  await store.close();
});

const manager = (workspace = acme) => viewerOf(workspace.id, ['*']);
const input = (more: Partial<CreateCredentialInput> = {}): CreateCredentialInput => ({
  kind: 'API_KEY',
  name: 'a key',
  scopes: ['activity_log:read'],
  ...more,
});

describe('create', () => {
  it.each(['API_KEY', 'BASIC', 'CLIENT'] as const)('makes a %s that gets in, and notes it in the log', async (kind) => {
    const made = await service.create(manager(), input({ kind, scopes: ['api/read', 'webhooks'], userId }));
    const { credential, secret, seq, cursor } = made;
    expect(credential).toMatchObject({ kind, name: 'a key', userId, version: 1, createdAt: clock.now() });
    expect(credential.scopes).toEqual([
      'activity_log:read',
      'user:read',
      'pathway:read',
      'notification:read',
      'webhooks',
    ]);
    expect(JSON.stringify(credential)).not.toMatch(/secret|hash/i);
    expect(decodeFeedCursor(cursor, 'cursor')).toMatchObject({ workspaceId: acme.id, seq });
    const [record] = await log.logs.readAfter(acme.id, seq - 1, 1);
    expect(toRecord(record!)).toMatchObject({
      seq,
      control: { noun: 'credential', change: 'created', subjectId: credential.id },
    });
    expect(JSON.stringify(record)).not.toContain(secret);
    const header =
      kind === 'API_KEY'
        ? `Bearer ${secret}`
        : kind === 'BASIC'
          ? `Basic ${Buffer.from(`acme:${secret}`).toString('base64')}`
          : `Bearer ${(await authenticator.issueToken({ tenant: 'acme', clientId: credential.clientId!, clientSecret: secret })).accessToken}`;
    expect(await authenticator.authenticate(header)).toMatchObject({ credentialId: credential.id, userId });
  });

  it('makes 192 random bits each time', async () => {
    const secrets = await Promise.all(
      Array.from({ length: 20 }, async () => (await service.create(manager(), input())).secret),
    );
    expect(new Set(secrets).size).toBe(20);
    for (const secret of secrets) expect(secret).toMatch(/^agw_[\w-]{32}$/);
  });

  const bad: [string, Partial<CreateCredentialInput>, string][] = [
    ['an unknown kind', { kind: 'ROOT' as never }, 'input.kind'],
    ['no name', { name: '  ' }, 'input.name'],
    ['a long name', { name: 'x'.repeat(201) }, 'input.name'],
    ['a lone surrogate', { name: '\ud800' }, 'input.name'],
    ['no scopes', { scopes: [] }, 'input.scopes'],
    ['an unknown scope', { scopes: ['user:read', 'all'] }, 'input.scopes'],
    ['a scope that every object has', { scopes: ['constructor'] }, 'input.scopes'],
    [':own without a user', { scopes: ['pathway:read:own'] }, 'input.scopes'],
    ['a user id that is none', { userId: 'me' }, 'input.userId'],
    ['a clientId of no client', { clientId: 'x' }, 'input.clientId'],
    ['a clientId with a colon', { kind: 'CLIENT', clientId: 'a:b' }, 'input.clientId'],
    ['an end in the past', { expiresAt: new Date(0) }, 'input.expiresAt'],
    ['an end that is no date', { expiresAt: new Date('x') }, 'input.expiresAt'],
  ];
  it.each(bad)('refuses %s', async (_name, more, field) => {
    await expect(service.create(manager(), input(more))).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field });
  });

  it('refuses a user of nobody or of another workspace', async () => {
    const missing = { code: 'NOT_FOUND', field: 'input.userId' };
    await expect(service.create(manager(), input({ userId: newId() }))).rejects.toMatchObject(missing);
    await expect(service.create(manager(other), input({ userId }))).rejects.toMatchObject(missing);
  });

  it('takes a client id once per workspace, also of two at once, and notes only the one', async () => {
    const client = input({ kind: 'CLIENT', clientId: 'portal' });
    const before = (await log.feeds.settle(acme.id)).seq;
    const both = await Promise.allSettled([service.create(manager(), client), service.create(manager(), client)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(service.create(manager(), client)).rejects.toMatchObject({ code: 'CONFLICT', field: 'clientId' });
    expect((await log.feeds.settle(acme.id)).seq).toBe(before + 1);
    await service.create(manager(other), client);
  });
});

describe('who may', () => {
  const everything: Scope[] = ['activity_log:read', 'activity_log:write', 'user:write', 'source:write', 'webhooks'];
  it('only who has *, whatever else one has', async () => {
    const viewer = viewerOf(acme.id, everything);
    const forbidden = { code: 'FORBIDDEN', message: expect.stringContaining('*') };
    await expect(service.create(viewer, input())).rejects.toMatchObject(forbidden);
    await expect(service.list(viewer, {})).rejects.toMatchObject(forbidden);
    await expect(service.get(viewer, newId())).rejects.toMatchObject(forbidden);
    await expect(service.revoke(viewer, newId())).rejects.toMatchObject(forbidden);
  });

  it('only in one’s own workspace: another’s credential does not exist', async () => {
    const { credential, secret } = await service.create(manager(), input());
    expect(await service.get(manager(other), credential.id)).toBeUndefined();
    await expect(service.revoke(manager(other), credential.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await authenticator.authenticate(`Bearer ${secret}`)).toMatchObject({ credentialId: credential.id });
    const listed = await service.list(manager(other), {});
    expect(listed.items.every(({ node }) => node.workspaceId === other.id)).toBe(true);
  });
});

it('revoke ends it, notes it once however often it is said, and knows only what exists', async () => {
  const { credential, secret } = await service.create(manager(), input());
  const first = await service.revoke(manager(), credential.id);
  expect(first.credential).toMatchObject({ revokedAt: clock.now(), version: 2 });
  clock.advance(1000);
  const second = await service.revoke(manager(), credential.id);
  expect(second).toEqual(first);
  await expect(authenticator.authenticate(`Bearer ${secret}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect(service.revoke(manager(), newId())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(service.revoke(manager(), 'x')).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'id' });
});

describe('list', () => {
  it('pages forth and back over all of them, once each, and tells truly what lies beside', async () => {
    const workspace = await addWorkspace(store, 'paged');
    const made: Id[] = [];
    for (let count = 0; count < 7; count += 1)
      made.push((await service.create(manager(workspace), input())).credential.id);
    const ids = [...made].sort();
    const page = async (request: Parameters<CredentialService['list']>[1]) => {
      const found = await service.list(manager(workspace), request);
      return {
        ids: found.items.map(({ node }) => node.id),
        cursors: found.items.map(({ cursor }) => cursor),
        feedCursor: found.feedCursor,
        next: await found.hasNextPage(),
        previous: await found.hasPreviousPage(),
        total: await found.totalCount(),
      };
    };
    const one = await page({ first: 3 });
    expect(one).toMatchObject({ ids: ids.slice(0, 3), next: true, previous: false, total: 7 });
    await service.create(manager(workspace), input());
    const two = await page({ first: 3, after: one.cursors[2] });
    expect(two).toMatchObject({ ids: ids.slice(3, 6), next: true, previous: true, feedCursor: one.feedCursor });
    expect(await page({ last: 2, before: two.cursors[0] })).toMatchObject({
      ids: ids.slice(1, 3),
      next: true,
      previous: true,
    });
    expect(await page({ last: 9, before: one.cursors[2] })).toMatchObject({
      ids: ids.slice(0, 2),
      next: true,
      previous: false,
    });
    expect(await page({ first: 0 })).toMatchObject({ ids: [], next: true, previous: false });
    expect(await page({ last: 0 })).toMatchObject({ ids: [], next: false, previous: true });
    expect(await page({ first: 5, before: one.cursors[0] })).toMatchObject({ ids: [], next: true, previous: false });
    await expect(service.list(manager(), { after: one.cursors[0] })).rejects.toMatchObject({ code: 'CURSOR_UNKNOWN' });
  });

  it.each([
    [{ first: -1 }, 'first'],
    [{ last: 1001 }, 'last'],
    [{ first: 1, last: 1 }, 'last'],
    [{ first: 1.5 }, 'first'],
  ])('refuses %j', async (request, field) => {
    await expect(service.list(manager(), request)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field });
  });
});
