import type { Id } from '../../src/base/ids.js';
import type { Store } from '../../src/store/connect.js';

/** The id of the user with this id or email; undefined when the workspace has none. */
export async function findUser(_store: Store, _workspaceId: Id, _idOrEmail: string): Promise<Id | undefined> {
  return undefined;
}
