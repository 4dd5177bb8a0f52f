import type { Id } from '../base/ids.js';
import type { SourceSystem } from './source-system.js';

export const activityLimits = { key: 200, name: 500, description: 5000, sourceIds: 20, sourceId: 200 } as const;

export interface SourceId {
  readonly source: SourceSystem;
  readonly id: string;
}

export interface CreateActivityInput {
  readonly key: string;
  readonly name: string;
  readonly description?: string | null;
  readonly sourceIds?: readonly SourceId[] | null;
}

/** Absent: stays as it is. Null: is taken away. */
export interface UpdateActivityInput {
  readonly id: Id;
  readonly key?: string;
  readonly name?: string;
  readonly description?: string | null;
  readonly sourceIds?: readonly SourceId[] | null;
}

/** Fields AND together; a list means any of; absent or null means no constraint; an empty list matches nothing. */
export interface ActivityFilter {
  readonly ids?: readonly Id[] | null;
  readonly keys?: readonly string[] | null;
  /** Activities that one of these systems knows by an id of its own. */
  readonly sources?: readonly SourceSystem[] | null;
  /** Every word must begin a word of the key or the name. */
  readonly search?: string | null;
}
