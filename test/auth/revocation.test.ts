import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Authenticator, credentialMaxAgeMs } from '../../src/auth/authenticate.js';
import { makeSecret, storedMadeSecret } from '../../src/auth/secrets.js';
import { newId } from '../../src/base/ids.js';
import type { Workspace } from '../../src/model/workspace.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { CredentialStore } from '../../src/store/credentials.js';
import { addCredential, addWorkspace, authenticatorOn, basic, openAuthStore, TestClock } from './support.js';

let store: Store;
let credentials: CredentialStore;
let acme: Workspace;
const clock = new TestClock();
/** Two processes of the gateway on one store. */
let here: Authenticator;
let there: Authenticator;

beforeAll(async () => {
  store = await openAuthStore();
  credentials = new CredentialStore(store);
  acme = await addWorkspace(store, 'acme');
  here = authenticatorOn(store, { clock });
  there = authenticatorOn(store, { clock });
});
afterAll(() => store.close());

const unauthenticated = { code: 'UNAUTHENTICATED' };

it.each(['API_KEY', 'CLIENT', 'BASIC', 'chosen API_KEY', 'chosen BASIC'] as const)(
  'a revoked %s is refused in every process after half a second',
  async (name) => {
    const kind = name.replace('chosen ', '') as 'API_KEY' | 'CLIENT' | 'BASIC';
    const clientId = newId();
    const { secret, credential } = await addCredential(store, acme.id, {
      kind,
      scopes: ['*'],
      ...(kind === 'CLIENT' ? { clientId } : {}),
      ...(name === kind ? {} : { chosen: `chosen-${kind}` }),
    });
    const request = { tenant: 'acme', clientId, clientSecret: secret };
    const header =
      kind === 'CLIENT'
        ? `Bearer ${(await here.issueToken(request)).accessToken}`
        : kind === 'BASIC'
          ? basic('acme', secret)
          : `Bearer ${secret}`;
    for (const process of [here, there]) {
      const viewer = await process.authenticate(header);
      expect(await process.stillGood(viewer)).toBe(true);
    }
    const viewer = await there.authenticate(header);
    await credentials.revoke(acme.id, credential.id, new Date());
    clock.advance(credentialMaxAgeMs + 1);
    for (const process of [here, there]) {
      await expect(process.authenticate(header)).rejects.toMatchObject(unauthenticated);
      expect(await process.stillGood(viewer)).toBe(false);
      if (kind === 'CLIENT') await expect(process.issueToken(request)).rejects.toMatchObject(unauthenticated);
    }
  },
);

it('asks the store once in half a second, however often and at once a key is used, known or not', async () => {
  const monitored = await connectStore({
    url: inject('mongodbUrl'),
    database: store.db.databaseName,
    monitorCommands: true,
  });
  let asked = 0;
  monitored.db.client.on('commandStarted', (event) => {
    if (event.commandName === 'find') asked += 1;
  });
  const process = authenticatorOn(monitored, { clock });
  const { secret } = await addCredential(store, acme.id, { kind: 'API_KEY' });
  for (const header of [
    `Bearer ${secret}`,
    `Bearer ${makeSecret('API_KEY')}`,
    basic('nobody', 'x'),
    'Bearer not-known',
  ]) {
    const use = () =>
      process.authenticate(header).catch((error: unknown) => expect(error).toMatchObject(unauthenticated));
    asked = 0;
    await Promise.all(Array.from({ length: 50 }, use));
    await use();
    expect(asked).toBe(1);
    clock.advance(credentialMaxAgeMs + 1);
    await use();
    expect(asked).toBe(2);
  }
  await monitored.close();
});

it('another secret ends the tokens and sockets that came of the former', async () => {
  const clientId = newId();
  const { secret, credential } = await addCredential(store, acme.id, { kind: 'CLIENT', clientId });
  const { accessToken } = await here.issueToken({ tenant: 'acme', clientId, clientSecret: secret });
  const viewer = await here.authenticate(`Bearer ${accessToken}`);
  const next = makeSecret('CLIENT');
  await credentials.replaceSecret(acme.id, credential.id, storedMadeSecret(next));
  clock.advance(credentialMaxAgeMs + 1);
  await expect(here.authenticate(`Bearer ${accessToken}`)).rejects.toMatchObject(unauthenticated);
  expect(await here.stillGood(viewer)).toBe(false);
  await expect(here.issueToken({ tenant: 'acme', clientId, clientSecret: secret })).rejects.toMatchObject(
    unauthenticated,
  );
  const renewed = await here.issueToken({ tenant: 'acme', clientId, clientSecret: next });
  expect(await here.stillGood(await here.authenticate(`Bearer ${renewed.accessToken}`))).toBe(true);
});

it('a viewer ends with its credential’s time, also without another look at the store', async () => {
  const expiresAt = new Date(clock.now().getTime() + 100);
  const { secret } = await addCredential(store, acme.id, { kind: 'API_KEY', expiresAt });
  const viewer = await here.authenticate(`Bearer ${secret}`);
  expect(await here.stillGood(viewer)).toBe(true);
  clock.advance(100);
  expect(await here.stillGood(viewer)).toBe(false);
});
