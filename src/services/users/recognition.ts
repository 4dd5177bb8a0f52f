import { type Id, newId } from '../../base/ids.js';
import { emailIdentity, type IdentityKey, readIdentity, userIdentity } from '../../model/identity.js';
import type { User } from '../../model/user.js';
import { userLimits } from '../../model/user-input.js';
import { movedEmail } from './moved-email.js';
import { stateOf, type UserState, vouchedOf } from './user-state.js';

/** A person whom a source names in its rows. Systems, devices and clients are nobody, and not among these. */
export interface NamedPerson {
  /** The identity that entries of this person keep: what the source calls them, in its own space. */
  readonly key: IdentityKey;
  readonly email?: string;
  /** Whether the source vouches that the email is this person's, or the connection is set to trust it. */
  readonly isEmailVerified: boolean;
  readonly name?: string;
  readonly username?: string;
}

const emailForm = /^[^\s@]+@[^\s@]+$/;

/** The email, where the source vouches for it and it is one. */
function verifiedEmail({ isEmailVerified, email }: NamedPerson): string | undefined {
  const trimmed = email?.trim() ?? '';
  const isEmail = trimmed.length <= userLimits.email && trimmed.isWellFormed() && emailForm.test(trimmed);
  return isEmailVerified && isEmail ? trimmed : undefined;
}

/** The store keeps well-formed text only: what it would make equal must be equal here. */
const keyOf = (person: NamedPerson): IdentityKey => person.key.toWellFormed();

/** Every identity that recognising these looks up, each once. */
export const identitiesToLookUp = (people: readonly NamedPerson[]): IdentityKey[] => [
  ...new Set(people.flatMap((person) => [keyOf(person), ...emailKey(person)])),
];

/**
 * Who the people that some rows name are, and what there is to change for it:
 *
 * 1. Whoever has the source's own id for them (of its system and connection) is the person, whatever the email.
 * 2. Else whoever has the verified email: the source's id becomes an identity of theirs.
 * 3. Else a new person, named as the source says, else by email, short name or id.
 *
 * Two people who are known already are never made one by this, though a source should say they share an email: whose it
 * was first keeps it, and `mergeUsers` is for somebody to decide. An unverified email is neither looked for nor kept.
 * When a source gives another verified email for its own id, the former one is that person's no longer, unless another
 * source vouches for it or it was given by hand: who gets that address next must not be taken for them.
 *
 * @param users whoever has any of `identitiesToLookUp(people)`.
 * @returns the new states of those who change, none where everybody is known.
 */
export function recognised(users: readonly User[], people: readonly NamedPerson[], at: Date): UserState[] {
  const roster = new Roster(users, at);
  // Of several rows that one person has in a batch, the last counts.
  const latest = new Map(people.map((person) => [keyOf(person), person]));
  for (const [key, person] of latest) roster.see(key, person);
  return roster.changed();
}

class Roster {
  readonly #states = new Map<Id, UserState>();
  readonly #owners = new Map<IdentityKey, Id>();
  readonly #changed = new Set<Id>();

  constructor(
    users: readonly User[],
    private readonly at: Date,
  ) {
    for (const user of users) this.#hold(stateOf(user));
  }

  changed(): UserState[] {
    return [...this.#changed].map((id) => ({ ...this.#states.get(id)!, updatedAt: this.at }));
  }

  see(key: IdentityKey, person: NamedPerson): void {
    const email = verifiedEmail(person);
    const owner = this.#owner(key) ?? (email === undefined ? undefined : this.#owner(emailIdentity(email)));
    if (!owner) {
      this.#put(newPerson(key, person, this.at));
      return;
    }
    // What was erased of somebody is not to come back by way of a source.
    if (owner.erasedAt) return;
    const isNew = !owner.identities.includes(key);
    if (isNew && owner.identities.length >= userLimits.identities) return;
    const known = isNew ? { ...owner, identities: [...owner.identities, key] } : owner;
    const named = withNames(known, person);
    this.#put(email === undefined ? named : this.#withEmail(named, key, email), owner);
  }

  #withEmail(state: UserState, key: IdentityKey, email: string): UserState {
    const holder = this.#owner(emailIdentity(email));
    return movedEmail(state, key, holder && holder.id !== state.id ? undefined : email);
  }

  #owner(key: IdentityKey): UserState | undefined {
    const id = this.#owners.get(key);
    return id === undefined ? undefined : this.#states.get(id);
  }

  #put(state: UserState, before?: UserState): void {
    if (state === before) return;
    for (const key of before?.identities ?? []) this.#owners.delete(key);
    this.#hold(state);
    this.#changed.add(state.id);
  }

  #hold(state: UserState): void {
    this.#states.set(state.id, state);
    for (const key of state.identities) this.#owners.set(key, state.id);
  }
}

const emailKey = (person: NamedPerson): IdentityKey[] => {
  const email = verifiedEmail(person);
  return email === undefined ? [] : [emailIdentity(email)];
};

/** A source's text as it may stand in a user; undefined where nothing is left of it. */
function cleaned(text: string | undefined, length: number): string | undefined {
  const cut = (text ?? '').trim().slice(0, length);
  // A pair that was cut in two is left out; what was malformed before is made readable.
  return (
    cut
      .replace(/[\ud800-\udbff]$/, '')
      .toWellFormed()
      .trim() || undefined
  );
}

/** What a person may be called for whom a source has no name, the best first. */
function stopgaps(person: NamedPerson): string[] {
  const identity = readIdentity(person.key);
  const nativeId = identity && 'nativeId' in identity ? identity.nativeId : undefined;
  return [person.email, person.username, nativeId].flatMap((text) => cleaned(text, userLimits.name) ?? []);
}

function newPerson(key: IdentityKey, person: NamedPerson, at: Date): UserState {
  const id = newId();
  const email = verifiedEmail(person);
  return {
    id,
    name: cleaned(person.name, userLimits.name) ?? stopgaps(person)[0] ?? 'Unknown',
    email,
    username: cleaned(person.username, userLimits.username),
    identities: [...new Set([userIdentity(id), ...(email === undefined ? [] : [emailIdentity(email)]), key])],
    ...vouchedOf(email === undefined ? [] : [{ by: key, email }]),
    createdAt: at,
    updatedAt: at,
  };
}

/** A name takes the place of a stopgap; otherwise what somebody is called stays. */
function withNames(state: UserState, person: NamedPerson): UserState {
  const given = stopgaps(person).includes(state.name) ? cleaned(person.name, userLimits.name) : undefined;
  const name = given ?? state.name;
  const username = state.username ?? cleaned(person.username, userLimits.username);
  return name === state.name && username === state.username ? state : { ...state, name, username };
}
