import { decodeFeedCursor } from '../../base/cursor.js';
import { CodedError } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import type { LogPlace } from '../../log/place.js';

type Settle = (atLeast?: number) => Promise<Pick<LogPlace, 'epoch' | 'seq' | 'firstSeq'>>;

/**
 * The number of the log that a subscription begins after: that of its cursor, or everything that this process has
 * acknowledged until now.
 * @param settle how far what is followed is, once it covers that and, if given, a number.
 * @throws CodedError CURSOR_UNKNOWN, CURSOR_EXPIRED naming `after`; SERVICE_UNAVAILABLE.
 */
export async function startPlace(settle: Settle, workspaceId: Id, after: string | null | undefined): Promise<number> {
  if (after === null || after === undefined) return (await settle()).seq;
  const cursor = decodeFeedCursor(after, 'after');
  if (cursor.workspaceId !== workspaceId) throw unknownCursor();
  const place = await settle();
  if (cursor.epoch !== place.epoch) throw unknownCursor();
  if (cursor.seq < place.firstSeq - 1) {
    throw new CodedError('CURSOR_EXPIRED', 'The log no longer holds what follows this cursor; load afresh', 'after');
  }
  // Another process may have seen more than this one; above the log's end nobody has.
  if (cursor.seq > place.seq) await settle(cursor.seq).catch(asAfter);
  return cursor.seq;
}

const unknownCursor = (): CodedError =>
  new CodedError('CURSOR_UNKNOWN', 'after is no cursor of this log as it is now; load afresh without it', 'after');

const asAfter = (error: unknown): never => {
  throw error instanceof CodedError && error.code === 'CURSOR_UNKNOWN' ? unknownCursor() : error;
};
