import { type Collection, type Document, type Filter, Long, ObjectId } from 'mongodb';
import { isId } from '../base/ids.js';
import type { Notification, NotificationFilter } from '../model/notification.js';
import type { NotificationState } from '../model/notification-state.js';
import type { Store } from './connect.js';
import { type FoldScope, scopeFields } from './fold-documents.js';
import { type Order, type Slice, type Span, sortOf, spanConditions } from './keyset.js';
import { type NotificationDocument, notificationsCollection, toNotification } from './notification-document.js';
import { unreadConditions } from './notifications.js';
import { defaultMaxTimeMs, read } from './read.js';

/** Whose notifications, with what each of their ids has read, and which of these. */
export interface NotificationSelection {
  readonly scope: FoldScope;
  readonly states: readonly NotificationState[];
  readonly filter: NotificationFilter;
}

const order: Order = {
  fields: ['place', 'id'],
  direction: -1,
  typed: ([place, id]) => [Long.fromNumber(Number(place)), new ObjectId(String(id))],
};
const none: Document = { _id: { $in: [] } };

/** What is shown to somebody, the last that happened first. */
export class NotificationLists {
  readonly #collection: Collection<NotificationDocument>;

  constructor(store: Store) {
    this.#collection = store.collection<NotificationDocument>(notificationsCollection);
  }

  async find(selection: NotificationSelection, slice: Slice): Promise<Notification[]> {
    const { limit, backward } = slice;
    const options = { sort: sortOf(order, backward), limit, maxTimeMS: defaultMaxTimeMs };
    const parts = await Promise.all(
      partsOf(selection).map((part) =>
        read(() => this.#collection.find(within(selection, part, slice), options).toArray()),
      ),
    );
    const sign = backward ? 1 : -1;
    const found = parts.flat().map(toNotification);
    found.sort((one, other) => sign * (one.place - other.place || (one.id < other.id ? -1 : 1)));
    const page = found.slice(0, limit);
    return backward ? page.reverse() : page;
  }

  async exists(selection: NotificationSelection, span: Span): Promise<boolean> {
    return (await this.find(selection, { ...span, limit: 1 })).length > 0;
  }

  async count(selection: NotificationSelection): Promise<number> {
    const counts = await Promise.all(
      partsOf(selection).map((part) =>
        read(() => this.#collection.countDocuments(within(selection, part, {}), { maxTimeMS: defaultMaxTimeMs })),
      ),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }
}

/** Where a notification stands in a list. */
export const notificationKey = ({ place, id }: Notification): (number | string)[] => [place, id];
export const isNotificationKey = ([place, id, ...more]: readonly (number | string)[]): boolean =>
  Number.isSafeInteger(place) && isId(id) && more.length === 0;

/** What is selected, in parts that have nothing in common, each bounded by an index of its own. */
function partsOf({ states, filter }: NotificationSelection): Document[] {
  const unread = states.flatMap((state) =>
    unreadConditions(state).map(({ where }) => ({ origin: new ObjectId(state.origin), ...where })),
  );
  if (filter.unread) return unread;
  const origins = { origin: { $in: states.map(({ origin }) => new ObjectId(origin)) } };
  return [filter.unread === false && unread.length > 0 ? { ...origins, $nor: unread } : origins];
}

function within({ scope, filter }: NotificationSelection, part: Document, span: Span): Filter<NotificationDocument> {
  const { reasons, sources } = filter;
  return {
    ...scopeFields(scope),
    shown: true,
    $and: [
      part,
      ...spanConditions(order, span),
      ...(reasons ? [reasons.length > 0 ? { reasons: { $in: [...reasons] } } : none] : []),
      ...(sources ? [{ source: { $in: [...sources] } }] : []),
    ],
  } as Filter<NotificationDocument>;
}
