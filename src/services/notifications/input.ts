import { decodeFeedCursor } from '../../base/cursor.js';
import { badInput, CodedError } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import type { LogReader } from '../../log/place.js';
import { occurredAtRange } from '../../model/activity-log-input.js';
import type { NotificationFilter } from '../../model/notification.js';
import type { BookmarkChange } from '../../model/read-state.js';
import { checkExactlyOne, checkList } from '../input/checks.js';

/** What somebody has read, by exactly one of the two. */
export interface BookmarkInput {
  /** A FeedCursor. */
  readonly through?: string | null;
  readonly at?: Date | null;
}

/** How far sources' clocks may be ahead of ours. */
const aheadMs = 60_000;

/** @throws CodedError BAD_USER_INPUT, CURSOR_UNKNOWN naming `through` or `at`. */
export async function checkBookmark(
  reader: LogReader,
  workspaceId: Id,
  { through, at }: BookmarkInput,
  now: Date,
): Promise<BookmarkChange> {
  checkExactlyOne({ through, at });
  if (through) return { through: await checkThrough(reader, workspaceId, through) };
  const atMs = at!.getTime();
  if (Number.isNaN(atMs)) throw badInput('at', 'A bookmark must be a date');
  if (atMs < occurredAtRange.from.getTime()) throw badInput('at', 'A bookmark must not lie before the year 1700');
  if (atMs > now.getTime() + aheadMs) {
    throw badInput('at', 'A bookmark must not lie in the future: what has not happened yet cannot have been read');
  }
  return { atMs };
}

async function checkThrough(reader: LogReader, workspaceId: Id, through: string): Promise<number> {
  const cursor = decodeFeedCursor(through, 'through');
  if (cursor.workspaceId !== workspaceId) throw unknown();
  const { epoch, seq } = await reader.settle(workspaceId);
  if (cursor.epoch !== epoch) throw unknown();
  if (cursor.seq > seq) {
    // Another process may have seen more than this one; above the log's end nobody has.
    await reader.settle(workspaceId, cursor.seq).catch((error: unknown) => {
      throw error instanceof CodedError && error.code === 'CURSOR_UNKNOWN' ? unknown() : error;
    });
  }
  return cursor.seq;
}

const unknown = (): CodedError =>
  new CodedError(
    'CURSOR_UNKNOWN',
    'through is no cursor of this log as it is now, or lies above its end; take `asOf` of your list',
    'through',
  );

/** @throws CodedError TOO_LARGE naming the list. */
export const checkNotificationFilter = (filter: NotificationFilter | null | undefined): NotificationFilter => ({
  unread: filter?.unread,
  reasons: checkList(filter?.reasons, 'filter.reasons'),
  sources: checkList(filter?.sources, 'filter.sources'),
});
