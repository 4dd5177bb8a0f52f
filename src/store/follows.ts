import { type Collection, type Document, type IndexDescription, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { Follow, FollowTarget } from '../model/follow.js';
import { targetKey } from '../model/follow.js';
import type { Store } from './connect.js';
import { type FoldDocument, FoldDocuments, type FoldScope, foldKey, scopeFields } from './fold-documents.js';
import { type Order, type Slice, type Span, sortOf, spanConditions } from './keyset.js';
import { defaultMaxTimeMs, read } from './read.js';

interface FollowDocument extends FoldDocument {
  userId: ObjectId;
  key: string;
  target: FollowTarget;
  since: Date;
  /** False of what is followed no more. */
  following: boolean;
}

/** What was followed, or is followed no more, since a number of the log. */
export interface FollowState extends Follow {
  readonly following: boolean;
  readonly seq: number;
}

export const followsCollection = 'follows';

export const followIndexes: IndexDescription[] = [
  { name: 'follows_user', key: { workspaceId: 1, generation: 1, userId: 1, following: 1, since: 1, key: 1 } },
];

export const followSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['workspaceId', 'generation', 'seq', 'userId', 'key', 'target', 'since', 'following'],
    properties: {
      workspaceId: { bsonType: 'objectId' },
      generation: { bsonType: 'int' },
      seq: { bsonType: 'long' },
      userId: { bsonType: 'objectId' },
      key: { bsonType: 'string' },
      since: { bsonType: 'date' },
      following: { bsonType: 'bool' },
    },
  },
};

const order: Order = {
  fields: ['since', 'key'],
  direction: 1,
  typed: ([milliseconds, key]) => [new Date(Number(milliseconds)), key],
};

/** Who follows what, as the fold makes it. */
export class Follows {
  readonly #collection: Collection<FollowDocument>;
  readonly #documents: FoldDocuments<FollowDocument>;

  constructor(store: Store) {
    this.#collection = store.collection<FollowDocument>(followsCollection);
    this.#documents = new FoldDocuments(this.#collection);
  }

  write(scope: FoldScope, follows: readonly FollowState[]): Promise<void> {
    return this.#documents.write(
      scope,
      follows.map(({ userId, target, since, following, seq }) => ({
        _id: foldKey(scope, `${userId}:${targetKey(target)}`),
        ...scopeFields(scope),
        seq: Long.fromNumber(seq),
        userId: new ObjectId(userId),
        key: targetKey(target),
        target,
        since,
        following,
      })),
    );
  }

  /** In the order in which they began. */
  async find(scope: FoldScope, userIds: readonly Id[], slice: Slice): Promise<Follow[]> {
    const { limit, backward } = slice;
    const options = { sort: sortOf(order, backward), limit, maxTimeMS: defaultMaxTimeMs };
    const found = await read(() => this.#collection.find(within(scope, userIds, slice) as never, options).toArray());
    const follows = found.map(({ userId, target, since }) => ({ userId: userId.toHexString(), target, since }));
    return backward ? follows.reverse() : follows;
  }

  /** What some people follow of one thing: by which ids, since when. */
  async held(scope: FoldScope, userIds: readonly Id[], target: FollowTarget): Promise<FollowState[]> {
    const found = await this.#documents.byKeys(
      scope,
      userIds.map((id) => `${id}:${targetKey(target)}`),
    );
    return found
      .filter(({ following }) => following)
      .map(({ userId, since, following, seq }) => ({
        userId: userId.toHexString(),
        target,
        since,
        following,
        seq: Number(seq),
      }));
  }

  async exists(scope: FoldScope, userIds: readonly Id[], span: Span): Promise<boolean> {
    return (await this.find(scope, userIds, { ...span, limit: 1 })).length > 0;
  }

  count(scope: FoldScope, userIds: readonly Id[]): Promise<number> {
    return read(() =>
      this.#collection.countDocuments(within(scope, userIds, {}) as never, { maxTimeMS: defaultMaxTimeMs }),
    );
  }

  erase(scope: FoldScope): Promise<boolean> {
    return this.#documents.erase(scope);
  }
}

/** Where a follow stands in a list. */
export const followKey = ({ since, target }: Follow): (number | string)[] => [since.getTime(), targetKey(target)];

const within = (scope: FoldScope, userIds: readonly Id[], span: Span): Document => ({
  ...scopeFields(scope),
  userId: { $in: userIds.map((id) => new ObjectId(id)) },
  following: true,
  $and: [{}, ...spanConditions(order, span)],
});
