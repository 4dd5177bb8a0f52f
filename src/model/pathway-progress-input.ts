import type { Id } from '../base/ids.js';
import type { ProgressState } from './progress.js';

/** Which people on a pathway. Fields AND together; an empty list matches nothing. */
export interface PathwayProgressFilter {
  readonly states?: readonly ProgressState[] | null;
  /** The states meant are those of this activity rather than of the whole pathway. */
  readonly activityId?: Id | null;
  readonly groups?: readonly string[] | null;
  /** Ids, emails or names. */
  readonly users?: readonly string[] | null;
}
