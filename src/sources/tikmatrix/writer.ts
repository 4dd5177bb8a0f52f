import type { UpstreamRow, UpstreamWrite, Writer } from '../../ingest/connector.js';
import { fitting } from '../../ingest/fitting.js';
import { saidFields } from '../native-fields.js';
import { createRow, deleteRow, type TikMatrixSession, type TikMatrixSettings } from './api.js';
import { type Filters, rowLike, rowNumbered } from './lookup.js';
import { type ReadRow, toRow, upstreamIdOf } from './rows.js';

type Sent = Readonly<Record<(typeof fieldNames)[number], unknown>>;
const fieldNames = ['platform', 'serial', 'action_type', 'action_detail', 'username', 'timestamp'] as const;

/**
 * Creates and deletes rows. TikMatrix recognises no repeats: before a row is sent again, one with the same content is
 * looked for, and taken for it. Rows that agree in all six fields cannot be told apart.
 */
export const tikmatrixWriter: Writer<TikMatrixSettings> = {
  find,
  create: async (session, write) => {
    const found = write.isRepeat ? await find(session, write) : undefined;
    if (found !== undefined) return { upstreamId: found };
    const row = toSent(write);
    const id = await createRow(session, row);
    return { upstreamId: upstreamIdOf({ id, timestamp: row.timestamp as number }) };
  },
  remove: async (session, row) => {
    const id = Number(row.upstreamId.split(':')[0]);
    const there = await rowNumbered(session, filtersOf(row), id);
    // A number may have been given to another row since.
    if (there && isThat(there, row)) await deleteRow(session, String(id));
  },
};

async function find(session: TikMatrixSession, write: UpstreamWrite): Promise<string | undefined> {
  const sent = toSent(write);
  const { platform, serial, action_type } = sent;
  const found = await rowLike(session, { platform, serial, action_type } as Filters, (read) => isSame(read, sent));
  return found && upstreamIdOf(found);
}

/** Whether it has the time of the row that is meant: one that was written from here is known with it, one that was pulled by its entry's. */
function isThat(there: ReadRow, { upstreamId, occurredAtMicros }: UpstreamRow): boolean {
  if (upstreamId.includes(':')) return upstreamIdOf(there) === upstreamId;
  return fitting(toRow(there, 0)).entry.occurredAtMicros === occurredAtMicros;
}

/** Text that was made well-formed for the log is another at the source. */
function filtersOf({ platform, serial }: UpstreamRow): Filters {
  const asItIs = (text: string | undefined) => (text?.includes('\uFFFD') ? undefined : text);
  return { platform: asItIs(platform), serial: asItIs(serial) };
}

/** The fields that were said; the time always is, so that every try sends the same. */
function toSent({ native, occurredAtMicros }: UpstreamWrite): Sent {
  const said = saidFields(native);
  const timestamp = said.timestamp ?? Math.floor(occurredAtMicros / 1_000_000);
  const fields = fieldNames.map((name) => [name, name === 'timestamp' ? timestamp : (said[name] ?? undefined)]);
  return Object.fromEntries(fields) as Sent;
}

const isSame = ({ fields }: ReadRow, row: Sent): boolean => fieldNames.every((name) => same(fields[name], row[name]));

const same = (one: unknown, other: unknown): boolean => (one ?? null) === (other ?? null);
