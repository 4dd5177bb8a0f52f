import type { Id } from '../../base/ids.js';
import { emailIdentity, type IdentityKey } from '../../model/identity.js';
import type { MergedUser, User } from '../../model/user.js';
import { type ErasedPerson, erasedName, isPersonalKey, PersonalTexts } from '../../model/user-erasure.js';
import { stateOf, type UserState, vouchedOf } from './user-state.js';

/**
 * Whom an erasure is of, as the user and the log's own history of users say.
 * @param past every state that the log has of this user, or of who is part of them.
 * @param isOthers whether an identity is somebody else's by now: what it names is not touched.
 */
export function personOf(
  user: Pick<User, 'id' | 'identities' | 'mergedFrom'>,
  past: readonly UserState[],
  isOthers: (key: IdentityKey) => boolean,
): ErasedPerson {
  const parts = user.mergedFrom ?? [];
  const owners = new Map<IdentityKey, Id>();
  const emails = past.flatMap(({ id, identities }) =>
    identities.filter((key) => key.startsWith('e:')).map((key) => [key, id] as const),
  );
  for (const [key, id] of emails) if (!isOthers(key)) owners.set(key, id);
  for (const key of user.identities) owners.set(key, user.id);
  for (const part of parts) for (const key of part.identities) owners.set(key, part.id);
  const texts = past.flatMap(({ name, email, username }) =>
    email !== undefined && isOthers(emailIdentity(email)) ? [name] : [name, email, username],
  );
  const said = texts.filter((text) => text !== undefined && text !== erasedName);
  return {
    userIds: [user.id, ...parts.map(({ id }) => id)],
    owners: [...owners].map(([key, userId]) => ({ key, userId })),
    texts: [...new Set(said as string[])],
  };
}

/** The identities that go, since they say what somebody is called; each with the user whom entries are to name instead. */
export function personalKeys(person: ErasedPerson): ReadonlyMap<IdentityKey, Id> {
  const texts = new PersonalTexts(person.texts);
  return new Map(
    person.owners.filter(({ key }) => isPersonalKey(key, texts)).map(({ key, userId }) => [key, userId] as const),
  );
}

/** The user without what they are called. Their identities stay until no entry is named by them. */
export function withoutTexts(user: User, at: Date): UserState {
  const { email: _email, username: _username, vouched: _vouched, mergedFrom, ...state } = stateOf(user);
  return {
    ...state,
    name: erasedName,
    ...(mergedFrom && { mergedFrom: mergedFrom.map(partWithoutTexts) }),
    erasedAt: at,
    updatedAt: at,
  };
}

const partWithoutTexts = ({ email: _email, username: _username, ...part }: MergedUser): MergedUser => ({
  ...part,
  name: erasedName,
});

/** The user without the identities that go. */
export function withoutKeys(state: UserState, gone: ReadonlyMap<IdentityKey, Id>): UserState {
  const staying = <T extends { readonly identities: readonly IdentityKey[] }>(one: T): T => ({
    ...one,
    identities: one.identities.filter((key) => !gone.has(key)),
  });
  return { ...staying(state), ...(state.mergedFrom && { mergedFrom: state.mergedFrom.map(staying) }) };
}

/** What a state of the past may go on saying: of the person nothing but ids, of anybody else what is theirs. */
export function pastWithout(state: UserState, person: ErasedPerson, gone: ReadonlyMap<IdentityKey, Id>): UserState {
  const isTheirs = (id: Id): boolean => person.userIds.includes(id);
  const { vouched = [], ...rest } = withoutKeys(state, gone);
  const emailOf = ({ email }: { readonly email?: string }): string | undefined =>
    email !== undefined && gone.has(emailIdentity(email)) ? undefined : email;
  const parts = rest.mergedFrom?.map((part) =>
    isTheirs(part.id) ? partWithoutTexts(part) : { ...part, email: emailOf(part) },
  );
  const lent = state.mergedFrom?.some((part) => isTheirs(part.id) && part.username === state.username);
  return {
    ...rest,
    ...vouchedOf(vouched.filter(({ by, email }) => !gone.has(by) && !gone.has(emailIdentity(email)))),
    ...(parts && { mergedFrom: parts }),
    ...(isTheirs(state.id)
      ? { name: erasedName, email: undefined, username: undefined }
      : { email: emailOf(state), username: lent ? undefined : state.username }),
  };
}
