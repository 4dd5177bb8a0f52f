import { createHash } from 'node:crypto';
import { CodedError } from './errors.js';
import type { Id } from './ids.js';

/** A number of some log, of one epoch of it: of another epoch it says nothing. */
export interface LogPosition {
  readonly epoch: number;
  readonly seq: number;
}

/** A place in a workspace's log. What subscriptions follow from and what `atLeast` waits for. */
export interface FeedPlace extends LogPosition {
  readonly workspaceId: Id;
  /** Everything up to and including this number has been seen. 0 is before the first entry. */
  readonly seq: number;
}

/** A place in one ordered list, and the place in the log that the list's first page was read at. */
export interface PagePlace extends FeedPlace {
  /** Which list and order, e.g. `activityLogs:OCCURRED_AT_DESC`. A cursor of another list is refused. */
  readonly list: string;
  /** The sort key of the item that the cursor points at. */
  readonly key: readonly (number | string)[];
}

const feedTag = 'f1';
const pageTag = 'p1';

const encode = (parts: readonly unknown[]): string => {
  const text = JSON.stringify(parts);
  return Buffer.from(`${checksum(text)}${text}`).toString('base64url');
};

/** Eight hexadecimal digits that catch a cursor cut short or typed by hand. No protection against forgery: a cursor grants nothing. */
const checksum = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

export const encodeFeedCursor = (place: FeedPlace): string =>
  encode([feedTag, place.workspaceId, place.epoch, place.seq]);

export const encodePageCursor = (place: PagePlace): string =>
  encode([pageTag, place.workspaceId, place.epoch, place.seq, place.list, ...place.key]);

const unknownCursor = (field: string): CodedError =>
  new CodedError(
    'CURSOR_UNKNOWN',
    `${field} is not a cursor of this list and workspace; load afresh without it`,
    field,
  );

function decode(cursor: string, tag: string, field: string): unknown[] {
  if (cursor.length > 2048) throw unknownCursor(field);
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const body = text.slice(8);
  if (text.slice(0, 8) !== checksum(body)) throw unknownCursor(field);
  const parts = jsonOf(body);
  if (!Array.isArray(parts) || parts[0] !== tag) throw unknownCursor(field);
  return parts;
}

/** Undefined for what is no JSON: anybody can compute a checksum. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isPlace = (workspaceId: unknown, epoch: unknown, seq: unknown): boolean =>
  typeof workspaceId === 'string' && Number.isSafeInteger(epoch) && Number.isSafeInteger(seq) && (seq as number) >= 0;

/** @throws CodedError CURSOR_UNKNOWN naming `field` when the text is no feed cursor. */
export function decodeFeedCursor(cursor: string, field: string): FeedPlace {
  const [, workspaceId, epoch, seq] = decode(cursor, feedTag, field);
  if (!isPlace(workspaceId, epoch, seq)) throw unknownCursor(field);
  return { workspaceId: workspaceId as Id, epoch: epoch as number, seq: seq as number };
}

/** @throws CodedError CURSOR_UNKNOWN naming `field` when the text is no page cursor of that list. */
export function decodePageCursor(cursor: string, list: string, field: string): PagePlace {
  const [, workspaceId, epoch, seq, of, ...key] = decode(cursor, pageTag, field);
  if (!isPlace(workspaceId, epoch, seq) || of !== list) throw unknownCursor(field);
  return {
    workspaceId: workspaceId as Id,
    epoch: epoch as number,
    seq: seq as number,
    list,
    key: key as (number | string)[],
  };
}
