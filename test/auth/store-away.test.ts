import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { credentialMaxAgeMs } from '../../src/auth/authenticate.js';
import { makeSecret } from '../../src/auth/secrets.js';
import { silentLogger } from '../../src/base/logger.js';
import { openEngine } from '../../src/store/engine/engine.js';
import { addCredential, addWorkspace, authenticatorOn, basic, openAuthStore, TestClock } from './support.js';

it('says SERVICE_UNAVAILABLE, never UNAUTHENTICATED, while the store is away', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'activity-gateway-auth-'));
  const engine = await openEngine({ dataDir, logger: silentLogger, idleMs: 1000 });
  const store = await openAuthStore(engine.url);
  onTestFinished(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  });
  const clock = new TestClock();
  const acme = await addWorkspace(store, 'acme');
  const key = await addCredential(store, acme.id, { kind: 'API_KEY' });
  const client = await addCredential(store, acme.id, { kind: 'CLIENT', clientId: 'portal' });
  const authenticator = authenticatorOn(store, { clock });
  const request = { tenant: 'acme', clientId: 'portal', clientSecret: client.secret };
  const token = await authenticator.issueToken(request);
  const viewer = await authenticator.authenticate(`Bearer ${key.secret}`);
  expect(await authenticator.stillGood(viewer)).toBe(true);

  const pid = engine.pid()!;
  await engine.close();
  process.kill(pid, 'SIGKILL');
  // Known a moment ago, so good for that moment; afterwards nobody can say.
  expect(await authenticator.stillGood(viewer)).toBe(true);
  clock.advance(credentialMaxAgeMs + 1);
  const away = { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 1 };
  await Promise.all([
    expect(authenticator.authenticate(`Bearer ${key.secret}`)).rejects.toMatchObject(away),
    expect(authenticator.authenticate(`Bearer ${makeSecret('API_KEY')}`)).rejects.toMatchObject(away),
    expect(authenticator.authenticate('Bearer chosen')).rejects.toMatchObject(away),
    expect(authenticator.authenticate(`Bearer ${token.accessToken}`)).rejects.toMatchObject(away),
    expect(authenticator.authenticate(basic('acme', 'secret'))).rejects.toMatchObject(away),
    expect(authenticator.issueToken(request)).rejects.toMatchObject(away),
    expect(authenticator.stillGood(viewer)).rejects.toMatchObject(away),
  ]);
  // What is wrong in itself needs no store to be refused.
  await expect(authenticator.authenticate('Bearer a.b.c')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });

  const again = await openEngine({ dataDir, logger: silentLogger, idleMs: 200 });
  onTestFinished(() => again.close());
  expect(again.url).toBe(engine.url);
  expect(await authenticator.stillGood(viewer)).toBe(true);
  expect(await authenticator.authenticate(`Bearer ${token.accessToken}`)).toMatchObject({ workspaceId: acme.id });
});
