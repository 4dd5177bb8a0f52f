import { decodeFeedCursor } from '../../base/cursor.js';
import { CodedError } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import type { Feeds } from '../../log/feeds.js';

/**
 * The number of the log that a subscription begins after: that of its cursor, or everything that this process has
 * acknowledged until now.
 * @throws CodedError CURSOR_UNKNOWN, CURSOR_EXPIRED naming `after`; SERVICE_UNAVAILABLE.
 */
export async function startPlace(
  feeds: Pick<Feeds, 'settle'>,
  workspaceId: Id,
  after: string | null | undefined,
): Promise<number> {
  if (after === null || after === undefined) return (await feeds.settle(workspaceId)).seq;
  const cursor = decodeFeedCursor(after, 'after');
  if (cursor.workspaceId !== workspaceId) throw unknownCursor();
  const place = await feeds.settle(workspaceId);
  if (cursor.epoch !== place.epoch) throw unknownCursor();
  if (cursor.seq < place.firstSeq - 1) {
    throw new CodedError('CURSOR_EXPIRED', 'The log no longer holds what follows this cursor; load afresh', 'after');
  }
  // Another process may have seen more than this one; above the log's end nobody has.
  if (cursor.seq > place.seq) await feeds.settle(workspaceId, cursor.seq).catch(asAfter);
  return cursor.seq;
}

const unknownCursor = (): CodedError =>
  new CodedError('CURSOR_UNKNOWN', 'after is no cursor of this log as it is now; load afresh without it', 'after');

const asAfter = (error: unknown): never => {
  throw error instanceof CodedError && error.code === 'CURSOR_UNKNOWN' ? unknownCursor() : error;
};
