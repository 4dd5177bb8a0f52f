import type { Id } from '../base/ids.js';

export const pathwayLimits = {
  key: 200,
  name: 500,
  description: 5000,
  activities: 500,
  type: 100,
  fulfilmentType: 100,
} as const;

export interface PathwayActivityInput {
  readonly activityId: Id;
  /** Absent: 1. */
  readonly level?: number | null;
  /** Absent: true. */
  readonly required?: boolean | null;
  readonly type?: string | null;
  readonly fulfilmentType?: string | null;
}

export interface CreatePathwayInput {
  readonly key: string;
  readonly name: string;
  readonly description?: string | null;
  readonly activities?: readonly PathwayActivityInput[] | null;
  readonly levelsInOrder?: boolean | null;
}

/** Absent: stays as it is. Null: is taken away. */
export interface UpdatePathwayInput {
  readonly id: Id;
  readonly key?: string;
  readonly name?: string;
  readonly description?: string | null;
  /** In place of all that are there. */
  readonly activities?: readonly PathwayActivityInput[] | null;
  readonly levelsInOrder?: boolean | null;
}

export interface ReorderPathwayActivitiesInput {
  readonly id: Id;
  /** All that the pathway has, each once. */
  readonly activityIds: readonly Id[];
}

/** Fields AND together; a list means any of; absent or null means no constraint; an empty list matches nothing. */
export interface PathwayFilter {
  readonly ids?: readonly Id[] | null;
  readonly keys?: readonly string[] | null;
  /** Pathways that have any of these. */
  readonly activityIds?: readonly Id[] | null;
  readonly archived?: boolean | null;
  /** Every word must begin a word of the key or the name. */
  readonly search?: string | null;
}
