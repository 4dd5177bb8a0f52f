import { ObjectId } from 'bson';
import { type Id, isId } from '../../src/base/ids.js';
import { emailIdentity, userIdentity } from '../../src/model/identity.js';
import type { Store } from '../../src/store/connect.js';

/** The id of the user with this id or email; undefined when the workspace has none. */
export async function findUser(store: Store, workspaceId: Id, idOrEmail: string): Promise<Id | undefined> {
  const identity = isId(idOrEmail) ? userIdentity(idOrEmail.toLowerCase()) : emailIdentity(idOrEmail);
  const found = await store
    .collection('users')
    .findOne({ workspaceId: new ObjectId(workspaceId), identities: identity }, { projection: { _id: 1 } });
  return found ? String(found._id) : undefined;
}
