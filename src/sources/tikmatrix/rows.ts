import { isJsonObject, type JsonValue } from '../../base/json.js';
import type { IngestedRow } from '../../ingest/connector.js';
import { contentHashOf } from '../../services/activity-logs/canonical.js';
import { textOf } from '../native-fields.js';
import { unknownFields } from '../page-rows.js';
import { fromNative } from './mapping.js';

/** A row as it was read: what it is known by, and its text. */
export interface ReadRow {
  readonly id: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly fields: Readonly<Record<string, JsonValue>>;
  readonly native: string;
}

const fieldNames = ['platform', 'serial', 'action_type', 'action_detail', 'username', 'timestamp'] as const;
const knownFields = new Set<string>(['id', ...fieldNames]);

/** Undefined for a text that has no number and time to know it by. */
export function readRow(native: string): ReadRow | undefined {
  const fields: unknown = JSON.parse(native);
  if (!isJsonObject(fields)) return undefined;
  const { id, timestamp } = fields;
  if (!Number.isSafeInteger(id) || typeof timestamp !== 'number' || !Number.isFinite(timestamp)) return undefined;
  return { id: id as number, timestamp, fields, native };
}

/**
 * A row as an entry of the log. Its number is unique in one installation only and begins again when all rows are deleted,
 * so it is known by generation, number and time.
 */
export function toRow({ id, timestamp, fields, native }: ReadRow, generation: number): IngestedRow {
  const said = (name: (typeof fieldNames)[number]): string => textOf(fields[name]) ?? '';
  const { actor, ...entry } = fromNative({
    body: {
      platform: said('platform'),
      serial: said('serial'),
      action_type: said('action_type') || 'unknown',
      action_detail: said('action_detail'),
      username: said('username'),
      timestamp,
    },
    native,
    receivedAt: new Date(0),
  });
  return {
    nativeKey: `${generation}:${id}:${timestamp}`,
    upstreamId: upstreamIdOf({ id, timestamp }),
    contentHash: contentHashOf(Object.fromEntries(fieldNames.map((name) => [name, fields[name]]))),
    entry: {
      ...entry,
      nativeId: String(id),
      // Empty is not said.
      platform: entry.platform || undefined,
      serial: entry.serial || undefined,
      object: entry.serial ? entry.object : undefined,
    },
    actor: withoutKey(actor),
    drift: [...unknownFields(fields, knownFields), ...unlikeText(fields)],
  };
}

/** A number alone may be another row's by now. */
export const upstreamIdOf = ({ id, timestamp }: Pick<ReadRow, 'id' | 'timestamp'>): string => `${id}:${timestamp}`;

const withoutKey = ({ key: _ofTheFacade, ...actor }: ReturnType<typeof fromNative>['actor']): IngestedRow['actor'] =>
  actor;

/** Fields that hold something else than the text that is documented. */
const unlikeText = (fields: ReadRow['fields']): string[] =>
  fieldNames.flatMap((name) => {
    const value = fields[name];
    return name === 'timestamp' || value == null || typeof value === 'string' ? [] : [`${name}: ${typeof value}`];
  });
