import { type Document, type IndexDescription, Long, MongoServerError, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { Store } from './connect.js';
import { read } from './read.js';

/** TRYING: a try may have reached the source. REMOVED: it was there, and was taken out again. */
export type UpstreamWriteStatus = 'TRYING' | 'SENT' | 'FAILED' | 'REMOVED';

/** What is sent, kept while a try may have reached the source: the entry may be gone by the time that one asks. */
export interface UpstreamAttempt {
  readonly nativeId?: string;
  readonly native: string;
  readonly occurredAtMicros: number;
  readonly userId?: string;
}

interface UpstreamWriteDocument {
  /** The entry. */
  _id: ObjectId;
  workspaceId: ObjectId;
  sourceId: ObjectId;
  status: UpstreamWriteStatus;
  /** Of the lease under which it was changed last. */
  fence: Long | number;
  tries: number;
  /** The ids that the source knows it by: one, or more where two readers tried at once. */
  upstreamIds: string[];
  /** JSON text of what is sent; while it is TRYING. */
  attempt?: string;
  error?: string;
  updatedAt: Date;
}

/** What became of writing an entry into its source. */
export interface UpstreamWriteState {
  readonly entryId: Id;
  readonly sourceId: Id;
  readonly status: UpstreamWriteStatus;
  readonly tries: number;
  readonly upstreamIds: readonly string[];
  readonly attempt?: UpstreamAttempt;
  readonly error?: string;
}

/** Which write, and by whose leave: a later holder of the source's lease is not overruled. */
export interface HeldWrite {
  readonly workspaceId: Id;
  readonly entryId: Id;
  readonly fence: number;
}

export const upstreamWriteCollection = 'upstream_writes';

export const upstreamWriteIndexes: IndexDescription[] = [
  { name: 'upstream_writes_ids', key: { workspaceId: 1, sourceId: 1, upstreamIds: 1 } },
];

export const upstreamWriteSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['workspaceId', 'sourceId', 'status', 'fence', 'tries', 'upstreamIds', 'updatedAt'],
    additionalProperties: false,
    properties: {
      _id: { bsonType: 'objectId' },
      workspaceId: { bsonType: 'objectId' },
      sourceId: { bsonType: 'objectId' },
      status: { enum: ['TRYING', 'SENT', 'FAILED', 'REMOVED'] },
      fence: { bsonType: ['int', 'long'] },
      tries: { bsonType: ['int', 'long'] },
      upstreamIds: { bsonType: 'array', items: { bsonType: 'string' } },
      attempt: { bsonType: 'string' },
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

  /** Notes that a try begins; answers how the write stood before it, if it was begun before. */
  async begin(
    { workspaceId, entryId, fence }: HeldWrite,
    sourceId: Id,
    attempt: UpstreamAttempt,
    now: Date,
  ): Promise<UpstreamWriteState | undefined> {
    const key = { _id: new ObjectId(entryId), workspaceId: new ObjectId(workspaceId) };
    try {
      await this.#writes.insertOne({
        ...key,
        sourceId: new ObjectId(sourceId),
        status: 'TRYING',
        fence: Long.fromNumber(fence),
        tries: 1,
        upstreamIds: [],
        attempt: JSON.stringify(attempt),
        updatedAt: now,
      });
      return undefined;
    } catch (error) {
      if (!(error instanceof MongoServerError) || error.code !== duplicateKey) throw error;
    }
    const before = await this.#writes.findOneAndUpdate(
      { ...key, status: 'TRYING', fence: { $lte: Long.fromNumber(fence) } },
      { $set: { fence: Long.fromNumber(fence), updatedAt: now }, $inc: { tries: 1 } },
    );
    return before ? toState(before) : (await this.byEntries(workspaceId, [entryId]))[0];
  }

  /** The source has it under this id. That is kept also from one who is late: a row of ours must be known as such. */
  async sent(held: HeldWrite, upstreamId: string, now: Date): Promise<void> {
    await this.#writes.updateOne(keyOf(held), { $addToSet: { upstreamIds: upstreamId } });
    await this.#settle(held, { status: 'SENT', updatedAt: now });
  }

  /** The source will never take it as it is. */
  async failed(held: HeldWrite, error: string, now: Date): Promise<void> {
    await this.#settle(held, { status: 'FAILED', error, updatedAt: now });
  }

  /** It was there, and is no longer. */
  async removed({ workspaceId, entryId, fence }: HeldWrite, now: Date): Promise<void> {
    await this.#writes.updateOne(
      { ...keyOf({ workspaceId, entryId, fence }), fence: { $lte: Long.fromNumber(fence) } },
      { $set: { status: 'REMOVED', updatedAt: now }, $unset: { attempt: '', error: '' } },
    );
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
      upstreamIds: { $in: [...upstreamIds] },
    });
    return new Set(found.flatMap((write) => write.upstreamIds));
  }

  /** Ends a try, unless a later one has. */
  async #settle(held: HeldWrite, set: Partial<UpstreamWriteDocument>): Promise<void> {
    await this.#writes.updateOne(
      { ...keyOf(held), status: 'TRYING', fence: { $lte: Long.fromNumber(held.fence) } },
      { $set: set, $unset: { attempt: '' } },
    );
  }

  async #many(filter: Document): Promise<UpstreamWriteState[]> {
    return (await read(() => this.#writes.find(filter).toArray())).map(toState);
  }
}

const keyOf = ({ workspaceId, entryId }: HeldWrite) => ({
  _id: new ObjectId(entryId),
  workspaceId: new ObjectId(workspaceId),
});

const toState = (document: UpstreamWriteDocument): UpstreamWriteState => ({
  entryId: document._id.toHexString(),
  sourceId: document.sourceId.toHexString(),
  status: document.status,
  tries: document.tries,
  upstreamIds: document.upstreamIds,
  attempt: document.attempt === undefined ? undefined : (JSON.parse(document.attempt) as UpstreamAttempt),
  error: document.error,
});
