import { type Document, type IndexDescription, MongoServerError, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { Store } from './connect.js';
import { read } from './read.js';

/** Whose key: two callers, or two workspaces, never meet under one key. */
export interface KeyScope {
  readonly workspaceId: Id;
  readonly owner: string;
  readonly key: string;
}

/** An answer as it went out. */
export interface KeptAnswer {
  readonly status: number;
  readonly body: string;
}

/** The right to execute the request of a key, until the lock ends. */
export interface Claim extends KeyScope {
  /** Of the request, however often it is tried. */
  readonly id: Id;
  /** Which try this is. */
  readonly attemptId: Id;
  /** Chosen when the request was first seen, and the same for every try. */
  readonly activityLogId: string;
  readonly startedAt: Date;
}

export interface ClaimRequest extends KeyScope {
  /** What tells this request from another one under the same key. */
  readonly requestHash: string;
  readonly attemptId: Id;
  /** Kept if this is the first try. */
  readonly activityLogId: string;
  readonly now: Date;
  readonly lockMs: number;
  /** How long a key without an answer is remembered for the same request: its entry may be in the log. */
  readonly unansweredMs: number;
  /** How long it keeps other requests off the key. */
  readonly keepMs: number;
}

export type Claimed =
  /** Nobody else executes it now: do it. */
  | { readonly state: 'mine'; readonly claim: Claim }
  | { readonly state: 'answered'; readonly answer: KeptAnswer }
  /** Somebody executes it: ask again in a moment. */
  | { readonly state: 'busy' }
  /** The key was used for another request. */
  | { readonly state: 'other' };

interface KeyDocument {
  _id: ObjectId;
  workspaceId: ObjectId;
  owner: string;
  key: string;
  requestHash: string;
  activityLogId: string;
  startedAt: Date;
  /** Every try so far; the last one holds the lock. */
  attempts: ObjectId[];
  lockedUntil: Date;
  expiresAt: Date;
  response?: KeptAnswer;
}

export const idempotencyKeyCollection = 'idempotency_keys';

export const idempotencyKeyIndexes: IndexDescription[] = [
  { name: 'idempotency_key', key: { workspaceId: 1, owner: 1, key: 1 }, unique: true },
  { name: 'idempotency_expiry', key: { expiresAt: 1 }, expireAfterSeconds: 0 },
];

export const idempotencyKeySchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: [
      '_id',
      'workspaceId',
      'owner',
      'key',
      'requestHash',
      'activityLogId',
      'startedAt',
      'attempts',
      'lockedUntil',
      'expiresAt',
    ],
    additionalProperties: false,
    properties: {
      _id: { bsonType: 'objectId' },
      workspaceId: { bsonType: 'objectId' },
      owner: { bsonType: 'string' },
      key: { bsonType: 'string', minLength: 1 },
      requestHash: { bsonType: 'string' },
      activityLogId: { bsonType: 'string', minLength: 1 },
      startedAt: { bsonType: 'date' },
      attempts: { bsonType: 'array', minItems: 1, items: { bsonType: 'objectId' } },
      lockedUntil: { bsonType: 'date' },
      expiresAt: { bsonType: 'date' },
      response: {
        bsonType: 'object',
        required: ['status', 'body'],
        additionalProperties: false,
        properties: { status: { bsonType: 'int' }, body: { bsonType: 'string' } },
      },
    },
  },
};

const duplicateKey = 11000;
const contendedRounds = 5;

/** What became of requests that carry an idempotency key, for as long as the key is remembered. */
export class IdempotencyKeys {
  readonly #keys;

  constructor(store: Store) {
    this.#keys = store.collection<KeyDocument>(idempotencyKeyCollection);
  }

  /**
   * Takes the key, if it is new, forgotten, or left behind unanswered by whoever had it.
   * @throws CodedError SERVICE_UNAVAILABLE when the store does not answer.
   */
  async claim(request: ClaimRequest): Promise<Claimed> {
    for (let round = 0; round < contendedRounds; round += 1) {
      const claimed = await read(() => this.#claimOnce(request));
      if (claimed) return claimed;
    }
    return { state: 'busy' };
  }

  /** Keeps the answer, unless another try was faster. Answers the one that is kept. */
  async complete(claim: Claim, response: KeptAnswer, expiresAt: Date): Promise<KeptAnswer> {
    return read(async () => {
      const { matchedCount } = await this.#keys.updateOne(
        { ...idOf(claim), response: { $exists: false } },
        { $set: { response, expiresAt } },
      );
      if (matchedCount === 1) return response;
      const document = await this.#keys.findOne(idOf(claim), { projection: { response: 1 } });
      return document?.response ?? response;
    });
  }

  /** Gives the key up unanswered: the next try need not wait for the lock to end. */
  async release(claim: Claim, now: Date): Promise<void> {
    await read(() =>
      this.#keys.updateOne(
        // Not where a later try holds the lock by now.
        { ...idOf(claim), $expr: { $eq: [{ $last: '$attempts' }, new ObjectId(claim.attemptId)] } },
        { $set: { lockedUntil: now } },
      ),
    );
  }

  /** Every try of the claim's request that was begun so far, this one among them. */
  async attempts(claim: Claim): Promise<Id[]> {
    const document = await read(() => this.#keys.findOne(idOf(claim), { projection: { attempts: 1 } }));
    return document?.attempts.map((id) => id.toHexString()) ?? [claim.attemptId];
  }

  /** Undefined when somebody else was faster: look again. */
  async #claimOnce(request: ClaimRequest): Promise<Claimed | undefined> {
    const { owner, key, now } = request;
    const workspaceId = new ObjectId(request.workspaceId);
    const known = await this.#keys.findOne({ workspaceId, owner, key });
    if (!known) return this.#begin(request);
    if (isForgotten(known, request)) {
      // The store's own clean-up comes by once a minute only, and goes by its own clock.
      await this.#keys.deleteOne({ _id: known._id, workspaceId, expiresAt: known.expiresAt });
      return undefined;
    }
    if (known.requestHash !== request.requestHash) return { state: 'other' };
    if (known.response) return { state: 'answered', answer: known.response };
    if (known.lockedUntil > now) return { state: 'busy' };
    return this.#takeOver(known, request);
  }

  async #begin(request: ClaimRequest): Promise<Claimed | undefined> {
    const document: KeyDocument = {
      _id: new ObjectId(),
      workspaceId: new ObjectId(request.workspaceId),
      owner: request.owner,
      key: request.key,
      requestHash: request.requestHash,
      activityLogId: request.activityLogId,
      startedAt: request.now,
      attempts: [new ObjectId(request.attemptId)],
      ...timesOf(request),
    };
    try {
      await this.#keys.insertOne(document);
    } catch (error) {
      if (error instanceof MongoServerError && error.code === duplicateKey) return undefined;
      throw error;
    }
    return { state: 'mine', claim: claimOf(document, request) };
  }

  async #takeOver(known: KeyDocument, request: ClaimRequest): Promise<Claimed | undefined> {
    const { _id, workspaceId, lockedUntil } = known;
    const taken = await this.#keys.findOneAndUpdate(
      { _id, workspaceId, lockedUntil, attempts: known.attempts, response: { $exists: false } },
      { $set: timesOf(request), $push: { attempts: new ObjectId(request.attemptId) } },
      { returnDocument: 'after' },
    );
    return taken ? { state: 'mine', claim: claimOf(taken, request) } : undefined;
  }
}

function isForgotten(known: KeyDocument, { now, keepMs, requestHash }: ClaimRequest): boolean {
  if (known.lockedUntil > now) return false;
  if (known.expiresAt <= now) return true;
  const abandoned = !known.response && known.lockedUntil.getTime() + keepMs <= now.getTime();
  return abandoned && known.requestHash !== requestHash;
}

const timesOf = ({ now, lockMs, unansweredMs }: ClaimRequest): Pick<KeyDocument, 'lockedUntil' | 'expiresAt'> => ({
  lockedUntil: new Date(now.getTime() + lockMs),
  expiresAt: new Date(now.getTime() + unansweredMs),
});

const claimOf = (document: KeyDocument, { workspaceId, attemptId }: ClaimRequest): Claim => ({
  id: document._id.toHexString(),
  workspaceId,
  owner: document.owner,
  key: document.key,
  attemptId,
  activityLogId: document.activityLogId,
  startedAt: document.startedAt,
});

const idOf = (claim: Claim) => ({ _id: new ObjectId(claim.id), workspaceId: new ObjectId(claim.workspaceId) });
