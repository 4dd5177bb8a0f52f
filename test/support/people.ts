import { makeSecret, storedMadeSecret } from '../../src/auth/secrets.js';
import { type Id, newId } from '../../src/base/ids.js';
import type { Scope } from '../../src/model/scopes.js';
import type { Workspace } from '../../src/model/workspace.js';
import type { Store } from '../../src/store/connect.js';
import { CredentialStore } from '../../src/store/credentials.js';
import { UnscopedStore } from '../../src/store/unscoped.js';

/** Whose credential a request shows. `nobody` shows none, `wrong` one that does not exist. */
export type As = 'admin' | 'reader' | 'writer' | 'alice' | 'bob' | 'powerless' | 'foreigner' | 'nobody' | 'wrong';

const own: Scope[] = ['activity_log:read:own', 'activity_log:write:own', 'user:read'];

export async function addWorkspace(store: Store, key: string): Promise<Workspace> {
  const workspace = { id: newId(), key, name: `Workspace ${key}`, createdAt: new Date() };
  await new UnscopedStore(store).insertWorkspace(workspace);
  return workspace;
}

/** An API key. @returns its Authorization header. */
export async function addKey(
  store: Store,
  workspaceId: Id,
  scopes: readonly Scope[],
  userId?: Id,
  secret = makeSecret('API_KEY'),
): Promise<string> {
  await new CredentialStore(store).insert(workspaceId, {
    id: newId(),
    workspaceId,
    kind: 'API_KEY',
    name: 'a test key',
    scopes,
    ...(userId !== undefined && { userId }),
    version: 1,
    createdAt: new Date(),
    secret: storedMadeSecret(secret),
  });
  return `Bearer ${secret}`;
}

/** The Authorization header of everybody that tests know by name, in two workspaces. */
export async function addPeople(
  store: Store,
  home: Id,
  abroad: Id,
  users: { readonly alice: Id; readonly bob: Id },
): Promise<Record<As, string | undefined>> {
  return {
    admin: await addKey(store, home, ['*']),
    reader: await addKey(store, home, ['activity_log:read', 'user:read', 'pathway:read']),
    writer: await addKey(store, home, ['activity_log:write', 'user:write']),
    alice: await addKey(store, home, own, users.alice),
    bob: await addKey(store, home, own, users.bob),
    powerless: await addKey(store, home, ['webhooks']),
    foreigner: await addKey(store, abroad, ['*']),
    nobody: undefined,
    wrong: 'Bearer agw_doesnotexist',
  };
}
