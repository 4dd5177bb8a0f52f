import { createHash } from 'node:crypto';
import type { Id } from '../base/ids.js';
import type { FilterFields } from './activity-log.js';
import { type Item, type Run, runMicros } from './notification.js';

/** Hashes cut to an id's length: equal for what is equal, in every process. */
const hashOf = (parts: readonly unknown[]): Id =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);

export const itemKey = (item: Item): Id =>
  hashOf([
    item.source,
    item.objectType ?? null,
    item.objectId ?? null,
    item.activityRef ?? null,
    item.pathwayId ?? null,
    item.isEnrolment ?? false,
  ]);

export const runKey = ({ item, action, actorKey, fromMicros }: Run): Id =>
  hashOf([itemKey(item), action, actorKey ?? null, fromMicros]);

/** @param by see Notification. */
export const notificationId = (workspaceId: Id, origin: Id, run: Run, by: string | undefined): Id =>
  hashOf([workspaceId, origin, runKey(run), by ?? null]);

type ItemFields = Pick<FilterFields, 'source' | 'objectType' | 'objectId' | 'activityRef' | 'pathwayId'>;

/** What PostHog writes where an item has no id. */
const noId = 'None';

function itemOf({ source, objectType, objectId, activityRef, pathwayId }: ItemFields): Item {
  const isNamed = objectId !== undefined && !(source === 'POSTHOG' && objectId === noId);
  if (objectType !== undefined && isNamed) return { source, objectType, objectId };
  if (activityRef !== undefined) return { source, activityRef };
  return pathwayId === undefined ? { source } : { source, pathwayId };
}

/** Whether anybody can have made or changed it before. */
export const hasHistory = (item: Item): boolean => item.objectId !== undefined || item.activityRef !== undefined;

export const runOf = (fields: ItemFields & Pick<FilterFields, 'action' | 'actorKey' | 'occurredAtMicros'>): Run => ({
  item: itemOf(fields),
  action: fields.action,
  ...(fields.actorKey !== undefined && { actorKey: fields.actorKey }),
  fromMicros: Math.floor(fields.occurredAtMicros / runMicros) * runMicros,
});
