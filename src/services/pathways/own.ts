import { readsOwnPathwaysOnly } from '../../auth/policies.js';
import type { Id } from '../../base/ids.js';
import { userIdsAmong } from '../../model/identity.js';
import type { Enrolments } from '../../store/enrolments.js';
import type { Users } from '../../store/users.js';
import { ownIdentities } from '../activity-logs/own.js';
import type { ReaderContext } from '../nouns/results.js';

/** The ids that name the viewer's own user, if they may see no more than their own; undefined where all is theirs to see. */
export async function onlyUserIds(users: Pick<Users, 'byIds'>, who: ReaderContext): Promise<readonly Id[] | undefined> {
  return readsOwnPathwaysOnly(who) ? userIdsAmong(await ownIdentities(users, who)) : undefined;
}

/** The pathways that the viewer may see; undefined where that is all of them. */
export async function onlyPathwayIds(
  parts: { readonly users: Pick<Users, 'byIds'>; readonly enrolments: Pick<Enrolments, 'pathwaysOf'> },
  who: ReaderContext,
): Promise<ReadonlySet<Id> | undefined> {
  const own = await onlyUserIds(parts.users, who);
  if (!own) return undefined;
  const enrolled = await parts.enrolments.pathwaysOf(who.workspaceId, own);
  return new Set(enrolled.map(({ pathwayId }) => pathwayId));
}
