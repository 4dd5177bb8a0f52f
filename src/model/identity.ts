import type { Id } from '../base/ids.js';
import type { SourceSystem } from './source-system.js';

/**
 * Who acted, as the source says it, in one string. Entries keep this and never the id of the person it is resolved to:
 * merging people changes users, not entries. A user owns a set of these.
 */
export type IdentityKey = string;

export const userIdentity = (userId: Id): IdentityKey => `u:${userId}`;
export const emailIdentity = (email: string): IdentityKey => `e:${email.trim().toLowerCase()}`;
export const nativeIdentity = (source: SourceSystem, connectionId: string, nativeId: string): IdentityKey =>
  `n:${source}:${connectionId}:${nativeId}`;

/** What was done, as the source names it. An activity definition owns a set of these. */
export type ActivityRef = string;

export const activityRef = (activityId: Id): ActivityRef => `a:${activityId}`;
export const nativeActivityRef = (source: SourceSystem, nativeId: string): ActivityRef => `n:${source}:${nativeId}`;
