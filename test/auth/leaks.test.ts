import { type FastifyBaseLogger, fastify } from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { makeSecret } from '../../src/auth/secrets.js';
import { registerOAuth } from '../../src/server/oauth.js';
import { addCredential, addWorkspace, authenticatorOn, basic, capturingLogger, openAuthStore } from './support.js';

it('no secret, right or wrong, reaches the log or an error', async () => {
  const store = await openAuthStore();
  onTestFinished(() => store.close());
  const { logger, text } = capturingLogger();
  const authenticator = authenticatorOn(store, { logger });
  const app = fastify({ loggerInstance: logger as FastifyBaseLogger });
  onTestFinished(() => app.close());
  await registerOAuth(app, { authenticator });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });

  const acme = await addWorkspace(store, 'acme');
  const key = await addCredential(store, acme.id, { kind: 'API_KEY' });
  const chosen = await addCredential(store, acme.id, { kind: 'BASIC', chosen: 'chosen-by-alice' });
  const client = await addCredential(store, acme.id, { kind: 'CLIENT', clientId: 'portal' });
  const wrong = [makeSecret('API_KEY'), 'wrong-by-bob', 'mallory.was.here'];
  const secrets = [key.secret, chosen.secret, client.secret, ...wrong];
  const shown: string[] = [];

  const headers = [...secrets.map((secret) => `Bearer ${secret}`), ...secrets.map((secret) => basic('acme', secret))];
  for (const header of headers) {
    await authenticator
      .authenticate(header)
      .catch((error: Error) => shown.push(`${error.stack} ${JSON.stringify(error)}`));
  }
  for (const client_secret of secrets) {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'portal', client_secret });
    const response = await fetch(`${url}/oauth2/token/acme`, { method: 'POST', body });
    const answer = (await response.json()) as { access_token?: string };
    if (answer.access_token) secrets.push(answer.access_token);
    else shown.push(JSON.stringify(answer));
  }
  await authenticator
    .authenticate(`Bearer ${secrets.at(-1)}x`)
    .catch((error: Error) => shown.push(String(error.stack)));

  expect(text()).toContain('credential not accepted');
  expect(shown.length).toBeGreaterThan(10);
  for (const secret of secrets) {
    const base64 = Buffer.from(`acme:${secret}`).toString('base64');
    for (const form of [secret, base64]) expect([text(), ...shown].some((line) => line.includes(form))).toBe(false);
  }
  const everything = await store.collection('credentials').find().toArray();
  for (const secret of secrets) expect(JSON.stringify(everything)).not.toContain(secret);
});
