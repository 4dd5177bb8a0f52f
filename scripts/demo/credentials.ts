import { createHash, createHmac } from 'node:crypto';
import { equalHashes, secretPrefixes, storedMadeSecret } from '../../src/auth/secrets.js';
import { SlowSecrets } from '../../src/auth/slow-secrets.js';
import { CodedError } from '../../src/base/errors.js';
import { type Id, newId } from '../../src/base/ids.js';
import type { CredentialKind } from '../../src/model/credential.js';
import { expandScopes, type Scope } from '../../src/model/scopes.js';
import type { Workspace } from '../../src/model/workspace.js';
import type { Store } from '../../src/store/connect.js';
import type { CredentialRecord, StoredSecret } from '../../src/store/credential-document.js';
import { CredentialStore } from '../../src/store/credentials.js';
import { UnscopedStore } from '../../src/store/unscoped.js';

/** What a person types to get into the demo. */
export interface DemoSecrets {
  /** Basic, and of the OAuth client `demo`: may do everything. */
  readonly demo: string;
  /** Of the OAuth client `demo-reader`: may only read. */
  readonly reader: string;
  /** The API key of the demo's user: may do everything. */
  readonly key: string;
}

const demoWorkspaceKey = 'demo';
/** Known to everybody, so for a gateway that only its own machine can reach. */
export const fixedDemoSecrets: DemoSecrets = { demo: 'demo-secret', reader: 'demo-reader-secret', key: 'demo-key' };

/** Secrets nobody can guess, the same at every start and in every process with this token secret, and kept nowhere. */
function randomDemoSecrets(tokenSecret: string): DemoSecrets {
  const derived = (prefix: string, name: string): string =>
    prefix +
    createHmac('sha256', tokenSecret).update(`demo secret: ${name}`).digest().subarray(0, 24).toString('base64url');
  return {
    demo: derived(secretPrefixes.BASIC, 'demo'),
    reader: derived(secretPrefixes.CLIENT, 'reader'),
    key: derived(secretPrefixes.API_KEY, 'key'),
  };
}

/** The demo's workspace, made if need be. May run in several processes at once. */
export async function ensureDemoWorkspace(store: Store): Promise<Workspace> {
  const unscoped = new UnscopedStore(store);
  const known = await unscoped.findWorkspace(demoWorkspaceKey);
  if (known) return known;
  const workspace = { id: newId(), key: demoWorkspaceKey, name: 'Demo', createdAt: new Date() };
  try {
    await unscoped.insertWorkspace(workspace);
    return workspace;
  } catch (error) {
    if (!isConflict(error)) throw error;
    return (await unscoped.findWorkspace(demoWorkspaceKey))!;
  }
}

export interface DemoCredentialsOptions {
  readonly workspaceId: Id;
  /** The user that the API key belongs to. */
  readonly userId: Id;
  /** Given: these, in place of the well-known ones. Any that is not well known has at least 128 random bits. */
  readonly secrets?: DemoSecrets;
  /** Given: the secrets are random ones made of this, in place of the well-known ones. */
  readonly randomFrom?: string;
}

/**
 * Makes the demo's credentials, or brings them back to what they must be, also when the last start used the other kind of
 * secrets: those then no longer let anybody in. May run again and in several processes at once.
 */
export async function ensureDemoCredentials(store: Store, options: DemoCredentialsOptions): Promise<DemoSecrets> {
  const { workspaceId, userId, randomFrom } = options;
  const secrets = options.secrets ?? (randomFrom === undefined ? fixedDemoSecrets : randomDemoSecrets(randomFrom));
  const all: readonly Scope[] = ['*'];
  const wanted: readonly Wanted[] = [
    { kind: 'BASIC', name: 'Demo secret', scopes: all, secret: secrets.demo },
    { kind: 'CLIENT', name: 'Demo client', clientId: 'demo', scopes: all, secret: secrets.demo },
    {
      kind: 'CLIENT',
      name: 'Demo reader',
      clientId: 'demo-reader',
      scopes: expandScopes(['api/read'])!,
      secret: secrets.reader,
    },
    { kind: 'API_KEY', name: 'Demo key', scopes: all, userId, secret: secrets.key },
  ];
  const credentials = new CredentialStore(store);
  const slow = new SlowSecrets();
  const stored = (secret: string): Promise<StoredSecret> =>
    isWellKnown(secret) ? slow.store(secret) : Promise.resolve(storedMadeSecret(secret));
  await Promise.all(wanted.map((one) => ensure(credentials, workspaceId, one, stored)));
  return secrets;
}

interface Wanted {
  readonly kind: CredentialKind;
  readonly name: string;
  readonly clientId?: string;
  readonly scopes: readonly Scope[];
  readonly userId?: Id;
  readonly secret: string;
}

async function ensure(
  credentials: CredentialStore,
  workspaceId: Id,
  { secret, ...wanted }: Wanted,
  stored: (secret: string) => Promise<StoredSecret>,
): Promise<void> {
  // The same id at every start and in every process, so that each exists once.
  const id = createHash('sha256').update(`${workspaceId} ${wanted.name}`).digest('hex').slice(0, 24);
  const present = await credentials.get(workspaceId, id);
  if (present && !present.revokedAt && holds(present.secret, secret)) return;
  const kept = await stored(secret);
  if (present) {
    await credentials.replaceSecret(workspaceId, id, kept);
    return;
  }
  const record: CredentialRecord = { ...wanted, id, workspaceId, version: 1, createdAt: new Date(), secret: kept };
  await credentials.insert(workspaceId, record).catch((error: unknown) => {
    if (!isConflict(error)) throw error;
  });
}

/** A slowly hashed one is always the well-known one: nobody else chooses secrets for these credentials. */
const holds = (kept: StoredSecret, secret: string): boolean => {
  const made = storedMadeSecret(secret);
  if (kept.algorithm === 'sha256') return equalHashes(kept.hash, made.hash);
  return isWellKnown(secret);
};

const isWellKnown = (secret: string): boolean => Object.values(fixedDemoSecrets).includes(secret);

const isConflict = (error: unknown): boolean => error instanceof CodedError && error.code === 'CONFLICT';
