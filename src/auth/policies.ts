import { CodedError } from '../base/errors.js';
import type { Scope } from '../model/scopes.js';
import type { Viewer } from '../model/viewer.js';

/** Whether one of the scopes held grants another: itself, `*` grants all, and a scope grants its own `:own`. Writing does not grant reading. */
export function covers(held: Iterable<Scope>, wanted: Scope): boolean {
  const wide = wanted.endsWith(':own') ? wanted.slice(0, -':own'.length) : wanted;
  for (const scope of held) if (scope === '*' || scope === wanted || scope === wide) return true;
  return false;
}

/**
 * Stops who lacks a scope.
 * @throws CodedError FORBIDDEN naming the scope, unless `allowed`.
 */
export function requireScope(allowed: boolean, needed: Scope): void {
  if (!allowed) throw new CodedError('FORBIDDEN', `This credential lacks the scope ${needed}`);
}

type Policy = (viewer: Pick<Viewer, 'scopes' | 'userId'>) => boolean;

const holds =
  (scope: Scope): Policy =>
  ({ scopes }) =>
    covers(scopes, scope);

/** Granted whole, or narrowed to a user's own where the credential belongs to one. */
const holdsOrOwn = (scope: Scope, own: Scope): Policy => {
  return ({ scopes, userId }) => covers(scopes, scope) || (userId !== undefined && covers(scopes, own));
};

/** Granted, but narrowed: what the viewer's user has nothing to do with must not be shown or touched. */
const ownOnly = (scope: Scope, own: Scope): Policy => {
  return ({ scopes }) => !covers(scopes, scope) && covers(scopes, own);
};

export const canReadLogs = holdsOrOwn('activity_log:read', 'activity_log:read:own');
export const readsOwnOnly = ownOnly('activity_log:read', 'activity_log:read:own');
export const canWriteLogs = holdsOrOwn('activity_log:write', 'activity_log:write:own');
export const writesOwnOnly = ownOnly('activity_log:write', 'activity_log:write:own');

/** Definitions are what logs are about: who may read any log may read them all. */
export const canReadActivities = canReadLogs;
export const canWriteActivities = holds('activity_log:write');

export const canReadUsers = holds('user:read');
export const canWriteUsers = holds('user:write');

export const canReadPathways = holdsOrOwn('pathway:read', 'pathway:read:own');
export const readsOwnPathwaysOnly = ownOnly('pathway:read', 'pathway:read:own');
export const canWritePathways = holds('pathway:write');

/** Notifications are always one's own, so a credential without a user has none. */
export const canReadNotifications: Policy = (viewer) =>
  viewer.userId !== undefined && holds('notification:read')(viewer);
export const canWriteNotifications: Policy = (viewer) =>
  viewer.userId !== undefined && holds('notification:write')(viewer);

export const canReadSources = holds('source:read');
export const canWriteSources = holds('source:write');

/** Managing credentials is for those who may do everything. */
export const canManageCredentials = holds('*');

/** Erasing what somebody is called cannot be taken back. */
export const canEraseUsers = holds('*');

/** The first of the scopes that the viewer could not give away, since it lacks it itself. */
export const scopeBeyond = (viewer: Viewer, wanted: readonly Scope[]): Scope | undefined =>
  wanted.find((scope) => !covers(viewer.scopes, scope));
