import type { Checkpoint, Connector, PullStep } from '../../ingest/connector.js';
import { checkpointOf } from '../checkpoint.js';
import { type PageRows, pageRows } from '../page-rows.js';
import { readCount, readList, settings, type TikMatrixSession, type TikMatrixSettings } from './api.js';
import { beginLook, isSamePage, lookOn } from './look.js';
import { firstPlace, isOtherTable, nextGeneration, orderOf, type Place } from './place.js';
import { type ReadRow, readRow, toRow } from './rows.js';
import { lookAtAll } from './whole.js';
import { tikmatrixWriter } from './writer.js';

/**
 * Reads TikMatrix's activity log by its numbers, and writes to it. It has no credentials: whoever reaches its port may
 * call it. Rows that are deleted there are told by nobody, and stay in our log.
 */
export const tikmatrixConnector: Connector<TikMatrixSettings> = {
  system: 'TIKMATRIX',
  title: 'TikMatrix',
  defaultBaseUrl: 'http://localhost:50809',
  settings,
  secrets: [],
  test: async (session) => {
    await readCount(session);
  },
  pull,
  write: tikmatrixWriter,
};

async function pull(session: TikMatrixSession, checkpoint: Checkpoint | undefined): Promise<PullStep> {
  const before = (checkpoint as unknown as Place | undefined) ?? firstPlace;
  const { now } = session;
  let place = before;
  if (!place.look) {
    const count = await readCount(session);
    // Everything was deleted, and numbers begin again.
    if (count === 0) return caughtUp(place.through > 0 ? nextGeneration(place) : place, now);
    if (await beganAgain(session, place, count)) place = nextGeneration(place);
    place = { ...place, look: beginLook(place, count) };
  }
  const look = place.look!;
  const texts = await readList(session, look.offset);
  const { rows: read, rejected } = sorted(texts);
  // A page of hardly any rows, among texts that are none, tells neither order nor end.
  const tellsLittle = texts.length > 1 && read.length < 2;
  if (place.order === 'none' || orderOf(read) === 'none' || tellsLittle) {
    const all = await lookAtAll(session, place);
    return { ...caughtUp(all.place, now), rows: entries(all.rows, all.place), rejected };
  }
  const count = isSamePage(look, read) ? await readCount(session) : undefined;
  const looked = lookOn(place, look, read, session.settings.limit, count);
  const rows = entries(looked.rows, looked.place);
  if (looked.isDone) return { ...caughtUp(looked.place, now), rows, rejected };
  return { rows, rejected, checkpoint: checkpointOf(looked.place), isCaughtUp: false };
}

/**
 * Where a list that begins with the newest has more new rows than a page holds: whether those below them are other rows
 * than the ones that were read. Seen only once the new ones are read, they would have been taken for rows of the old table.
 */
async function beganAgain(session: TikMatrixSession, place: Place, count: number): Promise<boolean> {
  const newRows = count - place.count;
  if (place.order !== 'newest' || place.through === 0 || newRows < session.settings.limit) return false;
  const { rows } = sorted(await readList(session, newRows));
  return isOtherTable(place, rows) === true;
}

const entries = (rows: readonly ReadRow[], { generation }: Place) => rows.map((row) => toRow(row, generation));

const caughtUp = (place: Place, now: Date): PullStep => ({
  rows: [],
  checkpoint: checkpointOf(place),
  isCaughtUp: true,
  coveredUntil: now,
});

const sorted = (texts: readonly string[]): PageRows<ReadRow> =>
  pageRows(texts, (native) => readRow(native) ?? 'no row: it has no number or no time');
