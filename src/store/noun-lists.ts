import { type Collection, type Document, type IndexDescription, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import { wordsOf } from '../model/words.js';
import { type Order, type Slice, type Span, sortOf, spanConditions } from './keyset.js';
import type { NounDocument } from './noun-documents.js';
import { defaultMaxTimeMs, read } from './read.js';

/** A noun that lists show by name. Removed ones have no name any more, and so lie in none of the partial indexes. */
export interface NamedDocument extends NounDocument {
  name?: string;
  /** The name as lists are ordered by it. */
  sortName?: string;
  words?: string[];
  createdAt?: Date;
  updatedAt?: Date;
  removedAt?: Date;
}

const sortNameLength = 200;

/** Folded, so that case and width do not decide; cut, so that a cursor stays short. */
export const sortNameOf = (name: string): string =>
  [...name.normalize('NFKC').toLowerCase()].slice(0, sortNameLength).join('');

const byName: Order = {
  fields: ['sortName', '_id'],
  direction: 1,
  typed: ([name, id]) => [name, new ObjectId(String(id))],
};

/** Indexes that every named noun has. */
export const namedIndexes = (noun: string): IndexDescription[] => {
  const partialFilterExpression = { sortName: { $exists: true } };
  return [
    { name: `${noun}_order`, key: { workspaceId: 1, sortName: 1, _id: 1 }, partialFilterExpression },
    { name: `${noun}_words`, key: { workspaceId: 1, words: 1, sortName: 1, _id: 1 }, partialFilterExpression },
    { name: `${noun}_seq`, key: { workspaceId: 1, seq: 1 } },
  ];
};

/** What a validator says of the properties that every named noun has. */
export const namedProperties: Document = {
  _id: { bsonType: 'objectId' },
  workspaceId: { bsonType: 'objectId' },
  seq: { bsonType: 'long' },
  name: { bsonType: 'string' },
  sortName: { bsonType: 'string' },
  words: { bsonType: 'array', items: { bsonType: 'string' } },
  createdAt: { bsonType: 'date' },
  updatedAt: { bsonType: 'date' },
  removedAt: { bsonType: 'date' },
};

/** The index by key of a noun that has one. */
export const keyIndexOf = (noun: string): IndexDescription => ({
  name: `${noun}_key`,
  key: { workspaceId: 1, key: 1 },
  unique: true,
  partialFilterExpression: { key: { $exists: true } },
});

/** Every word must begin a word of the noun. No words: no constraint. */
export const searchConditions = (search: string | null | undefined): Document[] =>
  // Words are letters and digits only, so nothing in them means anything to a regular expression.
  wordsOf(search ?? undefined).map((word) => ({ words: { $regex: `^${word}` } }));

/** What lists are found and ordered by, and nothing is made of. */
const unread: Document = { words: 0, sortName: 0 };

/**
 * Reads of one noun's collection; what is removed is never among the answers. The order is by a field that only what is not
 * removed has, then by id.
 */
export class NounLists<T extends NounDocument> {
  constructor(
    private readonly collection: Collection<T>,
    private readonly order: Order = byName,
  ) {}

  /** All that meet the conditions, in no particular order. */
  many(workspaceId: Id, ...conditions: Document[]): Promise<T[]> {
    return read(() =>
      this.collection
        .find(this.#live(workspaceId, conditions) as never, { projection: unread, maxTimeMS: defaultMaxTimeMs })
        .toArray(),
    ) as Promise<T[]>;
  }

  /** All that meet any of the conditions, each of which has an index of its own. */
  union(workspaceId: Id, ...conditions: Document[]): Promise<T[]> {
    const where = { $or: conditions.map((condition) => ({ workspaceId: new ObjectId(workspaceId), ...condition })) };
    const options = { projection: unread, maxTimeMS: defaultMaxTimeMs };
    return read(() => this.collection.find(where as never, options).toArray()) as Promise<T[]>;
  }

  /** A slice, in the noun's order. */
  async find(workspaceId: Id, conditions: readonly Document[], slice: Slice): Promise<T[]> {
    if (slice.limit === 0) return [];
    const documents = await read(() =>
      this.collection
        .find(this.within(workspaceId, conditions, slice) as never, {
          projection: unread,
          sort: sortOf(this.order, slice.backward),
          limit: slice.limit,
          batchSize: slice.limit,
          maxTimeMS: defaultMaxTimeMs,
          // What a search or ids find is sorted, of which no more than the page is held.
          allowDiskUse: false,
        })
        .toArray(),
    );
    if (slice.backward) documents.reverse();
    return documents as T[];
  }

  async exists(workspaceId: Id, conditions: readonly Document[], span: Span): Promise<boolean> {
    const found = await read(() =>
      this.collection.findOne(this.within(workspaceId, conditions, span) as never, {
        projection: { _id: 1 },
        maxTimeMS: defaultMaxTimeMs,
      }),
    );
    return found !== null;
  }

  count(workspaceId: Id, conditions: readonly Document[]): Promise<number> {
    return read(() =>
      this.collection.countDocuments(this.#live(workspaceId, conditions) as never, { maxTimeMS: defaultMaxTimeMs }),
    );
  }

  /** What lies within a span of the list that the conditions describe. */
  within(workspaceId: Id, conditions: readonly Document[], span: Span): Document {
    return this.#live(workspaceId, [...conditions, ...spanConditions(this.order, span)]);
  }

  #live(workspaceId: Id, conditions: readonly Document[]): Document {
    const isThere = { [this.order.fields[0]!]: { $exists: true } };
    return { $and: [{ workspaceId: new ObjectId(workspaceId) }, isThere, ...conditions] };
  }
}
