import { malformed } from '../../ingest/upstream-error.js';
import { readCount, readList, type TikMatrixSession } from './api.js';
import { orderOf } from './place.js';
import { type ReadRow, readRow } from './rows.js';

/** What a row must have exactly; what is undefined is not asked for. */
export type Filters = { readonly [name in 'platform' | 'serial' | 'action_type']?: string };

interface Page {
  /** How many texts the list has there, also those that are no rows. */
  readonly length: number;
  readonly rows: readonly ReadRow[];
}

const maxPages = 1_000;

/**
 * The row with this number. In a list that goes by number it is sought by halves: a page is read at one moment, so one on
 * which the number would have to stand, and does not, shows that it is not there.
 */
export async function rowNumbered(
  session: TikMatrixSession,
  filters: Filters,
  id: number,
): Promise<ReadRow | undefined> {
  const isIt = (row: ReadRow): boolean => row.id === id;
  const start = await readAt(session, filters, 0);
  const found = start.rows.find(isIt);
  if (found) return found;
  const order = orderOf(start.rows);
  if (order !== 'newest' && order !== 'oldest') return rowLike(session, filters, isIt);
  /** By how many numbers a row stands before the one that is sought, in the list's order. */
  const before = (row: ReadRow): number => (order === 'newest' ? row.id - id : id - row.id);
  if (before(start.rows[0]!) < 0 || before(start.rows.at(-1)!) < 0) return undefined;
  let low = start.length - 1;
  let high = before(start.rows[0]!);
  while (low <= high) {
    const offset = Math.floor((low + high) / 2);
    const { rows, length } = await readAt(session, filters, offset);
    const known = rows.find(isIt);
    if (known) return known;
    if (length > 0 && rows.length === 0) break;
    if (rows.length === 0 || before(rows[0]!) < 0) high = offset - 1;
    else if (before(rows.at(-1)!) < 0 || length < start.length) return undefined;
    else low = offset + Math.max(1, length - 1);
  }
  // Rows moved up meanwhile.
  return rowLike(session, filters, isIt);
}

/** A row that it is, looked for among the newest first where the list goes by number. */
export async function rowLike(
  session: TikMatrixSession,
  filters: Filters,
  isIt: (row: ReadRow) => boolean,
): Promise<ReadRow | undefined> {
  const start = await readAt(session, filters, 0);
  const found = start.rows.find(isIt);
  if (found || start.length <= 1) return found;
  const order = orderOf(start.rows);
  const step = start.length - 1;
  const isUpwards = order === 'oldest';
  let offset = isUpwards ? Math.max(0, (await readCount(session, filters)) - step) : step;
  let edge = order === 'newest' ? start.rows.at(-1)!.id : 0;
  for (let read = 0; read < maxPages; read += 1) {
    const { rows, length } = await readAt(session, filters, offset);
    const known = rows.find(isIt);
    if (known) return known;
    const first = rows[0] ?? (length === 0 ? { id: 0 } : undefined);
    // Rows that are deleted meanwhile let others move up: pages overlap, and one that does not is read again further back.
    const isPassedOver = offset > 0 && first !== undefined && first.id < edge;
    if (isUpwards ? offset === 0 : length <= 1 && !isPassedOver) return undefined;
    offset = isUpwards || isPassedOver ? Math.max(0, offset - step) : offset + length - 1;
    if (order === 'newest' && !isPassedOver) edge = rows.at(-1)?.id ?? edge;
  }
  throw malformed('The source gives more pages than it can have');
}

async function readAt(session: TikMatrixSession, filters: Filters, offset: number): Promise<Page> {
  const texts = await readList(session, offset, filters);
  return { length: texts.length, rows: texts.flatMap((text) => readRow(text) ?? []) };
}
