import { isJsonObject, type JsonValue } from '../../base/json.js';
import type { IngestedRow } from '../../ingest/connector.js';
import type { Outcome } from '../../model/activity-log.js';
import { saidFields, textOf } from '../native-fields.js';
import { unknownFields } from '../page-rows.js';
import { contentHash, fromNative } from './mapping.js';
import type { ActivityLogBody } from './payload.js';

const knownFields = new Set([
  ...['activityLogId', 'activityId', 'userId', 'outcome', 'value', 'tags', 'additionalData', 'completedAt'],
  ...['accountId', 'workspaceId', 'sourceRegion', 'createdAt', 'updatedAt'],
]);
const outcomes: ReadonlyMap<JsonValue | undefined, Outcome> = new Map([
  ['SUCCESS', 'SUCCESS'],
  ['FAILURE', 'FAILURE'],
  // The word that AWorld has for it in its quizzes.
  ['FAIL', 'FAILURE'],
]);

/** A listed activity log as an entry of the log; a text that is none answers why. */
export function toRow(native: string): IngestedRow | string {
  const fields: unknown = JSON.parse(native);
  if (!isJsonObject(fields)) return 'no activity log: it is no object';
  const { activityLogId, activityId, userId, createdAt, updatedAt } = fields;
  if (typeof activityLogId !== 'string' || activityLogId === '') return 'no activity log: it has no activityLogId';
  const completedAt = [fields.completedAt, createdAt, updatedAt].find(isDate);
  if (completedAt === undefined) return 'no activity log: it has no time';
  const body: ActivityLogBody = {
    activityId: textOf(activityId) ?? '',
    outcome: outcomes.get(fields.outcome),
    value: typeof fields.value === 'number' && Number.isFinite(fields.value) ? fields.value : undefined,
    tags: Array.isArray(fields.tags) ? fields.tags.flatMap((tag) => textOf(tag) ?? []) : undefined,
    additionalData: isJsonObject(fields.additionalData) ? fields.additionalData : undefined,
    completedAt,
  };
  const log = { body, native, userId: textOf(userId) ?? '', activityLogId, receivedAt: new Date(0) };
  const { actor, object, ...entry } = fromNative(log);
  return {
    nativeKey: activityLogId,
    contentHash: contentHash(log),
    // A log that names nobody or nothing is of an unknown person or activity, not of one without a name.
    entry: { ...entry, nativeId: activityLogId.toWellFormed(), object: body.activityId ? object : undefined },
    actor: log.userId ? { kind: 'USER', nativeId: actor.nativeId } : { kind: 'UNKNOWN' },
    activityId: body.activityId || undefined,
    drift: driftOf(fields),
  };
}

const isDate = (value: JsonValue | undefined): value is string =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value));

function driftOf(fields: Readonly<Record<string, JsonValue>>): string[] {
  const { outcome } = fields;
  const isKnown = outcome == null || outcomes.has(outcome);
  return [...unknownFields(fields, knownFields), ...(isKnown ? [] : [`outcome: ${String(outcome).slice(0, 60)}`])];
}

/** When the log was last written at AWorld, in milliseconds since 1970: what its list is ordered by. */
export function writtenMs(native: string): number {
  const { updatedAt } = saidFields(native);
  return isDate(updatedAt) ? Date.parse(updatedAt) : Number.NaN;
}
