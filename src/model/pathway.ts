import type { Id } from '../base/ids.js';

/** The levels that a pathway's activities lie on. */
export const pathwayLevels = { from: 1, to: 4 } as const;

/** One activity in its place in a pathway. */
export interface PathwayActivity {
  readonly activityId: Id;
  /** 1 to 4. */
  readonly level: number;
  /** Whether the pathway is complete only with it. */
  readonly required: boolean;
  /** What kind of thing it is, in the source's own word, e.g. `story`; an open set. */
  readonly type?: string;
  /** How it is fulfilled, in the source's own word, e.g. `check-in`; an open set. */
  readonly fulfilmentType?: string;
}

/** Activities in order, that users who are enrolled work through. Who is enrolled is no part of it: see Enrolment. */
export interface Pathway {
  readonly id: Id;
  readonly workspaceId: Id;
  /** Chosen by its maker, unique in the workspace, e.g. Falkor's `EV67-ZCNS-56AD` or `onboarding`. */
  readonly key: string;
  /** Several may have the same. */
  readonly name: string;
  readonly description?: string;
  readonly activities: readonly PathwayActivity[];
  /** Whether a level opens only once the required activities of those below it are done. */
  readonly levelsInOrder: boolean;
  /** Nobody can be enrolled any more; what is there stays. */
  readonly archived: boolean;
  /** The log's number of the last change. */
  readonly seq: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
