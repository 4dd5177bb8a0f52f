import type { Id } from '../base/ids.js';

/** That a user is on a pathway. Who leaves and comes again has another one. */
export interface Enrolment {
  readonly id: Id;
  readonly workspaceId: Id;
  readonly pathwayId: Id;
  /** As it was given: of one who was merged since, it names whoever they are part of. */
  readonly userId: Id;
  /** Names of groups, e.g. `Group A`; each once. */
  readonly groups: readonly string[];
  readonly enrolledAt: Date;
  /** Only of one that has ended, and so is in no list any more. */
  readonly withdrawnAt?: Date;
  /** The log's number of the last change. */
  readonly seq: number;
  readonly updatedAt: Date;
}
