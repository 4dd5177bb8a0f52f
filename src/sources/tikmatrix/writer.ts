import type { UpstreamWrite, Writer } from '../../ingest/connector.js';
import { malformed } from '../../ingest/upstream-error.js';
import { saidFields } from '../json-body.js';
import { createRow, deleteRow, readList, type TikMatrixSession, type TikMatrixSettings } from './api.js';
import { type ReadRow, readRow, upstreamIdOf } from './rows.js';

type Sent = Readonly<Record<(typeof fieldNames)[number], unknown>>;
const fieldNames = ['platform', 'serial', 'action_type', 'action_detail', 'username', 'timestamp'] as const;

/**
 * Creates and deletes rows. TikMatrix recognises no repeats: before a row is sent again, one with the same content is
 * looked for, and taken for it. Rows that agree in all six fields cannot be told apart.
 */
export const tikmatrixWriter: Writer<TikMatrixSettings> = {
  create: async (session, write) => {
    const row = toRow(write);
    const filters = { platform: row.platform, serial: row.serial, action_type: row.action_type } as Filters;
    const found = write.isRepeat ? await find(session, filters, (read) => isSame(read, row)) : undefined;
    const id = found?.id ?? (await createRow(session, row));
    return { upstreamId: upstreamIdOf({ id, timestamp: row.timestamp as number }) };
  },
  remove: async (session, { upstreamId }) => {
    const [id, timestamp] = upstreamId.split(':') as [string, string?];
    // One that was written from here is known with its time: the number may have been given to another row since.
    const isThere = timestamp === undefined || (await find(session, {}, (read) => upstreamIdOf(read) === upstreamId));
    if (isThere) await deleteRow(session, id);
  },
};

/** The fields that were said; the time always is, so that every try sends the same. */
function toRow({ native, occurredAtMicros }: UpstreamWrite): Sent {
  const said = saidFields(native);
  const timestamp = said.timestamp ?? Math.floor(occurredAtMicros / 1_000_000);
  const fields = fieldNames.map((name) => [name, name === 'timestamp' ? timestamp : (said[name] ?? undefined)]);
  return Object.fromEntries(fields) as Sent;
}

const maxPages = 1_000;

type Filters = Readonly<Record<string, string>>;

async function find(
  session: TikMatrixSession,
  filters: Filters,
  isIt: (row: ReadRow) => boolean,
): Promise<ReadRow | undefined> {
  let offset = 0;
  for (let page = 0; page < maxPages; page += 1) {
    const texts = await readList(session, offset, filters);
    const found = texts.flatMap((text) => readRow(text) ?? []).find(isIt);
    if (found) return found;
    // Rows that are deleted meanwhile let others move up: pages overlap.
    if (texts.length <= 1) return undefined;
    offset += texts.length - 1;
  }
  throw malformed('The source gives more pages than it can have');
}

const isSame = ({ fields }: ReadRow, row: Sent): boolean => fieldNames.every((name) => same(fields[name], row[name]));

const same = (one: unknown, other: unknown): boolean => (one ?? null) === (other ?? null);
