import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type DemoSecrets,
  ensureDemoCredentials,
  ensureDemoWorkspace,
  fixedDemoSecrets,
} from '../../scripts/demo/credentials.js';
import { newId } from '../../src/base/ids.js';
import type { Store } from '../../src/store/connect.js';
import { authenticatorOn, basic, openAuthStore } from './support.js';

let store: Store;
let workspaceId: string;
const userId = newId();
beforeAll(async () => {
  store = await openAuthStore();
});
afterAll(() => store.close());

async function expectDemo(secrets: DemoSecrets): Promise<void> {
  const authenticator = authenticatorOn(store);
  const token = async (clientId: string, clientSecret: string) =>
    authenticator.authenticate(
      `Bearer ${(await authenticator.issueToken({ tenant: 'demo', clientId, clientSecret })).accessToken}`,
    );
  const everything = { workspaceId, scopes: new Set(['*']) };
  expect(await authenticator.authenticate(basic('demo', secrets.demo))).toMatchObject(everything);
  expect(await token('demo', secrets.demo)).toMatchObject(everything);
  expect(await authenticator.authenticate(`Bearer ${secrets.key}`)).toMatchObject({ ...everything, userId });
  const { scopes } = await token('demo-reader', secrets.reader);
  expect([...scopes].filter((scope) => !scope.endsWith(':read'))).toEqual([]);
  expect(scopes.has('source:read')).toBe(false);
}

async function expectShut(secrets: DemoSecrets): Promise<void> {
  const authenticator = authenticatorOn(store);
  const shut = { code: 'UNAUTHENTICATED' };
  await expect(authenticator.authenticate(basic('demo', secrets.demo))).rejects.toMatchObject(shut);
  await expect(authenticator.authenticate(`Bearer ${secrets.key}`)).rejects.toMatchObject(shut);
  for (const [clientId, clientSecret] of [
    ['demo', secrets.demo],
    ['demo-reader', secrets.reader],
  ] as const) {
    await expect(authenticator.issueToken({ tenant: 'demo', clientId, clientSecret })).rejects.toMatchObject(shut);
  }
}

it('the well-known secrets open the demo, made once however often and by however many at once', async () => {
  const workspaces = await Promise.all([ensureDemoWorkspace(store), ensureDemoWorkspace(store)]);
  workspaceId = workspaces[0].id;
  expect(workspaces[1].id).toBe(workspaceId);
  const made = await Promise.all([1, 2].map(() => ensureDemoCredentials(store, { workspaceId, userId })));
  await ensureDemoCredentials(store, { workspaceId, userId });
  expect(made).toEqual([fixedDemoSecrets, fixedDemoSecrets]);
  const documents = await store.collection('credentials').find().toArray();
  expect(documents.map(({ version }) => version)).toEqual([1, 1, 1, 1]);
  await expectDemo(fixedDemoSecrets);
});

it('random secrets shut the well-known ones out, are the same at every start, and go again', async () => {
  const randomFrom = 'a token secret of at least thirty-two characters';
  const random = await ensureDemoCredentials(store, { workspaceId, userId, randomFrom });
  expect(await ensureDemoCredentials(store, { workspaceId, userId, randomFrom })).toEqual(random);
  expect(await ensureDemoCredentials(store, { workspaceId, userId, randomFrom: `${randomFrom}!` })).not.toEqual(random);
  await expectShut(random);
  await ensureDemoCredentials(store, { workspaceId, userId, randomFrom });
  await expectDemo(random);
  await expectShut(fixedDemoSecrets);
  await ensureDemoCredentials(store, { workspaceId, userId });
  await expectDemo(fixedDemoSecrets);
  await expectShut(random);
});
