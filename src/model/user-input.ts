import type { Id } from '../base/ids.js';
import type { IdentityKey } from './identity.js';

export const userLimits = { name: 200, email: 320, username: 200, identities: 1000, identity: 500 } as const;

export interface CreateUserInput {
  readonly name: string;
  readonly email?: string | null;
  readonly username?: string | null;
  /** Further identities, beside its own id and email. Not for callers: only the gateway's own parts know them. */
  readonly identities?: readonly IdentityKey[] | null;
}

/** Absent: stays as it is. Null: is taken away. */
export interface UpdateUserInput {
  readonly id: Id;
  readonly name?: string;
  readonly email?: string | null;
  readonly username?: string | null;
}

/** Two people who are one. */
export interface MergeUsersInput {
  /** Who is from now on part of the other. */
  readonly userId: Id;
  /** Who stays. */
  readonly intoUserId: Id;
}

export interface UnmergeUserInput {
  /** Who was merged into another and is to be a person again. */
  readonly userId: Id;
}

/** Fields AND together; a list means any of; absent or null means no constraint; an empty list matches nobody. */
export interface UserFilter {
  readonly ids?: readonly Id[] | null;
  readonly emails?: readonly string[] | null;
  /** Every word must begin a word of the name, the email or the username. */
  readonly search?: string | null;
}
