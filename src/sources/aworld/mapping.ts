import { createHash } from 'node:crypto';
import { isoOf, microsOf } from '../../base/instants.js';
import type { JsonValue } from '../../base/json.js';
import type { Activity } from '../../model/activity.js';
import type { ActivityLog } from '../../model/activity-log.js';
import { facadeConnection } from '../../model/source-system.js';
import { contentHashOf } from '../../services/activity-logs/canonical.js';
import type { SourceRow } from '../../services/source-recording.js';
import { saidFields } from '../native-fields.js';
import { type ActivityFields, type ActivityLogBody, type ActivityLogFields, knownFields } from './payload.js';

type Entry = SourceRow['entry'];

/** One log as it was posted, with what the server fills in where the caller was silent. */
export interface PostedLog {
  readonly body: ActivityLogBody;
  /** The caller's own JSON text. */
  readonly native: string;
  readonly userId: string;
  readonly activityLogId: string;
  readonly receivedAt: Date;
}

/** AWorld's for a log that says none. It is shown, and never stored: absent stays absent. */
const defaultValue = 1;

export function fromNative({ body, native, userId, activityLogId, receivedAt }: PostedLog): Entry {
  return {
    nativeId: activityLogId,
    // AWorld has no verb: a log says that an activity was completed, and when.
    action: 'performed',
    actionClass: 'COMPLETED',
    occurredAtMicros: body.completedAt === undefined ? receivedAt.getTime() * 1000 : microsOf(body.completedAt),
    actor: { kind: 'USER', nativeId: userId },
    object: { type: 'activity', id: body.activityId },
    outcome: body.outcome,
    value: body.value,
    tags: body.tags ?? [],
    additionalData: body.additionalData && JSON.stringify(body.additionalData),
    native,
  };
}

/** Who and what an entry of another system names, in ids that AWorld's caller knows. */
export interface KnownIds {
  readonly userId?: string;
  readonly activityId?: string;
}

/**
 * An entry as JSON text of AWorld's list; undefined where it names no user or no activity. AWorld's own rows come back as they
 * came; one that was posted here, as it was posted, with what the server filled in.
 */
export function toListed(entry: ActivityLog, ids: KnownIds): string | undefined {
  const at = { createdAt: entry.recordedAt.toISOString(), updatedAt: entry.recordedAt.toISOString() };
  if (entry.source === 'AWORLD') {
    if (entry.connectionId !== facadeConnection && entry.native !== undefined) return entry.native;
    const log = toNative(entry);
    return log && JSON.stringify({ ...log, ...at, ...(entry.native !== undefined && saidFields(entry.native)) });
  }
  const { userId, activityId } = ids;
  if (userId === undefined || activityId === undefined) return undefined;
  const actor = { ...entry.actor, nativeId: userId };
  const log = toNative({ ...entry, nativeId: entry.id, actor, object: { type: 'activity', id: activityId } });
  // The default is AWorld's, for those who could have said a value to AWorld.
  return JSON.stringify({ ...log, value: entry.value, ...at });
}

/** What of an entry AWorld's shape can carry. */
type Shown = Omit<ActivityLog, 'id' | 'workspaceId' | 'seq' | 'connectionId' | 'recordedAt'>;

/**
 * An entry as AWorld would answer it; undefined where it names no user or no activity, which the shape demands.
 * AWorld's own rows come back as they were said, with what the server filled in.
 */
export function toNative(entry: Shown): ActivityLogFields | undefined {
  const { nativeId, actor, object, outcome, tags, additionalData } = entry;
  if (nativeId === undefined || actor.nativeId === undefined || object?.id === undefined) return undefined;
  const said = entry.source === 'AWORLD' && entry.native !== undefined ? knownFields(entry.native) : {};
  return {
    activityId: object.id,
    userId: actor.nativeId,
    ...(outcome && { outcome }),
    value: entry.value ?? defaultValue,
    ...(tags.length > 0 && { tags: [...tags] }),
    ...(additionalData !== undefined && { additionalData: JSON.parse(additionalData) as Record<string, JsonValue> }),
    activityLogId: nativeId,
    completedAt: isoOf(entry.occurredAtMicros),
    ...said,
  };
}

/**
 * SHA-256 (hex) over what the caller said of the log: what must be equal for a repeat to be the same.
 * What the server filled in differs from try to try and is left out.
 */
export const contentHash = ({ body, userId, activityLogId }: PostedLog): string =>
  contentHashOf({ ...body, userId, activityLogId });

/** The definition as AWorld would answer it. Of one that we do not know we only have the id. */
export function toActivityFields(
  activity: Activity | undefined,
  activityId: string,
  workspaceId: string,
  { createdAt, updatedAt }: { readonly createdAt: Date; readonly updatedAt: Date },
): ActivityFields {
  return {
    activityId,
    name: activity?.name ?? activityId,
    origin: 'CUSTOM',
    syncWithCatalog: false,
    defaultLang: 'en',
    langs: ['en'],
    accountId: shortId('account', workspaceId),
    workspaceId: shortId('workspace', workspaceId),
    sourceRegion: 'eu-west-1',
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

/** Ten characters of AWorld's alphabet, always the same for the same workspace. */
const shortId = (kind: string, workspaceId: string): string =>
  createHash('sha256').update(`${kind} ${workspaceId}`).digest('base64url').slice(0, 10);
