import { CodedError } from '../../base/errors.js';
import { type Id, newId } from '../../base/ids.js';
import { emailIdentity, type IdentityKey, userIdentity } from '../../model/identity.js';
import type { User } from '../../model/user.js';
import { type CreateUserInput, type UpdateUserInput, userLimits } from '../../model/user-input.js';
import { checkEmail, checkRequiredText, checkText } from '../input/checks.js';
import { mergedIdentities } from './merging.js';
import { stateOf, type UserState, vouchedOf } from './user-state.js';

/** A new person as the input says. @throws CodedError BAD_USER_INPUT naming the field below `field`. */
export function newUser(input: CreateUserInput, field: string, at: Date): UserState {
  const id = newId();
  const email = checkEmail(input.email, `${field}.email`, userLimits.email);
  const further = (input.identities ?? []).map(
    (key, index) => checkText(key, `${field}.identities[${index}]`, userLimits.identity)!,
  );
  return {
    id,
    name: checkRequiredText(input.name, `${field}.name`, userLimits.name).trim(),
    email,
    username: checkText(input.username, `${field}.username`, userLimits.username),
    identities: identitiesOf(id, email, further),
    createdAt: at,
    updatedAt: at,
  };
}

/**
 * The person with the input's changes. An email that is replaced is no longer an identity of theirs, unless it came with
 * somebody who was merged into them: it goes back with that one.
 */
export function updatedUser(user: User, input: UpdateUserInput, field: string, at: Date): UserState {
  const { vouched = [], ...state } = stateOf(user);
  const email = input.email === undefined ? user.email : checkEmail(input.email, `${field}.email`, userLimits.email);
  const released = user.email === undefined || input.email === undefined ? undefined : emailIdentity(user.email);
  const merged = mergedIdentities(user);
  const isByHand = (key: IdentityKey): boolean =>
    input.email !== undefined && (key === released || (email !== undefined && key === emailIdentity(email)));
  return {
    ...state,
    ...vouchedOf(vouched.filter((one) => !isByHand(emailIdentity(one.email)))),
    name: input.name === undefined ? user.name : checkRequiredText(input.name, `${field}.name`, userLimits.name).trim(),
    email,
    username:
      input.username === undefined
        ? user.username
        : checkText(input.username, `${field}.username`, userLimits.username),
    identities: identitiesOf(
      user.id,
      email,
      user.identities.filter((key) => key !== released || merged.has(key)),
    ),
    updatedAt: at,
  };
}

const identitiesOf = (id: Id, email: string | undefined, further: readonly IdentityKey[]): IdentityKey[] => [
  ...new Set([userIdentity(id), ...(email === undefined ? [] : [emailIdentity(email)]), ...further]),
];

/** Who owns which identity; a state that claims one of somebody else is refused. */
export class IdentityClaims {
  readonly #owners = new Map<IdentityKey, Id>();

  constructor(users: readonly User[]) {
    for (const user of users) this.#own(user);
  }

  /** @throws CodedError CONFLICT naming the email, or the identity, that is taken. */
  claim(state: UserState, field: string): void {
    const index = state.identities.findIndex((key) => (this.#owners.get(key) ?? state.id) !== state.id);
    if (index >= 0) {
      const isEmail = state.email !== undefined && state.identities[index] === emailIdentity(state.email);
      const what = isEmail ? 'email' : 'identities';
      throw new CodedError('CONFLICT', `Another user has this ${isEmail ? 'email' : 'identity'}`, `${field}.${what}`);
    }
    this.#own(state);
  }

  #own(user: Pick<User, 'id' | 'identities'>): void {
    for (const key of user.identities) this.#owners.set(key, user.id);
  }
}
