import type { LogPlace } from '../../log/place.js';
import type { LogRecord } from '../../model/log-record.js';

/** A part of the log, read on from a number. */
export interface LogPage {
  readonly records: readonly LogRecord[];
  /** Everything up to this number has been read. */
  readonly through: number;
}

/** The log that cohorts of one workspace follow. */
export interface CohortSource {
  readonly place: LogPlace;
  /** @throws CodedError CURSOR_EXPIRED, CURSOR_UNKNOWN when the log cannot be followed on from there. */
  readAfter(seq: number, limit: number): Promise<LogPage>;
}
