import { decodeFeedCursor, decodePageCursor, type FeedPlace, type PagePlace } from '../../base/cursor.js';
import { CodedError } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import type { LogPlace, LogReader } from '../../log/place.js';
import type { KeptParts } from './kept.js';
import type { CheckedRequest } from './request.js';

/** What a list needs to know of the log. */
export interface PagingParts extends KeptParts {
  readonly reader: LogReader;
}

/** Which list a cursor must be of, and what its key must look like. */
export interface ListName {
  readonly list: string;
  isKey(key: readonly (number | string)[]): boolean;
}

/** Where a page is read: the place of the log, and the cursors' places in the list. */
export interface PageStart {
  readonly place: LogPlace;
  readonly after?: readonly (number | string)[];
  readonly before?: readonly (number | string)[];
}

export const isIntegers = (key: readonly (number | string)[], length: number): boolean =>
  key.length === length && key.every((part) => Number.isSafeInteger(part));

/**
 * A first page is read at the safe mark; a page that follows a cursor at the place that the cursor's first page was read at,
 * the earlier one if two cursors disagree.
 * @throws CodedError CURSOR_UNKNOWN, CURSOR_EXPIRED naming the argument.
 */
export async function startPage(
  parts: PagingParts,
  workspaceId: Id,
  name: ListName,
  request: CheckedRequest,
  atLeast?: string | null,
): Promise<PageStart> {
  const after = decode(request.after, name, 'after', workspaceId);
  const before = decode(request.before, name, 'before', workspaceId);
  const least = atLeast ? decodeFeedCursor(atLeast, 'atLeast') : undefined;
  if (least && least.workspaceId !== workspaceId) throw unknownCursor('atLeast');
  const named: [string, FeedPlace][] = [];
  if (after) named.push(['after', after]);
  if (before) named.push(['before', before]);
  if (least) named.push(['atLeast', least]);

  const settled = await settle(parts, workspaceId, named);
  for (const [field, place] of named) {
    if (place.epoch !== settled.epoch) throw unknownCursor(field);
    checkKept(place.seq, settled.firstSeq, field);
  }
  const read = [after, before].flatMap((place) => (place ? [place.seq] : []));
  return {
    place: read.length === 0 ? settled : { ...settled, seq: Math.min(...read) },
    after: after?.key,
    before: before?.key,
  };
}

/** The settled place, once it covers every cursor. One above the log's end is refused rather than waited for. */
async function settle(parts: PagingParts, workspaceId: Id, named: readonly [string, FeedPlace][]): Promise<LogPlace> {
  const settled = await parts.reader.settle(workspaceId);
  const ahead = named.filter(([, place]) => place.epoch === settled.epoch && place.seq > settled.seq);
  if (ahead.length === 0) return settled;
  // Another process may have read further than this one: its cursors are good, only not yet here.
  const state = await parts.states.read(workspaceId);
  for (const [field, place] of ahead) if (!state || place.seq > state.seq) throw unknownCursor(field);
  return parts.reader.settle(workspaceId, Math.max(...ahead.map(([, place]) => place.seq)));
}

/** @throws CodedError CURSOR_EXPIRED when retention took what lies after the cursor's place. */
export function checkKept(seq: number, firstSeq: number, field: string): void {
  if (seq >= firstSeq - 1) return;
  throw new CodedError(
    'CURSOR_EXPIRED',
    `${field} points below what is kept of the log; load afresh without it`,
    field,
  );
}

function decode(cursor: string | undefined, name: ListName, field: string, workspaceId: Id): PagePlace | undefined {
  if (cursor === undefined) return undefined;
  const place = decodePageCursor(cursor, name.list, field);
  if (place.workspaceId !== workspaceId || !name.isKey(place.key)) throw unknownCursor(field);
  return place;
}

const unknownCursor = (field: string): CodedError =>
  new CodedError(
    'CURSOR_UNKNOWN',
    `${field} is not a cursor of this list and workspace, or above the end of its log; load afresh without it`,
    field,
  );
