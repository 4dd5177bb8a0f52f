import { Binary, type Document, type IndexDescription, MongoServerError, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { Store } from './connect.js';
import { read } from './read.js';

type DeliveryStatus = 'PENDING' | 'DONE' | 'FAILED';

interface DeliveryDocument {
  _id: ObjectId;
  workspaceId: ObjectId;
  sourceId: ObjectId;
  /** SHA-256 of the body: the same bytes again are the same delivery again. */
  key: Binary;
  headers: Record<string, string>;
  body: Binary;
  receivedAt: Date;
  status: DeliveryStatus;
  attempts: number;
  /** While it is pending: when it may be taken up; whoever takes it up moves it on. */
  dueAt: Date;
  processedAt?: Date;
  error?: string;
}

/** What a source sent by itself, kept as it came. */
export interface Delivery {
  readonly id: Id;
  readonly workspaceId: Id;
  readonly sourceId: Id;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly receivedAt: Date;
  readonly attempts: number;
}

export const deliveryCollection = 'deliveries';

const daySeconds = 24 * 3600;
/** How long one that was processed can be replayed. */
const keptSeconds = 30 * daySeconds;
/** How long one that could not be processed can be. */
const failedSeconds = 90 * daySeconds;

export const deliveryIndexes: IndexDescription[] = [
  { name: 'deliveries_key', key: { workspaceId: 1, sourceId: 1, key: 1 }, unique: true },
  {
    // By source first: what waits for a paused one is never walked through.
    name: 'deliveries_due_of_source',
    key: { workspaceId: 1, sourceId: 1, dueAt: 1 },
    partialFilterExpression: { status: 'PENDING' },
  },
  { name: 'deliveries_replay', key: { workspaceId: 1, sourceId: 1, receivedAt: 1 } },
  {
    name: 'deliveries_kept',
    key: { processedAt: 1 },
    expireAfterSeconds: keptSeconds,
    partialFilterExpression: { status: 'DONE' },
  },
  {
    name: 'deliveries_failed_kept',
    key: { processedAt: 1 },
    expireAfterSeconds: failedSeconds,
    partialFilterExpression: { status: 'FAILED' },
  },
];

export const deliverySchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['workspaceId', 'sourceId', 'key', 'headers', 'body', 'receivedAt', 'status', 'attempts', 'dueAt'],
    properties: {
      workspaceId: { bsonType: 'objectId' },
      sourceId: { bsonType: 'objectId' },
      key: { bsonType: 'binData' },
      body: { bsonType: 'binData' },
      status: { enum: ['PENDING', 'DONE', 'FAILED'] },
    },
  },
};

export interface ReplayRange {
  readonly sourceId: Id;
  readonly since?: Date;
  /** Only those that could not be processed. */
  readonly failedOnly?: boolean;
}

const duplicateKey = 11000;

/** What sources sent by themselves. A delivery is answered once it is in here. */
export class Deliveries {
  readonly #deliveries;

  constructor(store: Store) {
    this.#deliveries = store.collection<DeliveryDocument>(deliveryCollection);
  }

  /**
   * Keeps a delivery; its id, or undefined where the same bytes are kept already. Where these could not be processed, the
   * sender's next try is one more try here: they are due again, with the headers of now.
   */
  async keep(
    workspaceId: Id,
    delivery: Omit<Delivery, 'id' | 'workspaceId' | 'attempts'> & { readonly hash: Uint8Array },
  ): Promise<Id | undefined> {
    const { sourceId, headers, body, receivedAt, hash } = delivery;
    const document: DeliveryDocument = {
      _id: new ObjectId(),
      workspaceId: new ObjectId(workspaceId),
      sourceId: new ObjectId(sourceId),
      key: new Binary(hash),
      headers: { ...headers },
      body: new Binary(body),
      receivedAt,
      status: 'PENDING',
      attempts: 0,
      dueAt: receivedAt,
    };
    try {
      await read(() => this.#deliveries.insertOne(document));
      return document._id.toHexString();
    } catch (error) {
      if (!(error instanceof MongoServerError) || error.code !== duplicateKey) throw error;
      await this.#retryFailed(document);
      return undefined;
    }
  }

  /**
   * Takes up one that is due, so that nobody else does before `until`.
   * @param sourceIds of these sources alone; absent: of any.
   */
  async takeUp(workspaceId: Id, now: Date, until: Date, sourceIds?: readonly Id[]): Promise<Delivery | undefined> {
    const document = await this.#deliveries.findOneAndUpdate(
      {
        workspaceId: new ObjectId(workspaceId),
        ...(sourceIds && { sourceId: { $in: sourceIds.map((id) => new ObjectId(id)) } }),
        status: 'PENDING',
        dueAt: { $lte: now },
      },
      { $set: { dueAt: until }, $inc: { attempts: 1 } },
      { sort: { dueAt: 1 }, returnDocument: 'after' },
    );
    return document ? toDelivery(document) : undefined;
  }

  /** What waits for sources that are gone fails. @param before what was received later may be of a source of then. */
  async failOthers(workspaceId: Id, sourceIds: readonly Id[], before: Date, now: Date, error: string): Promise<void> {
    await this.#deliveries.updateMany(
      {
        workspaceId: new ObjectId(workspaceId),
        sourceId: { $nin: sourceIds.map((id) => new ObjectId(id)) },
        status: 'PENDING',
        receivedAt: { $lt: before },
      },
      { $set: { status: 'FAILED', processedAt: now, error } },
    );
  }

  async done(workspaceId: Id, id: Id, at: Date): Promise<void> {
    await this.#change(workspaceId, id, { $set: { status: 'DONE', processedAt: at }, $unset: { error: '' } });
  }

  /** It cannot be processed as it is. It is kept for a while, for somebody to replay it. */
  async failed(workspaceId: Id, id: Id, at: Date, error: string): Promise<void> {
    await this.#change(workspaceId, id, { $set: { status: 'FAILED', processedAt: at, error } });
  }

  async later(workspaceId: Id, id: Id, dueAt: Date, error: string): Promise<void> {
    await this.#change(workspaceId, id, { $set: { dueAt, error } });
  }

  /** Has deliveries processed again; answers how many. What they recorded is recognised. */
  async replay(workspaceId: Id, { sourceId, since, failedOnly }: ReplayRange, now: Date): Promise<number> {
    const { modifiedCount } = await this.#deliveries.updateMany(
      {
        workspaceId: new ObjectId(workspaceId),
        sourceId: new ObjectId(sourceId),
        status: failedOnly ? 'FAILED' : { $in: ['DONE', 'FAILED'] },
        ...(since && { receivedAt: { $gte: since } }),
      },
      { $set: { status: 'PENDING', dueAt: now, attempts: 0 }, $unset: { processedAt: '' } },
    );
    return modifiedCount;
  }

  async #retryFailed({ workspaceId, sourceId, key, headers, dueAt }: DeliveryDocument): Promise<void> {
    await read(() =>
      this.#deliveries.updateOne(
        { workspaceId, sourceId, key, status: 'FAILED' },
        { $set: { status: 'PENDING', headers, dueAt, attempts: 0 }, $unset: { processedAt: '' } },
      ),
    );
  }

  async #change(workspaceId: Id, id: Id, change: Document): Promise<void> {
    await this.#deliveries.updateOne({ _id: new ObjectId(id), workspaceId: new ObjectId(workspaceId) }, change);
  }
}

const toDelivery = (document: DeliveryDocument): Delivery => ({
  id: document._id.toHexString(),
  workspaceId: document.workspaceId.toHexString(),
  sourceId: document.sourceId.toHexString(),
  headers: document.headers,
  body: document.body.buffer,
  receivedAt: document.receivedAt,
  attempts: document.attempts,
});
