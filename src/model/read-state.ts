import type { Id } from '../base/ids.js';

/** What somebody decided of a single notification. It is of that notification at one place: grown since, it is unread again. */
export interface Mark {
  readonly read: boolean;
  readonly place: number;
  /** The log's number of the decision. */
  readonly seq: number;
}

/** Up to where somebody has read. */
export interface ReadState {
  /** Every notification at or below this place of the log is read. */
  readonly through: number;
  /** Every notification whose time, floored to the millisecond, is at or below this instant is read; milliseconds since 1970. */
  readonly atMs?: number;
  /** The log's number of the last bookmark. It settles whatever was marked unread before it. */
  readonly bookmarkSeq: number;
}

export const nothingRead: ReadState = { through: 0, bookmarkSeq: 0 };

/** What read and unread look at. */
export interface Readable {
  readonly place: number;
  readonly occurredAtMicros: number;
  readonly mark?: Mark;
}

export const floorMs = (micros: number): number => Math.floor(micros / 1000);

/** The mark, where it is of the notification as it is now. */
export const validMark = ({ mark, place }: Pick<Readable, 'mark' | 'place'>): Mark | undefined =>
  mark?.place === place ? mark : undefined;

/**
 * Read if and only if it is marked read, or lies at or below a bookmark and was not marked unread after that was set.
 */
export function isRead(one: Readable, state: ReadState): boolean {
  const mark = validMark(one);
  if (mark?.read) return true;
  if (mark && mark.seq > state.bookmarkSeq) return false;
  return one.place <= state.through || (state.atMs !== undefined && floorMs(one.occurredAtMicros) <= state.atMs);
}

/** What a control entry of the noun `bookmark` says; its subject is the user. Exactly one of the two. */
export interface BookmarkChange {
  readonly through?: number;
  readonly atMs?: number;
}

/** What a control entry of the noun `notification-mark` says; its subject is the user. */
export interface MarkChange {
  readonly read: boolean;
  readonly marks: readonly { readonly id: Id; readonly place: number }[];
}

export const bookmarkNoun = 'bookmark';
export const markNoun = 'notification-mark';
