import { type AnyBulkWriteOperation, type Document, type IndexDescription, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import { emailIdentity, type IdentityKey, userIdentity } from '../model/identity.js';
import type { MergedUser, User, VouchedEmail } from '../model/user.js';
import type { UserFilter } from '../model/user-input.js';
import { wordsOf } from '../model/words.js';
import type { Store } from './connect.js';
import { NamedNouns, sortNamesOf } from './named-nouns.js';
import { type NamedDocument, namedIndexes, namedProperties, searchConditions, sortNameOf } from './noun-lists.js';

interface UserDocument extends NamedDocument {
  email?: string;
  username?: string;
  identities?: string[];
  vouched?: VouchedEmail[];
  mergedFrom?: MergedUserDocument[];
  /** The names of who was merged into this one, as lists would be ordered by them. */
  sortNamesOfMerged?: string[];
  erasedAt?: Date;
  /** Of who is part of another: that one. Their identities, their own among them, are that one's. */
  mergedInto?: ObjectId;
}

type MergedUserDocument = Omit<MergedUser, 'id' | 'into' | 'identities'> & {
  readonly id: ObjectId;
  readonly into: ObjectId;
  readonly identities: string[];
};

export const usersCollection = 'users';

export const usersIndexes: IndexDescription[] = [
  {
    name: 'users_identity',
    key: { workspaceId: 1, identities: 1 },
    unique: true,
    partialFilterExpression: { identities: { $exists: true } },
  },
  ...namedIndexes('users'),
  {
    name: 'users_names_of_merged',
    key: { workspaceId: 1, sortNamesOfMerged: 1 },
    partialFilterExpression: { sortNamesOfMerged: { $exists: true } },
  },
];

export const usersValidator: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['_id', 'workspaceId', 'seq'],
    anyOf: [
      { required: ['removedAt'] },
      { required: ['mergedInto'] },
      { required: ['name', 'sortName', 'identities', 'createdAt', 'updatedAt'] },
    ],
    properties: {
      ...namedProperties,
      email: { bsonType: 'string' },
      username: { bsonType: 'string' },
      identities: { bsonType: 'array', minItems: 1, uniqueItems: true, items: { bsonType: 'string' } },
      vouched: { bsonType: 'array', items: { bsonType: 'object', required: ['by', 'email'] } },
      mergedFrom: {
        bsonType: 'array',
        items: { bsonType: 'object', required: ['id', 'into', 'name', 'identities', 'mergedAt'] },
      },
      sortNamesOfMerged: { bsonType: 'array', items: { bsonType: 'string' } },
      erasedAt: { bsonType: 'date' },
      mergedInto: { bsonType: 'objectId' },
    },
    additionalProperties: false,
  },
};

/** People of a workspace, and stubs of whoever was merged into another. */
export class Users extends NamedNouns<UserDocument, User, UserFilter> {
  constructor(store: Store) {
    const mapping = { toDocument, toNode: toUser, conditions: filterConditions, makingRoom };
    super(store, { collection: usersCollection, ...mapping });
  }

  /** Whoever these ids name: of one who was merged into another, that other. */
  override byIds(workspaceId: Id, ids: readonly Id[]): Promise<User[]> {
    return this.byIdentities(workspaceId, ids.map(userIdentity));
  }

  /** Whoever owns any of these identities. No two people own the same. */
  byIdentities(workspaceId: Id, keys: readonly IdentityKey[]): Promise<User[]> {
    return this.among(workspaceId, 'identities', keys);
  }

  /** All who have any of these names, whatever their case, or into whom somebody of that name was merged. */
  override async byNames(workspaceId: Id, names: readonly string[]): Promise<User[]> {
    if (names.length === 0) return [];
    const wanted = { $in: sortNamesOf(names) };
    return this.nodes(await this.lists.union(workspaceId, { sortName: wanted }, { sortNamesOfMerged: wanted }));
  }

  /** Who was made in this second since 1970, by what their ids say; those who were merged into another are that other. */
  async madeAt(workspaceId: Id, second: number): Promise<User[]> {
    const prefix = userIdentity(second.toString(16).padStart(8, '0'));
    return this.nodes(await this.lists.union(workspaceId, { identities: { $regex: `^${prefix}` } }));
  }
}

const identitiesIn = (keys: readonly IdentityKey[]): Document => ({ identities: { $in: [...keys] } });

const filterConditions = (filter: UserFilter): Document[] => [
  ...(filter.ids ? [identitiesIn(filter.ids.map(userIdentity))] : []),
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
  words: wordsOf(...[user, ...(user.mergedFrom ?? [])].flatMap(({ name, email, username }) => [name, email, username])),
  vouched: user.vouched && [...user.vouched],
  mergedFrom: user.mergedFrom?.map(({ id, into, identities, ...rest }) => ({
    id: new ObjectId(id),
    into: new ObjectId(into),
    ...rest,
    identities: [...identities],
  })),
  sortNamesOfMerged: user.mergedFrom?.map((merged) => sortNameOf(merged.name)),
  createdAt: user.createdAt,
  updatedAt: user.updatedAt,
  erasedAt: user.erasedAt,
});

const toUser = (document: UserDocument): User => ({
  id: document._id.toHexString(),
  workspaceId: document.workspaceId.toHexString(),
  name: document.name!,
  email: document.email,
  username: document.username,
  identities: document.identities!,
  ...(document.vouched && { vouched: document.vouched }),
  ...(document.mergedFrom && {
    mergedFrom: document.mergedFrom.map(({ id, into, ...rest }) => ({
      id: id.toHexString(),
      into: into.toHexString(),
      ...rest,
    })),
  }),
  seq: Number(document.seq),
  createdAt: document.createdAt!,
  updatedAt: document.updatedAt!,
  ...(document.erasedAt && { erasedAt: document.erasedAt }),
});

/**
 * No two people own the same identity at any moment, so whatever passes from one to another is first given up: by people
 * who go on without it, and by those who become part of another.
 */
function makingRoom(users: readonly User[], seq: number): AnyBulkWriteOperation<UserDocument>[] {
  const older = (id: Id, workspaceId: Id) => ({
    _id: new ObjectId(id),
    workspaceId: new ObjectId(workspaceId),
    seq: { $lt: Long.fromNumber(seq) },
  });
  const released = users.map(({ id, workspaceId, identities }) => ({
    updateOne: { filter: older(id, workspaceId), update: { $pull: { identities: { $nin: [...identities] } } } },
  }));
  const stubs = users.flatMap(({ id, workspaceId, mergedFrom = [] }) =>
    mergedFrom.map((merged) => ({
      replaceOne: {
        filter: older(merged.id, workspaceId),
        replacement: {
          workspaceId: new ObjectId(workspaceId),
          seq: Long.fromNumber(seq),
          mergedInto: new ObjectId(id),
        },
      },
    })),
  );
  // One person alone takes nothing from another.
  return users.length + stubs.length < 2 ? [] : [...released, ...stubs];
}
