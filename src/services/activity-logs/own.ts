import type { ActivityLog } from '../../model/activity-log.js';
import { type IdentityKey, userIdentity } from '../../model/identity.js';
import type { Users } from '../../store/users.js';
import type { ReaderContext } from '../nouns/results.js';

/** Every identity of the viewer's user; none where the credential belongs to nobody. */
export async function ownIdentities(
  users: Pick<Users, 'byIds'>,
  viewer: Pick<ReaderContext, 'workspaceId' | 'userId'>,
): Promise<readonly IdentityKey[]> {
  if (viewer.userId === undefined) return [];
  const [user] = await users.byIds(viewer.workspaceId, [viewer.userId]);
  return user?.identities ?? [userIdentity(viewer.userId)];
}

export const isOf = (entry: ActivityLog, identities: readonly IdentityKey[]): boolean =>
  entry.actor.key !== undefined && identities.includes(entry.actor.key);
