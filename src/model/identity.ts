import type { Id } from '../base/ids.js';
import type { SourceSystem } from './source-system.js';

/**
 * Who acted, as the source says it, in one string. Entries keep this and never the id of the person it is resolved to:
 * merging people changes users, not entries. A user owns a set of these.
 */
export type IdentityKey = string;

export const userIdentity = (userId: Id): IdentityKey => `u:${userId}`;
/** The ids of users among identities: of somebody's, their own and those of who was merged into them. */
export const userIdsAmong = (keys: readonly IdentityKey[]): Id[] =>
  keys.flatMap((key) => (key.startsWith('u:') ? [key.slice(2)] : []));
export const emailIdentity = (email: string): IdentityKey => `e:${email.trim().toLowerCase()}`;
export const nativeIdentity = (source: SourceSystem, connectionId: string, nativeId: string): IdentityKey =>
  `n:${source}:${connectionId}:${nativeId}`;

/** An identity, taken apart: a source's own id for somebody, or an email. */
export type Identity =
  | { readonly source: SourceSystem; readonly connection: string; readonly nativeId: string }
  | { readonly email: string };

/** Undefined for the id of a user here, which is no name that anybody else gave. */
export function readIdentity(key: IdentityKey): Identity | undefined {
  if (key.startsWith('e:')) return { email: key.slice(2) };
  const [, source, connection, nativeId] = /^n:([A-Z]+):([^:]*):(.*)$/s.exec(key) ?? [];
  if (source === undefined) return undefined;
  return { source: source as SourceSystem, connection: connection!, nativeId: nativeId! };
}

/** What was done, as the source names it. An activity definition owns a set of these. */
export type ActivityRef = string;

export const activityRef = (activityId: Id): ActivityRef => `a:${activityId}`;
export const nativeActivityRef = (source: SourceSystem, nativeId: string): ActivityRef => `n:${source}:${nativeId}`;
