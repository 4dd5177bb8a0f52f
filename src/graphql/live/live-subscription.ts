import type { LogPosition } from '../../base/cursor.js';
/** A subscription as doors hold it. It never yields: results go straight to its outlet, and its iteration tells only how it ended. */
export interface LiveSubscription extends AsyncGenerator<never, void, void> {
  /** Up to where the log was told; undefined for what is no part of the log. */
  readonly place: LogPosition | undefined;
  end(error: unknown): void;
}
