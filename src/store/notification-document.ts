import { type Document, type IndexDescription, Long, ObjectId } from 'mongodb';
import type { Item, Notification } from '../model/notification.js';
import { runKey } from '../model/notification-key.js';
import { floorMs, validMark } from '../model/read-state.js';
import { type FoldDocument, type FoldScope, foldKey } from './fold-documents.js';

/** How a notification lies in its collection. What a query asks for that follows from other fields is kept beside them. */
export interface NotificationDocument extends FoldDocument {
  id: ObjectId;
  origin: ObjectId;
  run: { action: string; actorKey?: string; fromMicros: Long | number; item: Item };
  runKey: ObjectId;
  source: string;
  by?: string;
  reasons: Notification['reasons'][number][];
  count: number;
  firstEntryId: ObjectId;
  latestEntryId: ObjectId;
  place: Long | number;
  occurredAtMicros: Long | number;
  /** The time that a bookmark is compared with. */
  atMs: Long | number;
  mark?: { read: boolean; place: Long | number; seq: Long | number };
  markedRead: boolean;
  /** The number of a decision that it is unread, where that is of the notification as it is now. */
  markedUnreadSeq?: Long | number;
  shown: boolean;
  isOwn: boolean;
  isTwin: boolean;
}

export const notificationsCollection = 'notifications';

export const notificationIndexes: IndexDescription[] = [
  {
    name: 'notifications_list',
    key: { workspaceId: 1, generation: 1, origin: 1, shown: 1, place: -1, id: -1, atMs: 1, markedRead: 1 },
  },
  {
    name: 'notifications_marked_unread',
    key: { workspaceId: 1, generation: 1, origin: 1, shown: 1, place: -1, id: -1 },
    partialFilterExpression: { markedUnreadSeq: { $exists: true } },
  },
  { name: 'notifications_changed', key: { workspaceId: 1, generation: 1, origin: 1, seq: 1, _id: 1 } },
  { name: 'notifications_seq', key: { workspaceId: 1, generation: 1, seq: 1, origin: 1 } },
  { name: 'notifications_run', key: { workspaceId: 1, generation: 1, runKey: 1, _id: 1 } },
];

export const notificationSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['workspaceId', 'generation', 'seq', 'origin', 'runKey', 'count', 'place', 'atMs', 'shown'],
    properties: {
      workspaceId: { bsonType: 'objectId' },
      generation: { bsonType: 'int' },
      seq: { bsonType: 'long' },
      origin: { bsonType: 'objectId' },
      count: { bsonType: 'int', minimum: 0 },
      place: { bsonType: 'long' },
      atMs: { bsonType: 'long' },
      shown: { bsonType: 'bool' },
    },
  },
};

const long = (value: number): Long => Long.fromNumber(value);

export function toNotificationDocument(scope: FoldScope, one: Notification): NotificationDocument {
  const { run, mark } = one;
  const valid = validMark(one);
  return {
    _id: foldKey(scope, one.id),
    workspaceId: new ObjectId(scope.workspaceId),
    generation: scope.generation,
    seq: long(one.seq),
    id: new ObjectId(one.id),
    origin: new ObjectId(one.origin),
    run: { ...run, fromMicros: long(run.fromMicros) },
    runKey: new ObjectId(runKey(run)),
    source: run.item.source,
    ...(one.by !== undefined && { by: one.by }),
    reasons: [...one.reasons],
    count: one.count,
    firstEntryId: new ObjectId(one.firstEntryId),
    latestEntryId: new ObjectId(one.latestEntryId),
    place: long(one.place),
    occurredAtMicros: long(one.occurredAtMicros),
    atMs: long(floorMs(one.occurredAtMicros)),
    ...(mark && { mark: { read: mark.read, place: long(mark.place), seq: long(mark.seq) } }),
    markedRead: valid?.read === true,
    ...(valid?.read === false && { markedUnreadSeq: long(valid.seq) }),
    shown: one.count > 0 && !one.isOwn && !one.isTwin,
    isOwn: one.isOwn,
    isTwin: one.isTwin,
  };
}

export function toNotification(document: NotificationDocument): Notification {
  const { run, mark } = document;
  return {
    id: document.id.toHexString(),
    workspaceId: document.workspaceId.toHexString(),
    origin: document.origin.toHexString(),
    run: { ...run, fromMicros: Number(run.fromMicros) },
    ...(document.by !== undefined && { by: document.by }),
    reasons: document.reasons,
    count: document.count,
    firstEntryId: document.firstEntryId.toHexString(),
    latestEntryId: document.latestEntryId.toHexString(),
    place: Number(document.place),
    occurredAtMicros: Number(document.occurredAtMicros),
    ...(mark && { mark: { read: mark.read, place: Number(mark.place), seq: Number(mark.seq) } }),
    isOwn: document.isOwn,
    isTwin: document.isTwin,
    seq: Number(document.seq),
  };
}
