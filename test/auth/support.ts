import { pino } from 'pino';
import { inject } from 'vitest';
import { Authenticator } from '../../src/auth/authenticate.js';
import { makeSecret, storedMadeSecret } from '../../src/auth/secrets.js';
import { SlowSecrets } from '../../src/auth/slow-secrets.js';
import type { Clock } from '../../src/base/clock.js';
import { type Id, newId } from '../../src/base/ids.js';
import { type Logger, silentLogger } from '../../src/base/logger.js';
import type { CredentialKind } from '../../src/model/credential.js';
import type { Scope } from '../../src/model/scopes.js';
import type { Viewer } from '../../src/model/viewer.js';
import type { Workspace } from '../../src/model/workspace.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import type { CredentialRecord } from '../../src/store/credential-document.js';
import { CredentialStore } from '../../src/store/credentials.js';
import { ensureSchema } from '../../src/store/schema.js';
import { UnscopedStore } from '../../src/store/unscoped.js';

export const tokenSecret = 'a secret for tests, of more than thirty-two characters';

/** A store of its own, with the collections that getting in needs. */
export async function openAuthStore(url: string = inject('mongodbUrl')): Promise<Store> {
  const store = await connectStore({ url, database: `auth_${newId()}`, serverSelectionTimeoutMs: 500 });
  await ensureSchema(store);
  return store;
}

/** Time that moves only when told to. */
export class TestClock implements Clock {
  #ms = Date.parse('2026-03-01T12:00:00Z');
  now = (): Date => new Date(this.#ms);
  monotonicMs = (): number => this.#ms;
  advance(ms: number): void {
    this.#ms += ms;
  }
}

/** As one process of the gateway: an authenticator with its own caches on a shared store. */
export function authenticatorOn(
  store: Store,
  options: { clock?: Clock; logger?: Logger; slowSecrets?: SlowSecrets } = {},
): Authenticator {
  return new Authenticator({
    credentials: new CredentialStore(store),
    unscoped: new UnscopedStore(store),
    tokenSecret,
    logger: silentLogger,
    ...options,
  });
}

export async function addWorkspace(store: Store, key: string): Promise<Workspace> {
  const workspace = { id: newId(), key, name: key, createdAt: new Date() };
  await new UnscopedStore(store).insertWorkspace(workspace);
  return workspace;
}

export interface Given {
  readonly kind: CredentialKind;
  readonly scopes?: readonly Scope[];
  readonly clientId?: string;
  readonly userId?: Id;
  readonly expiresAt?: Date;
  /** A secret that a person chose; absent: one is made. */
  readonly chosen?: string;
}

export async function addCredential(
  store: Store,
  workspaceId: Id,
  given: Given,
): Promise<{ secret: string; credential: CredentialRecord }> {
  const { chosen, scopes, ...rest } = given;
  const secret = chosen ?? makeSecret(given.kind);
  const credential: CredentialRecord = {
    id: newId(),
    workspaceId,
    name: given.kind,
    ...rest,
    scopes: scopes ?? ['activity_log:read'],
    version: 1,
    createdAt: new Date(),
    secret: chosen === undefined ? storedMadeSecret(secret) : await new SlowSecrets().store(chosen),
  };
  await new CredentialStore(store).insert(workspaceId, credential);
  return { secret, credential };
}

export const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

export const viewerOf = (workspaceId: Id, scopes: Scope[], userId?: Id): Viewer => ({
  workspaceId,
  credentialId: newId(),
  owner: 'client:test',
  ...(userId === undefined ? {} : { userId }),
  scopes: new Set(scopes),
});

/** A logger at its most talkative, and all that it said. */
export function capturingLogger(): { logger: Logger; text(): string } {
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  return { logger, text: () => lines.join('') };
}
