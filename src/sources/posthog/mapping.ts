import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.js';
import { actionClassOf } from '../../model/action-class.js';
import type { Actor } from '../../model/activity-log.js';
import type { SourceRow } from '../../services/source-recording.js';
import { textOf } from '../native-fields.js';
import type { ReadRow } from './payload.js';

/** A row as an entry, with its own JSON text. Typed fields are well-formed text; the native text stays as it came. */
export function fromNative({ id, createdAtMicros, fields }: ReadRow, native: string): SourceRow['entry'] {
  const { activity, scope, item_id: itemId, client, detail } = fields;
  const action = textOf(activity);
  const type = textOf(scope);
  // PostHog writes a missing id as the word None: it is kept, since the façade gives it back.
  const objectId = textOf(itemId);
  const name = isJsonObject(detail) ? textOf(detail.name) : undefined;
  const changes = isJsonObject(detail) ? changesOf(detail.changes) : undefined;
  const platform = textOf(client);
  const hasObject = type !== undefined || objectId !== undefined;
  return {
    nativeId: id.toWellFormed(),
    action: action ?? 'unknown',
    actionClass: actionClassOf(action ?? ''),
    occurredAtMicros: createdAtMicros,
    actor: actorOf(fields),
    ...(hasObject && { object: { type: type ?? 'unknown', ...(objectId && { id: objectId }), ...(name && { name }) } }),
    ...(platform && { platform }),
    tags: [],
    ...(detail != null && { additionalData: JSON.stringify(detail) }),
    ...(changes && { changes: JSON.stringify(changes) }),
    native,
  };
}

/**
 * The system, where there was no user when the row was written. A user who is deleted afterwards becomes null, too, and is
 * somebody UNKNOWN.
 */
function actorOf({ user, is_system: isSystem }: JsonObject): Actor {
  if (isSystem === true) return { kind: 'SYSTEM' };
  const nativeId = isJsonObject(user) ? idOf(user.id) : undefined;
  if (!isJsonObject(user) || nativeId === undefined) return { kind: 'UNKNOWN' };
  const email = textOf(user.email);
  const name = [textOf(user.first_name), textOf(user.last_name)].filter(Boolean).join(' ');
  return { kind: 'USER', nativeId, ...(email && { email }), ...(name && { name }) };
}

/** A number, and as text should it ever become one. */
const idOf = (id: JsonValue | undefined): string | undefined => (Number.isSafeInteger(id) ? String(id) : textOf(id));

/** PostHog vouches for an email that its owner has confirmed. */
export const isEmailVerified = ({ user }: JsonObject): boolean => isJsonObject(user) && user.is_email_verified === true;

/** The changes whose words are words; bad payloads are known to occur, and are in `native`. */
function changesOf(changes: JsonValue | undefined): JsonObject[] | undefined {
  if (!Array.isArray(changes)) return undefined;
  return changes.filter(isJsonObject).map(({ type, action, field, before, after }) => ({
    ...present({ type: textOf(type), action: textOf(action), field: textOf(field) }),
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  }));
}

const present = (fields: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
