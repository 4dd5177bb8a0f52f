import { type Document, type IndexDescription, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import { emailIdentity, type IdentityKey } from '../model/identity.js';
import type { User } from '../model/user.js';
import type { UserFilter } from '../model/user-input.js';
import { wordsOf } from '../model/words.js';
import type { Store } from './connect.js';
import type { Slice, Span } from './keyset.js';
import { NounDocuments } from './noun-documents.js';
import { type NamedDocument, NounLists, namedIndexes, searchConditions, sortNameOf } from './noun-lists.js';

interface UserDocument extends NamedDocument {
  email?: string;
  username?: string;
  identities?: string[];
  createdAt?: Date;
  updatedAt?: Date;
  removedAt?: Date;
}

export const usersCollection = 'users';

export const usersIndexes: IndexDescription[] = [
  {
    name: 'users_identity',
    key: { workspaceId: 1, identities: 1 },
    unique: true,
    partialFilterExpression: { identities: { $exists: true } },
  },
  ...namedIndexes('users'),
];

export const usersValidator: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['_id', 'workspaceId', 'seq'],
    anyOf: [{ required: ['removedAt'] }, { required: ['name', 'sortName', 'identities', 'createdAt', 'updatedAt'] }],
    properties: {
      _id: { bsonType: 'objectId' },
      workspaceId: { bsonType: 'objectId' },
      seq: { bsonType: 'long' },
      name: { bsonType: 'string' },
      sortName: { bsonType: 'string' },
      email: { bsonType: 'string' },
      username: { bsonType: 'string' },
      identities: { bsonType: 'array', minItems: 1, uniqueItems: true, items: { bsonType: 'string' } },
      words: { bsonType: 'array', items: { bsonType: 'string' } },
      createdAt: { bsonType: 'date' },
      updatedAt: { bsonType: 'date' },
      removedAt: { bsonType: 'date' },
    },
    additionalProperties: false,
  },
};

/** People of a workspace. Their documents follow the log and are written for its control entries only. */
export class Users {
  readonly #documents: NounDocuments<UserDocument>;
  readonly #lists: NounLists<UserDocument>;

  constructor(store: Store) {
    const collection = store.collection<UserDocument>(usersCollection);
    this.#documents = new NounDocuments(collection);
    this.#lists = new NounLists(collection);
  }

  head(workspaceId: Id): Promise<number> {
    return this.#documents.head(workspaceId);
  }

  /** Brings people to their state as of a control entry. */
  write(users: readonly User[], seq: number): Promise<void> {
    return this.#documents.write(users.map(toDocument), seq);
  }

  /** Leaves only a stub of each, as of a control entry. */
  writeRemoved(workspaceId: Id, ids: readonly Id[], removedAt: Date, seq: number): Promise<void> {
    const stubs = ids.map((id) => ({
      _id: new ObjectId(id),
      workspaceId: new ObjectId(workspaceId),
      seq: Long.fromNumber(seq),
      removedAt,
    }));
    return this.#documents.write(stubs, seq);
  }

  async byIds(workspaceId: Id, ids: readonly Id[]): Promise<User[]> {
    if (ids.length === 0) return [];
    return this.#many(workspaceId, { _id: { $in: ids.map((id) => new ObjectId(id)) } });
  }

  /** Whoever owns any of these identities. No two people own the same. */
  async byIdentities(workspaceId: Id, keys: readonly IdentityKey[]): Promise<User[]> {
    if (keys.length === 0) return [];
    return this.#many(workspaceId, identitiesIn(keys));
  }

  /** All who have any of these names, whatever their case. */
  async byNames(workspaceId: Id, names: readonly string[]): Promise<User[]> {
    if (names.length === 0) return [];
    return this.#many(workspaceId, { sortName: { $in: names.map((name) => sortNameOf(name.trim())) } });
  }

  async find(workspaceId: Id, filter: UserFilter, slice: Slice): Promise<User[]> {
    return (await this.#lists.find(workspaceId, filterConditions(filter), slice)).map(toUser);
  }

  exists(workspaceId: Id, filter: UserFilter, span: Span): Promise<boolean> {
    return this.#lists.exists(workspaceId, filterConditions(filter), span);
  }

  count(workspaceId: Id, filter: UserFilter): Promise<number> {
    return this.#lists.count(workspaceId, filterConditions(filter));
  }

  async #many(workspaceId: Id, condition: Document): Promise<User[]> {
    return (await this.#lists.many(workspaceId, condition)).map(toUser);
  }
}

/** Where a person stands in a list. */
export const userKey = (user: User): string[] => [sortNameOf(user.name), user.id];

// No `$exists` beside it, though the index is partial on that: of two conditions on a list the server bounds by one only.
const identitiesIn = (keys: readonly IdentityKey[]): Document => ({ identities: { $in: [...keys] } });

const filterConditions = (filter: UserFilter): Document[] => [
  ...(filter.ids ? [{ _id: { $in: filter.ids.map((id) => new ObjectId(id)) } }] : []),
  ...(filter.emails ? [identitiesIn(filter.emails.map(emailIdentity))] : []),
  ...searchConditions(filter.search),
];

const toDocument = (user: User): UserDocument => ({
  _id: new ObjectId(user.id),
  workspaceId: new ObjectId(user.workspaceId),
  seq: Long.fromNumber(user.seq),
  name: user.name,
  sortName: sortNameOf(user.name),
  email: user.email,
  username: user.username,
  identities: [...user.identities],
  words: wordsOf(user.name, user.email, user.username),
  createdAt: user.createdAt,
  updatedAt: user.updatedAt,
});

const toUser = (document: UserDocument): User => ({
  id: document._id.toHexString(),
  workspaceId: document.workspaceId.toHexString(),
  name: document.name!,
  email: document.email,
  username: document.username,
  identities: document.identities!,
  seq: Number(document.seq),
  createdAt: document.createdAt!,
  updatedAt: document.updatedAt!,
});
