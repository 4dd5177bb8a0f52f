import { type Document, type IndexDescription, MongoServerError, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { Store } from './connect.js';
import { read } from './read.js';

/** TRYING: a try may have reached the source. REMOVED: it was there, and was taken out again. */
export type UpstreamWriteStatus = 'TRYING' | 'SENT' | 'FAILED' | 'REMOVED';

interface UpstreamWriteDocument {
  /** The entry. */
  _id: ObjectId;
  workspaceId: ObjectId;
  sourceId: ObjectId;
  status: UpstreamWriteStatus;
  /** The id that the source knows it by. */
  upstreamId?: string;
  error?: string;
  updatedAt: Date;
}

/** What became of writing an entry into its source. */
export interface UpstreamWriteState {
  readonly entryId: Id;
  readonly sourceId: Id;
  readonly status: UpstreamWriteStatus;
  readonly upstreamId?: string;
  readonly error?: string;
}

export const upstreamWriteCollection = 'upstream_writes';

export const upstreamWriteIndexes: IndexDescription[] = [
  {
    name: 'upstream_writes_id',
    key: { workspaceId: 1, sourceId: 1, upstreamId: 1 },
    partialFilterExpression: { upstreamId: { $exists: true } },
  },
];

export const upstreamWriteSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['workspaceId', 'sourceId', 'status', 'updatedAt'],
    additionalProperties: false,
    properties: {
      _id: { bsonType: 'objectId' },
      workspaceId: { bsonType: 'objectId' },
      sourceId: { bsonType: 'objectId' },
      status: { enum: ['TRYING', 'SENT', 'FAILED', 'REMOVED'] },
      upstreamId: { bsonType: 'string' },
      error: { bsonType: 'string' },
      updatedAt: { bsonType: 'date' },
    },
  },
};

const duplicateKey = 11000;

/** What was written into the sources, entry by entry. What is still to be written stands in the log alone. */
export class UpstreamWrites {
  readonly #writes;

  constructor(store: Store) {
    this.#writes = store.collection<UpstreamWriteDocument>(upstreamWriteCollection);
  }

  /** Notes that a try begins; answers what an earlier one came to, if there was one. */
  async begin(workspaceId: Id, sourceId: Id, entryId: Id, now: Date): Promise<UpstreamWriteState | undefined> {
    try {
      await this.#writes.insertOne({
        _id: new ObjectId(entryId),
        workspaceId: new ObjectId(workspaceId),
        sourceId: new ObjectId(sourceId),
        status: 'TRYING',
        updatedAt: now,
      });
      return undefined;
    } catch (error) {
      if (!(error instanceof MongoServerError) || error.code !== duplicateKey) throw error;
      return (await this.byEntries(workspaceId, [entryId]))[0];
    }
  }

  async sent(workspaceId: Id, entryId: Id, upstreamId: string, now: Date): Promise<void> {
    await this.#change(workspaceId, entryId, {
      $set: { status: 'SENT', upstreamId, updatedAt: now },
      $unset: { error: '' },
    });
  }

  /** The source will never take it as it is. */
  async failed(workspaceId: Id, entryId: Id, error: string, now: Date): Promise<void> {
    await this.#change(workspaceId, entryId, { $set: { status: 'FAILED', error, updatedAt: now } });
  }

  async removed(workspaceId: Id, entryId: Id, now: Date): Promise<void> {
    await this.#change(workspaceId, entryId, { $set: { status: 'REMOVED', updatedAt: now } });
  }

  async byEntries(workspaceId: Id, entryIds: readonly Id[]): Promise<UpstreamWriteState[]> {
    if (entryIds.length === 0) return [];
    return this.#many({
      workspaceId: new ObjectId(workspaceId),
      _id: { $in: entryIds.map((id) => new ObjectId(id)) },
    });
  }

  /** Which of these ids of a source are of entries that came from us. */
  async ours(workspaceId: Id, sourceId: Id, upstreamIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (upstreamIds.length === 0) return new Set();
    const found = await this.#many({
      workspaceId: new ObjectId(workspaceId),
      sourceId: new ObjectId(sourceId),
      upstreamId: { $in: [...upstreamIds] },
    });
    return new Set(found.map(({ upstreamId }) => upstreamId!));
  }

  async #many(filter: Document): Promise<UpstreamWriteState[]> {
    const documents = await read(() => this.#writes.find(filter).toArray());
    return documents.map(({ _id, sourceId, status, upstreamId, error }) => ({
      entryId: _id.toHexString(),
      sourceId: sourceId.toHexString(),
      status,
      upstreamId,
      error,
    }));
  }

  async #change(workspaceId: Id, entryId: Id, change: Document): Promise<void> {
    await this.#writes.updateOne({ _id: new ObjectId(entryId), workspaceId: new ObjectId(workspaceId) }, change);
  }
}
