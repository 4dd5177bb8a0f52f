import type { UpstreamWrite, Writer } from '../../ingest/connector.js';
import { malformed } from '../../ingest/upstream-error.js';
import { saidFields } from '../json-body.js';
import { createRow, deleteRow, readList, type TikMatrixSession, type TikMatrixSettings } from './api.js';
import { readRow } from './rows.js';

type Sent = Readonly<Record<(typeof fieldNames)[number], unknown>>;
const fieldNames = ['platform', 'serial', 'action_type', 'action_detail', 'username', 'timestamp'] as const;

/**
 * Creates and deletes rows. TikMatrix recognises no repeats: before a row is sent again, one with the same content is
 * looked for, and taken for it. Rows that agree in all six fields cannot be told apart.
 */
export const tikmatrixWriter: Writer<TikMatrixSettings> = {
  create: async (session, write) => {
    const row = toRow(write);
    const found = write.isRepeat ? await find(session, row) : undefined;
    return { upstreamId: String(found ?? (await createRow(session, row))) };
  },
  remove: deleteRow,
};

/** The fields that were said; the time always is, so that every try sends the same. */
function toRow({ native, occurredAtMicros }: UpstreamWrite): Sent {
  const said = saidFields(native);
  const timestamp = said.timestamp ?? Math.floor(occurredAtMicros / 1_000_000);
  const fields = fieldNames.map((name) => [name, name === 'timestamp' ? timestamp : (said[name] ?? undefined)]);
  return Object.fromEntries(fields) as Sent;
}

const maxPages = 1_000;

async function find(session: TikMatrixSession, row: Sent): Promise<number | undefined> {
  const { platform, serial, action_type } = row as Record<string, string>;
  let offset = 0;
  for (let page = 0; page < maxPages; page += 1) {
    const texts = await readList(session, offset, { platform: platform!, serial: serial!, action_type: action_type! });
    const found = texts
      .map(readRow)
      .find((read) => read && fieldNames.every((name) => same(read.fields[name], row[name])));
    if (found) return found.id;
    // Rows that are deleted meanwhile let others move up: pages overlap.
    if (texts.length <= 1) return undefined;
    offset += texts.length - 1;
  }
  throw malformed('The source gives more pages than it can have');
}

const same = (one: unknown, other: unknown): boolean => (one ?? null) === (other ?? null);
