import { malformed } from '../../ingest/upstream-error.js';
import { readCount, readList, type TikMatrixSession } from './api.js';
import { freshRows, isOtherTable, isOtherTableNow, marksOf, nextGeneration, type Place, withMarks } from './place.js';
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
  const seen = new Map<number, ReadRow>();
  const count = await readCount(session);
  let isWhole = false;
  for (let pass = 1; pass <= maxPasses && !isWhole; pass += 1) {
    isWhole = (await readAll(session, seen)) && seen.size >= count;
  }
  if (!isWhole) throw malformed("The source's rows change places from page to page, so that some were never seen");
  const rows = [...seen.values()].sort((a, b) => a.id - b.id);
  const top = rows.at(-1)?.id ?? 0;
  const isOther = isOtherTable(place, rows) ?? (top < place.through && isOtherTableNow(place, rows));
  const now = isOther ? nextGeneration(place) : place;
  return {
    rows: freshRows(now, rows),
    // In which order it is shows again at the next look.
    place: {
      ...now,
      order: null,
      through: top,
      count: seen.size,
      marks: withMarks(now.marks, marksOf(rows)),
      look: null,
    },
  };
}

/**
 * False where rows changed places meanwhile. Pages overlap by one row: one that begins with another row than the last one
 * ended with shows it.
 */
async function readAll(session: TikMatrixSession, seen: Map<number, ReadRow>): Promise<boolean> {
  let edge: string | undefined;
  for (let page = 0, offset = 0; page < maxPages; page += 1) {
    const texts = await readList(session, offset);
    if (edge !== undefined && texts[0] !== edge) return false;
    for (const text of texts) {
      const row = readRow(text);
      if (row) seen.set(row.id, row);
    }
    if (texts.length === 0 || (edge !== undefined && texts.length === 1)) return true;
    edge = texts.at(-1);
    offset += texts.length - 1;
  }
  throw malformed('The source gives more pages than it can have');
}
