import { malformed } from '../../ingest/upstream-error.js';
import { readCount, readList, type TikMatrixSession } from './api.js';
import { freshRows, isOtherTableNow, nextGeneration, type Place, withMarks } from './place.js';
import { type ReadRow, readRow } from './rows.js';

const maxPages = 200;
const maxPasses = 5;

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
  for (let pass = 1; pass <= maxPasses && (pass === 1 || seen.size < count); pass += 1) await readAll(session, seen);
  if (seen.size < count)
    throw malformed("The source's rows change places from page to page, so that some were never seen");
  const rows = [...seen.values()].sort((a, b) => a.id - b.id);
  const top = rows.at(-1)?.id ?? 0;
  const isOther = top < place.through && isOtherTableNow(place, rows);
  const now = isOther ? nextGeneration(place) : place;
  return {
    rows: freshRows(now, rows),
    // In which order it is shows again at the next look.
    place: { ...now, order: null, through: top, count: seen.size, marks: withMarks(now.marks, rows), look: null },
  };
}

async function readAll(session: TikMatrixSession, seen: Map<number, ReadRow>): Promise<void> {
  for (let page = 0, offset = 0; page < maxPages; page += 1) {
    const texts = await readList(session, offset);
    for (const text of texts) {
      const row = readRow(text);
      if (row) seen.set(row.id, row);
    }
    if (texts.length === 0) return;
    offset += texts.length;
  }
  throw malformed('The source gives more pages than it can have');
}
