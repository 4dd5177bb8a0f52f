import { requireScope } from '../../auth/policies.js';
import { CodedError } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import type { Scope } from '../../model/scopes.js';
import type { ReaderContext } from '../nouns/results.js';

/** @throws CodedError FORBIDDEN for a credential without a user: notifications are always one's own. */
export function requireUser(userId: Id | undefined): Id {
  if (userId !== undefined) return userId;
  throw new CodedError('FORBIDDEN', "This credential belongs to no user, and notifications are always one's own");
}

/** @throws CodedError FORBIDDEN naming the scope. */
export function requireOwn(viewer: ReaderContext, allows: (viewer: ReaderContext) => boolean, scope: Scope): void {
  requireUser(viewer.userId);
  requireScope(allows(viewer), scope);
}
