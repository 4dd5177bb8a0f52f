import { malformed } from '../../ingest/upstream-error.js';
import { readCount, readList, type TikMatrixSession } from './api.js';
import {
  freshRows,
  isOtherTable,
  isOtherTableNow,
  marksOf,
  nextGeneration,
  orderOf,
  type Place,
  withMarks,
} from './place.js';
import { type ReadRow, readRow } from './rows.js';

const maxPages = 200;
const maxPasses = 10;

/**
 * Reads a list whole that is in no order of its numbers: again until as many different rows were seen as there are.
 * @throws UpstreamError MALFORMED where that never comes about.
 */
export async function lookAtAll(
  session: TikMatrixSession,
  place: Place,
): Promise<{ readonly rows: readonly ReadRow[]; readonly place: Place }> {
  let listed: readonly string[] | undefined;
  for (let pass = 1; pass <= maxPasses && !listed; pass += 1) {
    const count = await readCount(session);
    const read = await readAll(session);
    if (read && read.length >= count) listed = read;
  }
  if (!listed) throw malformed("The source's rows change places from page to page, so that some were never seen");
  const inOrder = listed.flatMap((text) => readRow(text) ?? []);
  const rows = inOrder.toSorted((a, b) => a.id - b.id);
  const top = rows.at(-1)?.id ?? 0;
  const isOther = isOtherTable(place, rows) ?? (top < place.through && isOtherTableNow(place, rows));
  const now = isOther ? nextGeneration(place) : place;
  return {
    rows: freshRows(now, rows),
    place: {
      ...now,
      order: orderOf(inOrder) ?? null,
      through: top,
      // A list of the oldest first is looked at from its beginning.
      skip: 0,
      count: rows.length,
      marks: withMarks(now.marks, marksOf(rows)),
      look: null,
    },
  };
}

/**
 * The rows' texts in the list's order; undefined where they changed places meanwhile. Pages overlap by one row: one that begins
 * with another row than the last one ended with shows it.
 */
async function readAll(session: TikMatrixSession): Promise<readonly string[] | undefined> {
  const seen = new Set<string>();
  let edge: string | undefined;
  for (let page = 0, offset = 0; page < maxPages; page += 1) {
    const texts = await readList(session, offset);
    if (edge !== undefined && texts[0] !== edge) return undefined;
    for (const text of texts) seen.add(text);
    if (texts.length === 0 || (edge !== undefined && texts.length === 1)) return [...seen];
    edge = texts.at(-1);
    offset += texts.length - 1;
  }
  throw malformed('The source gives more pages than it can have');
}
