import { malformed } from '../../ingest/upstream-error.js';
import {
  freshRows,
  isOtherTable,
  isOtherTableNow,
  type Look,
  nextGeneration,
  orderOf,
  type Place,
  withMarks,
} from './place.js';
import type { ReadRow } from './rows.js';

/** What a page comes to. */
export interface Looked {
  /** Rows that were not read before. */
  readonly rows: readonly ReadRow[];
  readonly place: Place;
  /** All rows that were there when the look began have been read. */
  readonly isDone: boolean;
}

/** Of a list that begins with the oldest, so many rows that were read come again: by them the table is recognised. */
const again = 10;

/** What the first page of a look is asked for. @param count how many rows there are. */
export const beginLook = ({ order, skip }: Place, count: number): Look => ({
  count,
  found: 0,
  offset: order === 'oldest' ? Math.max(0, skip - again) : 0,
  top: 0,
  edge: null,
  page: '',
  wentBack: false,
});

/**
 * Goes on with a look by one page more. Pages overlap by one row: a page that begins beyond the last row of the one before
 * shows that rows were deleted meanwhile and others moved up, and is read again further back.
 * @throws UpstreamError MALFORMED for the same page again and again.
 */
export function lookOn(before: Place, look: Look, rows: readonly ReadRow[], limit: number): Looked {
  const page = rows.map(({ id, timestamp }) => `${id}:${timestamp}`).join();
  if (rows.length > 1 && page === look.page) throw malformed('The source gives the same page again and again');
  const order = orderOf(rows) ?? before.order ?? 'newest';
  const place: Place = { ...before, order };
  if (order !== before.order && look.offset > 0) return afresh(place, look);
  if (look.edge === null && isOtherTable(place, rows) === true) return afresh(nextGeneration(place), look);
  return order === 'oldest' ? upwards(place, look, rows, limit, page) : downwards(place, look, rows, limit, page);
}

/** The newest come first, down to one that was read before. */
function downwards(place: Place, look: Look, rows: readonly ReadRow[], limit: number, page: string): Looked {
  const first = rows[0];
  const last = rows.at(-1);
  const { edge, offset } = look;
  if (offset === 0 && first && first.id < Math.max(place.through, look.top) && isOtherTableNow(place, rows)) {
    return afresh(nextGeneration(place), look);
  }
  if (edge !== null && offset > 0 && (!first || first.id < edge)) return back(place, look, limit);
  const isEnd = !last || last.id <= place.through || (edge !== null && last.id >= edge && rows.length === 1);
  const top = Math.max(look.top, first?.id ?? 0);
  return goOn(place, { ...look, page, top, edge: last ? Math.min(edge ?? last.id, last.id) : edge }, rows, isEnd);
}

/** The oldest come first: on from those that were read before. */
function upwards(place: Place, look: Look, rows: readonly ReadRow[], limit: number, page: string): Looked {
  const first = rows[0];
  const last = rows.at(-1);
  const { offset, wentBack } = look;
  const edge = look.edge ?? place.through;
  if (offset > 0 && (!first || first.id > edge)) return back(place, look, limit);
  const least = look.edge ?? place.marks.at(-again)?.[0] ?? 0;
  if (offset > 0 && !wentBack && first!.id < least) {
    if (isOtherTableNow(place, rows)) return afresh(nextGeneration(place), look);
    throw malformed('The source gives another page than it was asked for');
  }
  const isEnd = !last || (look.edge !== null && last.id <= edge && rows.length === 1);
  const top = Math.max(look.top, last?.id ?? 0);
  if (isEnd && top < place.through && isOtherTableNow(place, rows)) return afresh(nextGeneration(place), look);
  return goOn(place, { ...look, page, top, edge: Math.max(edge, last?.id ?? 0) }, rows, isEnd);
}

function goOn(place: Place, look: Look, rows: readonly ReadRow[], isEnd: boolean): Looked {
  const fresh = freshRows(place, rows);
  const found = look.found + fresh.length;
  const marks = withMarks(place.marks, rows);
  if (!isEnd) {
    const offset = look.offset + rows.length - 1;
    return {
      rows: fresh,
      place: { ...place, marks, look: { ...look, found, offset, wentBack: false } },
      isDone: false,
    };
  }
  // More rows than were seen: they lie where nothing new was looked for, so the list is not in the order of its numbers.
  if (look.count > place.count + found) {
    return { rows: fresh, place: { ...place, marks, order: 'none', look: null }, isDone: false };
  }
  const count = Math.min(place.count, look.count) + found;
  // Where the newest were deleted, the highest number is lower than before.
  const done: Place = { ...place, marks, through: look.top, skip: look.offset + rows.length, count, look: null };
  return { rows: fresh, place: done, isDone: true };
}

const afresh = (place: Place, { count }: Look): Looked => ({
  rows: [],
  place: { ...place, look: beginLook(place, count) },
  isDone: false,
});

const back = (place: Place, look: Look, limit: number): Looked => ({
  rows: [],
  place: { ...place, look: { ...look, offset: Math.max(0, look.offset - limit), page: '', wentBack: true } },
  isDone: false,
});
