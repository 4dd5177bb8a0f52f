import type { Id } from '../../base/ids.js';
import { emailIdentity, type IdentityKey } from '../../model/identity.js';
import type { MergedUser, User } from '../../model/user.js';
import { stateOf, type UserState, vouchedOf } from './user-state.js';

/** Everything that came with people who were merged into this one. */
export const mergedIdentities = (user: Pick<User, 'mergedFrom'>): ReadonlySet<IdentityKey> =>
  new Set((user.mergedFrom ?? []).flatMap((merged) => merged.identities));

/** Who stays, with all identities of both. It keeps its own name, email and short name, where it has one. */
export function mergedUser(survivor: User, user: User, at: Date): UserState {
  const takesUsername = survivor.username === undefined && user.username !== undefined;
  const inherited = mergedIdentities(user);
  const part: MergedUser = {
    id: user.id,
    into: survivor.id,
    name: user.name,
    email: user.email,
    username: user.username,
    identities: user.identities.filter((key) => !inherited.has(key)),
    ...(takesUsername && { gaveUsername: true }),
    createdAt: user.createdAt,
    updatedAt: user.updatedAt,
    mergedAt: at,
  };
  return {
    ...stateOf(survivor),
    email: survivor.email ?? user.email,
    username: survivor.username ?? user.username,
    identities: [...survivor.identities, ...user.identities],
    ...vouchedOf([...(survivor.vouched ?? []), ...(user.vouched ?? [])]),
    mergedFrom: [...(survivor.mergedFrom ?? []), part, ...(user.mergedFrom ?? [])],
    updatedAt: at,
  };
}

/**
 * One who was merged, as a person again: with the identities that came with it, and with the people who were merged into
 * it before. Whatever the other gained since, it keeps.
 * @param survivor whoever the merged one is part of now, at first hand or not.
 */
export function unmergedUsers(
  survivor: User,
  mergedId: Id,
  at: Date,
): { readonly survivor: UserState; readonly user: UserState } {
  const merged = survivor.mergedFrom ?? [];
  const part = merged.find((one) => one.id === mergedId)!;
  const below = descendants(merged, mergedId);
  const leaving = new Set([part, ...below].flatMap((one) => one.identities));
  const vouched = survivor.vouched ?? [];
  const above = ancestors(merged, part);
  const keeps = <T extends Belongings>(one: T, way: readonly MergedUser[]): T =>
    without(one, leaving, [part, ...way].every(({ gaveUsername }) => gaveUsername) ? part.username : undefined);
  const staying = merged.filter((one) => one !== part && !below.includes(one));
  const { mergedFrom: _all, vouched: _vouched, ...left } = keeps(stateOf(survivor), above);
  return {
    survivor: {
      ...left,
      identities: survivor.identities.filter((key) => !leaving.has(key)),
      ...vouchedOf(vouched.filter(({ by, email }) => !leaving.has(by) && !leaving.has(emailIdentity(email)))),
      ...mergedFromOf(
        staying.map((one) => (above.includes(one) ? keeps(one, above.slice(0, above.indexOf(one))) : one)),
      ),
      updatedAt: at,
    },
    user: {
      id: part.id,
      name: part.name,
      email: part.email,
      username: part.username,
      identities: [...leaving],
      ...vouchedOf(vouched.filter(({ by, email }) => leaving.has(by) && leaving.has(emailIdentity(email)))),
      ...mergedFromOf(below),
      createdAt: part.createdAt,
      updatedAt: at,
    },
  };
}

type Belongings = Pick<User, 'email' | 'username'>;

function without<T extends Belongings>(one: T, leaving: ReadonlySet<IdentityKey>, given: string | undefined): T {
  return {
    ...one,
    email: one.email !== undefined && leaving.has(emailIdentity(one.email)) ? undefined : one.email,
    username: one.username === given ? undefined : one.username,
  };
}

/** Who was merged into one before that one was merged. */
function descendants(merged: readonly MergedUser[], id: Id): MergedUser[] {
  return merged.filter((one) => one.into === id).flatMap((one) => [one, ...descendants(merged, one.id)]);
}

/** Those by way of whom a part came, but for the survivor. */
function ancestors(merged: readonly MergedUser[], part: MergedUser): MergedUser[] {
  const above = merged.find((one) => one.id === part.into);
  return above ? [above, ...ancestors(merged, above)] : [];
}

const mergedFromOf = (mergedFrom: readonly MergedUser[]): Pick<User, 'mergedFrom'> =>
  mergedFrom.length === 0 ? {} : { mergedFrom };
