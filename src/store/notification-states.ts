import { type Collection, type Document, type IndexDescription, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { NotificationPreferences } from '../model/notification.js';
import type { NotificationState } from '../model/notification-state.js';
import type { Store } from './connect.js';
import { type FoldDocument, FoldDocuments, type FoldScope, foldKey, scopeFields } from './fold-documents.js';
import { read } from './read.js';

interface StateDocument extends FoldDocument {
  origin: ObjectId;
  ownerId: ObjectId | null;
  through: Long | number;
  atMs?: Long | number;
  bookmarkSeq: Long | number;
  unread: number;
  preferences?: NotificationPreferences;
  readSeq: Long | number;
  /** Absent of what was made before there was such a thing. */
  ownedSeq?: Long | number;
}

export const notificationStatesCollection = 'notification_states';

export const notificationStateIndexes: IndexDescription[] = [
  { name: 'notification_states_owner', key: { workspaceId: 1, generation: 1, ownerId: 1 } },
  { name: 'notification_states_seq', key: { workspaceId: 1, generation: 1, seq: 1 } },
];

export const notificationStateSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['workspaceId', 'generation', 'seq', 'origin', 'ownerId', 'through', 'bookmarkSeq', 'unread', 'readSeq'],
    properties: {
      workspaceId: { bsonType: 'objectId' },
      generation: { bsonType: 'int' },
      seq: { bsonType: 'long' },
      through: { bsonType: 'long' },
      unread: { bsonType: 'int', minimum: 0 },
    },
  },
};

/** A state as it lies there. */
export interface StoredState extends NotificationState {
  /** Who wrote it: the n-th to hold the lease. */
  readonly holder: number;
}

const long = (value: number): Long => Long.fromNumber(value);

/** Where everybody stands with their notifications, as the fold makes it. Who has no document has had nothing yet. */
export class NotificationStates {
  readonly #collection: Collection<StateDocument>;
  readonly #documents: FoldDocuments<StateDocument>;

  constructor(store: Store) {
    this.#collection = store.collection<StateDocument>(notificationStatesCollection);
    this.#documents = new FoldDocuments(this.#collection);
  }

  write(scope: FoldScope, states: readonly NotificationState[]): Promise<void> {
    return this.#documents.write(
      scope,
      states.map((state) => toDocument(scope, state)),
    );
  }

  async byOrigins(scope: FoldScope, origins: readonly Id[]): Promise<StoredState[]> {
    if (origins.length === 0) return [];
    return this.#find(scope, { _id: { $in: origins.map((id) => foldKey(scope, id)) } });
  }

  /** Of everything that is somebody's, and, should they be part of somebody else, of theirs alone. */
  ofOwner(scope: FoldScope, userId: Id): Promise<StoredState[]> {
    return this.#find(scope, { $or: [{ ownerId: new ObjectId(userId) }, { _id: foldKey(scope, userId) }] });
  }

  /** Whose changed after a number. */
  changed(scope: FoldScope, after: number): Promise<StoredState[]> {
    return this.#find(scope, { seq: { $gt: long(after) } });
  }

  erase(scope: FoldScope): Promise<boolean> {
    return this.#documents.erase(scope);
  }

  async #find(scope: FoldScope, condition: Document): Promise<StoredState[]> {
    const found = await read(() => this.#collection.find({ ...scopeFields(scope), ...condition }).toArray());
    return found.map(toState);
  }
}

const toDocument = (scope: FoldScope, state: NotificationState): StateDocument => ({
  _id: foldKey(scope, state.origin),
  ...scopeFields(scope),
  seq: long(state.seq),
  origin: new ObjectId(state.origin),
  ownerId: state.ownerId === undefined ? null : new ObjectId(state.ownerId),
  through: long(state.through),
  ...(state.atMs !== undefined && { atMs: long(state.atMs) }),
  bookmarkSeq: long(state.bookmarkSeq),
  unread: state.unread,
  ...(state.preferences && { preferences: state.preferences }),
  readSeq: long(state.readSeq),
  ownedSeq: long(state.ownedSeq),
});

const toState = (document: StateDocument): StoredState => ({
  holder: document.holder ?? 0,
  origin: document.origin.toHexString(),
  ...(document.ownerId && { ownerId: document.ownerId.toHexString() }),
  through: Number(document.through),
  ...(document.atMs !== undefined && { atMs: Number(document.atMs) }),
  bookmarkSeq: Number(document.bookmarkSeq),
  unread: document.unread,
  ...(document.preferences && { preferences: document.preferences }),
  readSeq: Number(document.readSeq),
  ownedSeq: Number(document.ownedSeq ?? 0),
  seq: Number(document.seq),
});
