import { isoOf, microsOf } from '../../base/instants.js';
import { isJsonObject, type JsonValue } from '../../base/json.js';
import type { Activity } from '../../model/activity.js';
import type { ActivityLog, Outcome } from '../../model/activity-log.js';
import type { User } from '../../model/user.js';
import type { SourceRow } from '../../services/source-recording.js';
import { textOf } from '../native-fields.js';
import { type ActivityRecord, type PolledRecord, readRecord } from './payload.js';
import { actionClassOfType, typeOf } from './types.js';

type Entry = SourceRow['entry'];

/** A record as it was polled, and its own JSON text. Typed fields are well-formed text; the native text stays as it came. */
export function fromNative(record: PolledRecord, native: string): Entry {
  const type = textOf(record.type);
  const contextId = textOf(record.contextId);
  const contextType = textOf(record.contextType);
  const name = textOf(record.name);
  const user = textOf(record.user);
  const percent = percentOf(record.data);
  const hasObject = contextId !== undefined || contextType !== undefined;
  return {
    nativeId: record.id.toWellFormed(),
    action: type ?? 'unknown',
    actionClass: actionClassOfType(type ?? ''),
    occurredAtMicros: microsOf(record.date),
    actor: user === undefined ? { kind: 'UNKNOWN' } : { kind: 'USER', nativeId: user },
    ...(hasObject && {
      object: { type: contextType ?? 'unknown', ...(contextId && { id: contextId }), ...(name && { name }) },
    }),
    outcome: outcomeOf(type, record.data),
    ...(percent !== undefined && { progress: { percent } }),
    tags: [],
    additionalData: JSON.stringify({ data: record.data, with: record.with }),
    native,
  };
}

/** Who and what an entry names, as far as that is known here. */
export interface KnownNames {
  readonly user?: Pick<User, 'id'>;
  readonly activity?: Pick<Activity, 'name'>;
}

/** An entry as the JSON text of a record: Thrive's own text where there is one, else what of an entry the shape can carry. */
export function toNative(entry: ActivityLog, names: KnownNames): string {
  if (entry.source === 'THRIVE' && entry.native !== undefined && readRecord(entry.native)) return entry.native;
  return JSON.stringify(toRecord(entry, names));
}

function toRecord(entry: ActivityLog, { user, activity }: KnownNames): ActivityRecord {
  const name = entry.object?.name ?? activity?.name;
  return {
    id: entry.id,
    user: (entry.source === 'THRIVE' ? entry.actor.nativeId : undefined) ?? user?.id ?? null,
    type: typeOf(entry),
    ...(name !== undefined && { name: name.slice(0, maxName).toWellFormed() }),
    date: isoOf(entry.occurredAtMicros - (((entry.occurredAtMicros % 1000) + 1000) % 1000)),
    contextId: entry.object?.id ?? null,
    contextType: entry.object?.type ?? null,
    data: dataOf(entry),
    with: null,
  };
}

const maxName = 250;

/** The entry's own data, with what Thrive says in its data and we in fields of our own. */
function dataOf({ additionalData, outcome, progress }: ActivityLog): JsonValue {
  const own: unknown = additionalData === undefined ? {} : JSON.parse(additionalData);
  return {
    ...(outcome && { success: outcome === 'SUCCESS' }),
    ...(progress?.percent !== undefined && { progresspercentage: String(progress.percent) }),
    ...(isJsonObject(own) ? own : { additionalData: own as JsonValue }),
  };
}

function outcomeOf(type: string | undefined, data: JsonValue | undefined): Outcome | undefined {
  if (type === 'passed') return 'SUCCESS';
  const success = isJsonObject(data) ? data.success : undefined;
  return typeof success === 'boolean' ? (success ? 'SUCCESS' : 'FAILURE') : undefined;
}

/** A number, or a number in a string; live data has both. */
function percentOf(data: JsonValue | undefined): number | undefined {
  const said = isJsonObject(data) ? data.progresspercentage : undefined;
  const percent = typeof said === 'number' ? said : typeof said === 'string' && said.trim() !== '' ? Number(said) : NaN;
  return percent >= 0 && percent <= 100 ? percent : undefined;
}
