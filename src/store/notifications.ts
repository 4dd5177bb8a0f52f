import { type Collection, type Document, type Filter, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { Notification } from '../model/notification.js';
import type { ReadState } from '../model/read-state.js';
import type { Store } from './connect.js';
import { FoldDocuments, type FoldScope, foldKey, scopeFields } from './fold-documents.js';
import {
  type NotificationDocument,
  notificationsCollection,
  toNotification,
  toNotificationDocument,
} from './notification-document.js';
import { defaultMaxTimeMs, read } from './read.js';

/** A place in the order of changes of one origin. */
export interface ChangePlace {
  readonly seq: number;
  readonly id: string;
}

/** The notifications of everybody, as the fold makes them. */
export class Notifications {
  readonly #collection: Collection<NotificationDocument>;
  readonly #documents: FoldDocuments<NotificationDocument>;

  constructor(store: Store) {
    this.#collection = store.collection<NotificationDocument>(notificationsCollection);
    this.#documents = new FoldDocuments(this.#collection);
  }

  write(scope: FoldScope, notifications: readonly Notification[]): Promise<void> {
    return this.#documents.write(
      scope,
      notifications.map((one) => toNotificationDocument(scope, one)),
    );
  }

  async byIds(scope: FoldScope, ids: readonly Id[]): Promise<Notification[]> {
    if (ids.length === 0) return [];
    return this.#find({ ...scopeFields(scope), _id: { $in: ids.map((id) => foldKey(scope, id)) } });
  }

  /** Some of those of certain runs that are not gone, after one of them. */
  ofRuns(scope: FoldScope, runKeys: readonly Id[], after: Id | undefined, limit: number): Promise<Notification[]> {
    return this.#find(
      {
        ...scopeFields(scope),
        runKey: { $in: runKeys.map((key) => new ObjectId(key)) },
        count: { $gt: 0 },
        ...(after !== undefined && { _id: { $gt: foldKey(scope, after) } }),
      },
      { sort: { _id: 1 }, limit },
    );
  }

  /** Those of an origin that changed after one place and at or before a number, in the order of their changes. */
  changed(scope: FoldScope, origin: Id, after: ChangePlace, through: number, limit: number): Promise<Notification[]> {
    const seq = Long.fromNumber(after.seq);
    return this.#find(
      {
        ...scopeFields(scope),
        origin: new ObjectId(origin),
        seq: { $gte: seq, $lte: Long.fromNumber(through) },
        $or: [{ seq: { $gt: seq } }, { _id: { $gt: foldKey(scope, after.id) } }],
      },
      { sort: { seq: 1, _id: 1 }, limit },
    );
  }

  /** The highest number above `seq` that any of these origins' was changed for; undefined for none. */
  async changedAbove(scope: FoldScope, origins: readonly Id[], seq: number): Promise<number | undefined> {
    const found = await read(() =>
      this.#collection
        .find(
          {
            ...scopeFields(scope),
            seq: { $gt: Long.fromNumber(seq) },
            origin: { $in: origins.map((id) => new ObjectId(id)) },
          },
          { projection: { _id: 0, seq: 1 }, sort: { seq: -1 }, limit: 1, maxTimeMS: defaultMaxTimeMs },
        )
        .toArray(),
    );
    return found[0] && Number(found[0].seq);
  }

  /** Whose were changed for a number above `seq`, and the highest such number of each. */
  async originsAbove(scope: FoldScope, seq: number): Promise<Map<Id, number>> {
    const found = await read(() =>
      this.#collection
        .aggregate<{ _id: ObjectId; seq: Long | number }>([
          { $match: { ...scopeFields(scope), seq: { $gt: Long.fromNumber(seq) } } },
          { $group: { _id: '$origin', seq: { $max: '$seq' } } },
        ])
        .toArray(),
    );
    return new Map(found.map((one) => [one._id.toHexString(), Number(one.seq)]));
  }

  /** Whose were changed for a number of a page, as somebody else wrote them who held the lease before. */
  async originsOfOthers(scope: FoldScope, after: number, through: number): Promise<Id[]> {
    const seq = { $gt: Long.fromNumber(after), $lte: Long.fromNumber(through) };
    const where = { ...scopeFields(scope), seq, holder: { $ne: scope.holder ?? 0 } } as Filter<NotificationDocument>;
    const found = await read(() => this.#collection.distinct('origin', where, { maxTimeMS: 30_000 }));
    return found.map((origin) => origin.toHexString());
  }

  /** How many of an origin's are shown and unread. */
  async countUnread(scope: FoldScope, origin: Id, state: ReadState): Promise<number> {
    const conditions = unreadConditions(state).map(({ where: unread }) => ({
      ...scopeFields(scope),
      origin: new ObjectId(origin),
      shown: true,
      ...unread,
    }));
    const counts = await Promise.all(
      conditions.map((condition) =>
        read(() => this.#collection.countDocuments(condition as Filter<NotificationDocument>, { maxTimeMS: 30_000 })),
      ),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  erase(scope: FoldScope): Promise<boolean> {
    return this.#documents.erase(scope);
  }

  async #find(filter: Filter<NotificationDocument>, options: Document = {}): Promise<Notification[]> {
    const found = await read(() => this.#collection.find(filter, { maxTimeMS: 30_000, ...options }).toArray());
    return found.map(toNotification);
  }
}

/**
 * What is unread, in two parts that have nothing in common: what lies above both bookmarks and is not marked read, and what
 * lies below one and was marked unread since. Each says whether only what is marked unread is looked at.
 */
export function unreadConditions({ through, atMs, bookmarkSeq }: ReadState): { where: Document; marked: boolean }[] {
  const place = Long.fromNumber(through);
  const at = atMs === undefined ? undefined : Long.fromNumber(atMs);
  const covered = [{ place: { $lte: place } }, ...(at === undefined ? [] : [{ atMs: { $lte: at } }])];
  return [
    {
      marked: false,
      where: { place: { $gt: place }, ...(at !== undefined && { atMs: { $gt: at } }), markedRead: false },
    },
    { marked: true, where: { markedUnreadSeq: { $exists: true, $gt: Long.fromNumber(bookmarkSeq) }, $or: covered } },
  ];
}
