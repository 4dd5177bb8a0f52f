import type { Id } from '../base/ids.js';

export const enrolmentLimits = { groups: 20, group: 100, email: 320 } as const;

/** Somebody to enrol: exactly one of id and email. */
export interface EnrolUserInput {
  readonly userId?: Id | null;
  readonly userEmail?: string | null;
  /** Absent: none, or those that somebody who is enrolled already has. */
  readonly groups?: readonly string[] | null;
}

export interface EnrolUsersInput {
  readonly pathwayId: Id;
  /** At most 1,000. */
  readonly users: readonly EnrolUserInput[];
}

export interface WithdrawUsersInput {
  readonly pathwayId: Id;
  /** At most 1,000. */
  readonly userIds: readonly Id[];
}

const enrolOutcomes = ['ENROLLED', 'CHANGED', 'UNCHANGED'] as const;
export type EnrolOutcome = (typeof enrolOutcomes)[number];

/** As callers write it. Fields AND together; a list means any of; absent or null means no constraint; an empty list matches nothing. */
export interface EnrolmentFilter {
  readonly ids?: readonly Id[] | null;
  /** Ids, keys or names. */
  readonly pathways?: readonly string[] | null;
  /** Ids, emails or names. */
  readonly users?: readonly string[] | null;
  readonly groups?: readonly string[] | null;
}
