import { expect, vi } from 'vitest';
import { AccessTokens } from '../../src/auth/tokens.js';
import { type Scope, scopes } from '../../src/model/scopes.js';
import { CredentialStore } from '../../src/store/credentials.js';
import { addCredential, basic, tokenSecret } from '../auth/support.js';
import type { TestGateway } from '../support/gateway.js';
import type { Held } from './permissions.js';

/** A kind of credential, and what it has; `undefined` for one that is not good. */
export interface Shown {
  readonly name: string;
  readonly held?: Held;
  readonly authorization?: string;
}

const everything: readonly Scope[] = ['*'];
const whole: Held = { scopes: everything, isOfUser: false };

/** The names of all kinds, known before any is made. */
export const kinds: readonly string[] = [
  ...['none', 'unknown', 'malformed', 'revoked', 'expired', 'expired token', 'token of a revoked client'],
  ...['foreign', 'basic', 'token', 'narrowed token', 'no scope'],
  ...scopes.flatMap((scope) => [scope, `${scope} of a user`]),
];

/** One of each kind. */
export async function showAll(gateway: TestGateway): Promise<ReadonlyMap<string, Shown>> {
  const { store, home, abroad, users } = gateway;
  const shown = new Map<string, Shown>();
  const add = (name: string, authorization: string | undefined, held?: Held): void => {
    shown.set(name, { name, authorization, held });
  };
  const key = async (
    given: { scopes?: readonly Scope[]; userId?: string; expiresAt?: Date },
    workspaceId = home.id,
  ) => {
    const { secret, credential } = await addCredential(store, workspaceId, { kind: 'API_KEY', ...given });
    return { authorization: `Bearer ${secret}`, credential };
  };
  const client = async (name: string) => {
    const given = { kind: 'CLIENT', clientId: name, scopes: everything } as const;
    const { secret, credential } = await addCredential(store, home.id, given);
    const token = async (scope?: string) => {
      const request = { tenant: home.key, clientId: name, clientSecret: secret, scope };
      return `Bearer ${(await gateway.gateway.authenticator.issueToken(request)).accessToken}`;
    };
    return { credential, token };
  };

  add('none', undefined);
  add('unknown', 'Bearer agw_doesnotexist');
  add('malformed', 'Bearer');
  const revoked = await key({ scopes: everything });
  await new CredentialStore(store).revoke(home.id, revoked.credential.id, new Date());
  add('revoked', revoked.authorization);
  add('expired', (await key({ scopes: everything, expiresAt: new Date(Date.now() - 1000) })).authorization);

  const live = await client('live');
  const longAgo = { now: () => new Date(Date.now() - 7_200_000), monotonicMs: () => 0 };
  const { id, version } = live.credential;
  const claims = { workspaceId: home.id, credentialId: id, version, scopes: everything };
  add('expired token', `Bearer ${await new AccessTokens(tokenSecret, longAgo).issue(claims)}`);
  const gone = await client('gone');
  const goneToken = await gone.token();
  await new CredentialStore(store).revoke(home.id, gone.credential.id, new Date());
  add('token of a revoked client', goneToken);

  add('foreign', (await key({ scopes: everything }, abroad.id)).authorization, whole);
  const { secret } = await addCredential(store, home.id, { kind: 'BASIC', scopes: everything });
  add('basic', basic(home.key, secret), whole);
  add('token', await live.token(), whole);
  add('narrowed token', await live.token('user:read'), { scopes: ['user:read'], isOfUser: false });
  add('no scope', (await key({ scopes: [] })).authorization, { scopes: [], isOfUser: false });
  for (const scope of scopes) {
    add(scope, (await key({ scopes: [scope] })).authorization, { scopes: [scope], isOfUser: false });
    const ofUser = await key({ scopes: [scope], userId: users.alice });
    add(`${scope} of a user`, ofUser.authorization, { scopes: [scope], isOfUser: true });
  }
  // For half a second a process may go by what it knew before the revoking.
  for (const authorization of [revoked.authorization, goneToken]) {
    await vi.waitFor(() => expect(gateway.gateway.authenticator.authenticate(authorization)).rejects.toThrow(), 10_000);
  }
  return shown;
}
