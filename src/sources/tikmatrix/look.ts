import { malformed } from '../../ingest/upstream-error.js';
import {
  freshRows,
  isOtherTable,
  isOtherTableNow,
  type Look,
  marksOf,
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

/** How often a page may come again without a reason that is known. */
const maxEqual = 2;

const textOf = (rows: readonly ReadRow[]): string => rows.map(({ id, timestamp }) => `${id}:${timestamp}`).join();

/** Whether it is the page that the look has read last: then `lookOn` wants to know how many rows there are. */
export const isSamePage = ({ page }: Look, rows: readonly ReadRow[]): boolean =>
  rows.length > 1 && textOf(rows) === page;

/** What the first page of a look is asked for. @param count how many rows there are. */
export const beginLook = ({ order, skip }: Place, count: number): Look => ({
  count,
  found: 0,
  isSame: false,
  marks: [],
  offset: order === 'oldest' ? Math.max(0, skip - again) : 0,
  top: 0,
  edge: null,
  page: '',
  equal: 0,
});

/**
 * Goes on with a look by one page more. Pages overlap by one row: a page that begins beyond the last row of the one before
 * shows that rows were deleted meanwhile and others moved up, and is read again further back.
 * @param count how many rows there are now, where it is the same page.
 * @throws UpstreamError MALFORMED for the same page again and again.
 */
export function lookOn(before: Place, look: Look, rows: readonly ReadRow[], limit: number, count?: number): Looked {
  const isSame = isSamePage(look, rows);
  // As many new rows as a page holds make the next page the same as the last one: then there are so many more.
  const grew = look.counted !== undefined && count !== undefined && count - look.counted >= rows.length - 1;
  const equal = isSame ? look.equal + (grew ? 0 : 1) : 0;
  if (equal > maxEqual) throw malformed('The source gives the same page again and again');
  const order = orderOf(rows) ?? before.order ?? 'newest';
  const place: Place = { ...before, order };
  if (order !== before.order && look.offset > 0) return afresh(place, look);
  const isOther = look.isSame ? false : isOtherTable(place, rows);
  if (isOther) return afresh(nextGeneration(place), look);
  const on: Look = {
    ...look,
    page: textOf(rows),
    equal,
    counted: isSame ? count : undefined,
    isSame: isOther === false,
  };
  return order === 'oldest' ? upwards(place, on, rows, limit) : downwards(place, on, rows, limit);
}

/** The newest come first, down to one that was read before. */
function downwards(place: Place, look: Look, rows: readonly ReadRow[], limit: number): Looked {
  const first = rows[0];
  const last = rows.at(-1);
  const { edge, offset } = look;
  const isLower = offset === 0 && first !== undefined && first.id < Math.max(place.through, look.top);
  if (isLower && isOtherTableNow(seenBy(place, look), rows)) return afresh(nextGeneration(place), look);
  if (edge !== null && offset > 0 && (!first || first.id < edge)) return back(place, look, limit);
  const isEnd = !last || last.id <= place.through || (edge !== null && rows.length === 1);
  return goOn(place, { ...look, top: Math.max(look.top, first?.id ?? 0), edge: last?.id ?? edge }, rows, isEnd);
}

/** The oldest come first: on from those that were read before. */
function upwards(place: Place, look: Look, rows: readonly ReadRow[], limit: number): Looked {
  const first = rows[0];
  const last = rows.at(-1);
  const { edge, offset } = look;
  if (offset > 0 && (!first || first.id > (edge ?? place.through))) return back(place, look, limit);
  const isEnd = !last || (edge !== null && rows.length === 1);
  const top = Math.max(look.top, last?.id ?? 0);
  if (isEnd && top < place.through && isOtherTableNow(seenBy(place, look), rows))
    return afresh(nextGeneration(place), look);
  return goOn(place, { ...look, top, edge: last?.id ?? edge }, rows, isEnd);
}

function goOn(place: Place, look: Look, rows: readonly ReadRow[], isEnd: boolean): Looked {
  const fresh = freshRows(place, rows);
  const found = look.found + fresh.length;
  const marks = withMarks(look.marks, marksOf(rows));
  if (!isEnd) {
    const offset = look.offset + rows.length - 1;
    return {
      rows: fresh,
      place: { ...place, look: { ...look, found, marks, offset } },
      isDone: false,
    };
  }
  // More rows than were seen: they lie where nothing new was looked for, so the list is not in the order of its numbers.
  if (look.count > place.count + found)
    return { rows: fresh, place: { ...place, order: 'none', look: null }, isDone: false };
  const done: Place = {
    ...place,
    marks: withMarks(place.marks, marks),
    // Where the newest were deleted, the highest number is lower than before.
    through: look.top,
    skip: look.offset + rows.length,
    count: Math.min(place.count, look.count) + found,
    look: null,
  };
  return { rows: fresh, place: done, isDone: true };
}

/** With the rows that this look has read so far among those that are remembered. */
const seenBy = (place: Place, { marks }: Look): Place => ({ ...place, marks: withMarks(place.marks, marks) });

const afresh = (place: Place, { count }: Look): Looked => ({
  rows: [],
  place: { ...place, look: beginLook(place, count) },
  isDone: false,
});

const back = (place: Place, look: Look, limit: number): Looked => ({
  rows: [],
  place: {
    ...place,
    look: { ...look, offset: Math.max(0, look.offset - limit), page: '', equal: 0, counted: undefined },
  },
  isDone: false,
});
