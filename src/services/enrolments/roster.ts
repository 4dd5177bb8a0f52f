import { notFound } from '../../base/errors.js';
import { type Id, newId } from '../../base/ids.js';
import type { Enrolment } from '../../model/enrolment.js';
import type { EnrolOutcome } from '../../model/enrolment-input.js';
import { type IdentityKey, userIdentity, userIdsAmong } from '../../model/identity.js';
import type { NounState } from '../../model/noun-change.js';
import type { User } from '../../model/user.js';

export type EnrolmentState = NounState<Enrolment>;

/** Somebody to enrol, as an input names them. */
export interface Newcomer {
  readonly key: IdentityKey;
  /** Absent: none, or those that they have. */
  readonly groups?: readonly string[];
  /** What a caller calls them. */
  readonly field: string;
}

/** An enrolment as it is or is to be. */
export interface OnRoster {
  readonly state: EnrolmentState;
  /** The number of the log that it was changed at; undefined where that is still to be written. */
  readonly seq?: number;
}

/**
 * Who is on one pathway, of some people, while a change is decided. People are found by any id that is theirs, so somebody
 * is not enrolled again who was merged from one that is.
 */
export class Roster {
  readonly #people = new Map<IdentityKey, User>();
  readonly #enrolled = new Map<Id, OnRoster>();
  readonly #changed = new Map<Id, EnrolmentState>();

  constructor(
    private readonly pathwayId: Id,
    people: readonly User[],
    enrolments: readonly Enrolment[],
  ) {
    for (const user of people) for (const key of user.identities) this.#people.set(key, user);
    for (const { workspaceId: _workspace, seq, ...state } of enrolments)
      this.#enrolled.set(state.userId, { state, seq });
  }

  /** What is to be written. */
  get changed(): EnrolmentState[] {
    return [...this.#changed.values()];
  }

  /** @throws CodedError NOT_FOUND naming the field. */
  enrol(newcomer: Newcomer, at: Date): OnRoster & { readonly outcome: EnrolOutcome } {
    const user = this.#people.get(newcomer.key);
    if (!user) throw notFound('This user', newcomer.field);
    const [known] = this.#of(userIdsAmong(user.identities));
    if (!known) {
      const { id: userId } = user;
      const groups = newcomer.groups ?? [];
      const state = { id: newId(), pathwayId: this.pathwayId, userId, groups, enrolledAt: at, updatedAt: at };
      return { ...this.#change(state), outcome: 'ENROLLED' };
    }
    const { groups = known.state.groups } = newcomer;
    if (isSame(groups, known.state.groups)) return { ...known, outcome: 'UNCHANGED' };
    return { ...this.#change({ ...known.state, groups, updatedAt: at }), outcome: 'CHANGED' };
  }

  /** All enrolments of one person end; of two who were merged both may be there. @throws CodedError NOT_FOUND naming the field. */
  withdraw(userId: Id, field: string, at: Date): OnRoster {
    const user = this.#people.get(userIdentity(userId));
    // Somebody may be on a pathway though the user was removed since.
    const known = this.#of(user ? userIdsAmong(user.identities) : [userId]);
    if (known.length === 0) throw notFound('This enrolment', field);
    const ended = known.map(({ state }) => this.#change({ ...state, withdrawnAt: at, updatedAt: at }));
    return ended[0]!;
  }

  #of(userIds: readonly Id[]): OnRoster[] {
    return userIds.flatMap((id) => this.#enrolled.get(id) ?? []);
  }

  #change(state: EnrolmentState): OnRoster {
    const changed = { state };
    this.#changed.set(state.id, state);
    if (state.withdrawnAt) this.#enrolled.delete(state.userId);
    else this.#enrolled.set(state.userId, changed);
    return changed;
  }
}

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((group, index) => group === other[index]);
