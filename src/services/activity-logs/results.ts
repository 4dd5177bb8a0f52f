import type { ErrorCode } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import type { ActivityLog } from '../../model/activity-log.js';

/** What became of an entry that a caller sent. */
export interface Created {
  readonly outcome: 'RECORDED' | 'DUPLICATE';
  /** The entry, or the first one under this key; absent where it was removed or the caller may not read it. */
  readonly activityLog?: ActivityLog;
  /** Whether the first one under this key was removed since. */
  readonly removed: boolean;
  readonly seq: number;
  /** A FeedCursor: its place in the log. */
  readonly cursor: string;
}

export interface ItemError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field?: string;
}

/** One item's part of a batch: either an outcome or an error. */
export interface CreatedItem {
  readonly outcome?: 'RECORDED' | 'DUPLICATE';
  readonly activityLog?: ActivityLog;
  readonly removed: boolean;
  readonly seq?: number;
  readonly error?: ItemError;
}

export interface CreatedMany {
  /** In the order of the inputs. */
  readonly results: readonly CreatedItem[];
  /** A FeedCursor: the place that covers everything this call wrote. */
  readonly cursor: string;
}

export interface Removed {
  readonly deletedId: Id;
  readonly cursor: string;
}

export interface RemovedMany {
  readonly deletedCount: number;
  /** Whether more matched than one call removes. */
  readonly hasMore: boolean;
  readonly cursor: string;
}
