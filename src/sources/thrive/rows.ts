import type { IngestedRow } from '../../ingest/connector.js';
import { contentHashOf } from '../../services/activity-logs/canonical.js';
import { unknownFields } from '../page-rows.js';
import { fromNative } from './mapping.js';
import { type PolledRecord, readRecord } from './payload.js';
import { isDocumentedType } from './types.js';

const knownFields = new Set([
  ...['id', 'user', 'type', 'name', 'date', 'contextId', 'contextType', 'data', 'with'],
  // Not documented; live data has it.
  'contentType',
]);

/** A polled activity record as an entry of the log; a text that is none answers why. */
export function toRow(native: string): IngestedRow | string {
  const record = readRecord(native);
  if (!record) return 'no activity record: it has no id, type or date';
  const { actor, ...entry } = fromNative(record, native);
  const activityId = typeof record.contextId === 'string' ? record.contextId : undefined;
  return { nativeKey: record.id, contentHash: contentHash(record), entry, actor, activityId, drift: driftOf(record) };
}

/** What Thrive never changes of a record. Names are looked up anew, and who was deleted is taken out. */
const contentHash = ({ id, type, date, contextId, contextType }: PolledRecord): string =>
  contentHashOf({ id, type, date, contextId, contextType });

function driftOf(record: PolledRecord): string[] {
  const { type } = record;
  const isKnown = typeof type === 'string' && isDocumentedType(type);
  return [...unknownFields(record, knownFields), ...(isKnown ? [] : [`type: ${String(type).slice(0, 60)}`])];
}
