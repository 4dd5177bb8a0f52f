import type { JsonObject } from '../../base/json.js';
import type { IngestedRow } from '../../ingest/connector.js';
import { contentHashOf } from '../../services/activity-logs/canonical.js';
import { unknownFields } from '../page-rows.js';
import { fromNative, isEmailVerified } from './mapping.js';
import { readRow } from './payload.js';
import { isKnownScope } from './scopes.js';

const knownFields = new Set([
  ...['id', 'user', 'unread', 'organization_id', 'was_impersonated', 'is_system', 'activity', 'item_id', 'scope'],
  ...['detail', 'created_at'],
  // Of newer versions.
  ...['team_id', 'client', 'ip_address'],
]);

/** A listed row as an entry of the log; a text that is none answers why. */
export function toRow(native: string): IngestedRow | string {
  const row = readRow(native);
  if (!row) return 'no row of the activity log: it has no id or no time';
  const { id, createdAtMicros, fields } = row;
  const { actor, ...entry } = fromNative(row, native);
  const { key: _ofTheFacade, ...told } = actor;
  const { activity, item_id, scope } = fields;
  return {
    nativeKey: id,
    // A row is never changed, but for its user: they are renamed, and taken out when they are deleted.
    contentHash: contentHashOf({ id, activity, item_id, scope, createdAtMicros }),
    entry,
    actor: { ...told, ...(told.kind === 'USER' && { isEmailVerified: isEmailVerified(fields) }) },
    drift: driftOf(fields),
  };
}

function driftOf(fields: JsonObject): string[] {
  const { scope } = fields;
  const isKnown = typeof scope === 'string' && isKnownScope(scope);
  return [...unknownFields(fields, knownFields), ...(isKnown ? [] : [`scope: ${String(scope).slice(0, 60)}`])];
}
