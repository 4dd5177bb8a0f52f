import { badInput, CodedError, notFound } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import { userIdentity } from '../../model/identity.js';
import type { User } from '../../model/user.js';
import { type MergeUsersInput, userLimits } from '../../model/user-input.js';
import { checkId } from '../input/checks.js';

/** @throws CodedError BAD_USER_INPUT */
export function checkMerge(input: MergeUsersInput): MergeUsersInput {
  const userId = checkId(input.userId, 'input.userId')!;
  const intoUserId = checkId(input.intoUserId, 'input.intoUserId')!;
  if (userId === intoUserId) throw badInput('input.intoUserId', 'A user cannot be merged into itself');
  return { userId, intoUserId };
}

/**
 * The two of a merge, of whom the first is a person of its own.
 * @param found whoever the ids name.
 * @throws CodedError NOT_FOUND, CONFLICT, TOO_LARGE
 */
export function mergeable(
  found: readonly User[],
  userId: Id,
  intoUserId: Id,
): { readonly user: User; readonly survivor: User } {
  const named = (id: Id): User | undefined => found.find((user) => user.identities.includes(userIdentity(id)));
  const [user, survivor] = [named(userId), named(intoUserId)];
  if (!user) throw notFound('This user', 'input.userId');
  if (!survivor) throw notFound('This user', 'input.intoUserId');
  checkWhole(user, userId, 'input.userId');
  if (user === survivor) {
    throw new CodedError(
      'CONFLICT',
      `User ${intoUserId} is merged into ${userId} already; to merge the other way round, unmerge it first`,
      'input.intoUserId',
    );
  }
  if (user.identities.length + survivor.identities.length > userLimits.identities) {
    throw new CodedError(
      'TOO_LARGE',
      `Together these users would have more than ${userLimits.identities} identities`,
      'input.userId',
    );
  }
  return { user, survivor };
}

/** @throws CodedError CONFLICT unless the user of this id is a person of its own. */
export function checkWhole(owner: User, id: Id, field: string): void {
  if (owner.id === id) return;
  throw new CodedError(
    'CONFLICT',
    `This user is merged into ${owner.id}; name that one, or unmerge this one first`,
    field,
  );
}

/** The owner, of whom the user of this id is a part. @throws CodedError CONFLICT */
export function partOf(owner: User, id: Id): User {
  if (owner.id !== id) return owner;
  throw new CodedError('CONFLICT', 'This user is not merged into another; name one who is', 'input.userId');
}
