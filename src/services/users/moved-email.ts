import { emailIdentity, type IdentityKey } from '../../model/identity.js';
import type { MergedUser } from '../../model/user.js';
import { type UserState, vouchedOf } from './user-state.js';

/**
 * A person of whom a source says that this email is theirs now: it takes the place of what the same source said before.
 * @param by the source's id for the person.
 * @param email undefined where another person has it already: then only the former one is given up.
 * @returns the same state where nothing changes.
 */
export function movedEmail(state: UserState, by: IdentityKey, email: string | undefined): UserState {
  const vouched = state.vouched ?? [];
  const former = vouched.find((one) => one.by === by);
  const key = email && emailIdentity(email);
  if (former && emailIdentity(former.email) === key) return state;
  const others = vouched.filter((one) => one.by !== by);
  const isVouched = (wanted: IdentityKey): boolean => others.some((one) => emailIdentity(one.email) === wanted);
  const formerKey = former && emailIdentity(former.email);
  const released = formerKey !== undefined && !isVouched(formerKey) ? formerKey : undefined;
  const isKnown = key !== undefined && state.identities.includes(key);
  // What was given by hand stays so, though a source should vouch for it, too.
  const vouches = email !== undefined && (!isKnown || isVouched(key!));
  if (!released && !former && (isKnown || !key) && !vouches) return fill(state, email);
  const kept = state.identities.filter((one) => one !== released);
  const moved: UserState = {
    ...withoutVouched(state),
    email: state.email !== undefined && emailIdentity(state.email) === released ? undefined : state.email,
    identities: key === undefined || isKnown ? kept : [...kept, key],
    ...vouchedOf(vouches ? [...others, { by, email }] : others),
    ...(state.mergedFrom && {
      mergedFrom: state.mergedFrom.map((part) => partOf(part, by, released, isKnown ? undefined : email)),
    }),
  };
  return fill(moved, email);
}

const fill = (state: UserState, email: string | undefined): UserState =>
  state.email === undefined && email !== undefined ? { ...state, email } : state;

const withoutVouched = ({ vouched: _vouched, ...state }: UserState): Omit<UserState, 'vouched'> => state;

/** An email that a merged one's source changed goes with that one when they are taken out again. */
function partOf(
  part: MergedUser,
  by: IdentityKey,
  released: string | undefined,
  email: string | undefined,
): MergedUser {
  const isTheirs = part.identities.includes(by);
  const kept = part.identities.filter((one) => one !== released);
  const wasReleased = part.email !== undefined && emailIdentity(part.email) === released;
  if (!isTheirs && kept.length === part.identities.length && !wasReleased) return part;
  const own = wasReleased ? undefined : part.email;
  return {
    ...part,
    email: isTheirs ? (own ?? email) : own,
    identities: isTheirs && email !== undefined ? [...kept, emailIdentity(email)] : kept,
  };
}
