import { CodedError } from '../base/errors.js';

/** How far into a list one read looks. */
export interface Reach {
  /** So many entries at least, however long that takes within the time that any read has. */
  readonly entries: number;
  /** As many more as can be looked at within this time, in milliseconds; 0: none. */
  readonly quickMs: number;
}

/** The embedded engine looks at so many in about a second. */
export const usualReach: Reach = { entries: 100_000, quickMs: 1_000 };

/** Where a read stopped: the place in the list of the first entry that it did not look at. */
export interface ReachEnd {
  readonly key: readonly number[];
  readonly entries: number;
  readonly found: number;
}

/** What to narrow by so that an index selects, as callers write a filter. */
const selectingNames = 'users, activities, objectIds, pathways, serials or search';

/** A page that could not be filled from what one read looks at: nothing is said rather than something wrong. */
export function tooFar({ key, entries, found }: ReachEnd, wanted: number): CodedError {
  const [occurredAtMicros] = key.length === 2 ? key : [];
  const place =
    occurredAtMicros === undefined
      ? `to number ${key[0]} of the log`
      : `to what happened at ${new Date(occurredAtMicros / 1000).toISOString()}`;
  const time = occurredAtMicros === undefined ? '' : ', or by time (occurredAfter, occurredBefore)';
  const fewer = found > 0 ? `, or ask for at most ${found}` : '';
  return new CodedError(
    'QUERY_TOO_SLOW',
    `Of ${entries.toLocaleString('en')} entries that were looked at, up ${place}, ${found} of the ${wanted} asked for are in the list; narrow the filter by ${selectingNames}${time}${fewer}`,
    'filter',
  );
}
