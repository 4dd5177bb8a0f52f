import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CreateCredentialDocument,
  CredentialByIdDocument,
  CredentialsDocument,
  RevokeCredentialDocument,
} from '../../schema/operations/operations.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const scopesOf = async (secret: string) => {
  const response = await fetch(`${gateway.url}/graphql?query=%7Bviewer%7Bscopes%7D%7D`, {
    headers: { authorization: `Bearer ${secret}` },
  });
  return { status: response.status, body: await response.json() };
};

describe('a credential', () => {
  it('is made, used, shown without its secret, and revoked', async () => {
    const { createCredential } = await gateway.data(CreateCredentialDocument, {
      input: { kind: 'API_KEY', name: 'dashboard', scopes: ['activity_log:read'] },
    });
    const { credential, secret } = createCredential;
    expect(await scopesOf(secret)).toEqual({
      status: 200,
      body: { data: { viewer: { scopes: ['activity_log:read'] } } },
    });
    const shown = await gateway.data(CredentialByIdDocument, { id: credential.id });
    expect(shown.credential).toEqual(credential);
    const { credentials } = await gateway.data(CredentialsDocument, { first: 100 });
    expect(credentials.nodes).toContainEqual(credential);
    expect(JSON.stringify(credentials)).not.toContain(secret);
    const { revokeCredential } = await gateway.data(RevokeCredentialDocument, { id: credential.id });
    expect(revokeCredential.credential.revokedAt).not.toBeNull();
    await expect.poll(async () => (await scopesOf(secret)).status, { timeout: 5000 }).toBe(401);
  });

  it('is exchanged for an access token that the API takes', async () => {
    const { createCredential } = await gateway.data(CreateCredentialDocument, {
      input: { kind: 'CLIENT', name: 'app', clientId: 'app', scopes: ['user:read'] },
    });
    const response = await fetch(`${gateway.url}/oauth2/token/${gateway.home.key}`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'app',
        client_secret: createCredential.secret,
      }),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    expect((await scopesOf(token)).body).toEqual({ data: { viewer: { scopes: ['user:read'] } } });
  });

  it('is for who may do everything, and gives nothing that its maker lacks', async () => {
    const input = { kind: 'API_KEY' as const, name: 'more', scopes: ['*'] };
    const answer = await gateway.query(CreateCredentialDocument, { input }, { as: 'reader' });
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});
