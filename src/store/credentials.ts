import { type Filter, MongoServerError, ObjectId } from 'mongodb';
import { CodedError } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import type { Store } from './connect.js';
import {
  type CredentialDocument,
  type CredentialRecord,
  credentialCollection,
  type StoredSecret,
  secretFields,
  toCredentialDocument,
  toCredentialRecord,
} from './credential-document.js';
import { type Order, type Slice, type Span, sortOf, spanConditions } from './keyset.js';
import { readError } from './store-errors.js';

/** How many chosen secrets of one workspace a wrong one is compared with at most: each comparison is slow by design. */
const maxSlowSecrets = 4;
const timeoutMS = 2000;

const rethrow = (error: unknown): never => {
  throw readError(error);
};

const order: Order = { fields: ['_id'], direction: 1, typed: ([id]) => [new ObjectId(String(id))] };

/** The credentials of one workspace. Every call names it first. */
export class CredentialStore {
  readonly #collection;

  constructor(store: Store) {
    this.#collection = store.collection<CredentialDocument>(credentialCollection);
  }

  /** @throws CodedError CONFLICT when the client id, or the id, is taken. */
  async insert(workspaceId: Id, record: CredentialRecord): Promise<void> {
    try {
      await this.#collection.insertOne(toCredentialDocument({ ...record, workspaceId }));
    } catch (error) {
      if (!(error instanceof MongoServerError) || error.code !== 11000) throw readError(error);
      throw new CodedError('CONFLICT', 'A credential with this client id exists already', 'clientId', { cause: error });
    }
  }

  async get(workspaceId: Id, id: Id): Promise<CredentialRecord | undefined> {
    return this.#one({ workspaceId: new ObjectId(workspaceId), _id: new ObjectId(id) });
  }

  async getByClientId(workspaceId: Id, clientId: string): Promise<CredentialRecord | undefined> {
    return this.#one({ workspaceId: new ObjectId(workspaceId), clientId });
  }

  /** Those of kind BASIC that a secret could be of: the one with this hash (base64), or one whose secret was chosen. */
  async basicCandidates(workspaceId: Id, secretHash: string): Promise<CredentialRecord[]> {
    const basic = { workspaceId: new ObjectId(workspaceId), kind: 'BASIC' as const, revokedAt: { $exists: false } };
    const { secretHash: hash } = secretFields({ algorithm: 'sha256', hash: secretHash });
    const made = await this.#one({ ...basic, secretHash: hash });
    if (made) return [made];
    const chosen = await this.#collection
      .find({ ...basic, slowSecret: { $exists: true } }, { sort: { _id: 1 }, limit: maxSlowSecrets, timeoutMS })
      .toArray()
      .catch(rethrow);
    return chosen.map(toCredentialRecord);
  }

  /** A part of the list, which is in the order of the ids; `backward` takes it from the span's end, and answers in the list's order all the same. */
  async find(workspaceId: Id, slice: Slice): Promise<CredentialRecord[]> {
    const options = { sort: sortOf(order, slice.backward), limit: slice.limit, timeoutMS };
    const found = await this.#collection.find(within(workspaceId, slice), options).toArray().catch(rethrow);
    return (slice.backward ? found.reverse() : found).map(toCredentialRecord);
  }

  async exists(workspaceId: Id, span: Span): Promise<boolean> {
    const options = { projection: { _id: 1 }, timeoutMS };
    return (await this.#collection.findOne(within(workspaceId, span), options).catch(rethrow)) !== null;
  }

  count(workspaceId: Id): Promise<number> {
    return this.#collection.countDocuments(within(workspaceId, {}), { timeoutMS }).catch(rethrow);
  }

  /** Marks it revoked, once: a later call keeps the first time. Undefined when there is no such credential. */
  async revoke(workspaceId: Id, id: Id, at: Date): Promise<CredentialRecord | undefined> {
    const key = { workspaceId: new ObjectId(workspaceId), _id: new ObjectId(id) };
    const changed = await this.#collection
      .findOneAndUpdate(
        { ...key, revokedAt: { $exists: false } },
        { $set: { revokedAt: at }, $inc: { version: 1 } },
        { returnDocument: 'after' },
      )
      .catch(rethrow);
    return changed ? toCredentialRecord(changed) : this.#one(key);
  }

  /** Gives it another secret, and makes it good again if it was revoked. Undefined when there is no such credential. */
  async replaceSecret(workspaceId: Id, id: Id, secret: StoredSecret): Promise<CredentialRecord | undefined> {
    const fields = secretFields(secret);
    const changed = await this.#collection.findOneAndUpdate(
      { workspaceId: new ObjectId(workspaceId), _id: new ObjectId(id) },
      {
        $set: fields,
        $unset: { revokedAt: '', [fields.secretHash ? 'slowSecret' : 'secretHash']: '' },
        $inc: { version: 1 },
      },
      { returnDocument: 'after' },
    );
    return changed ? toCredentialRecord(changed) : undefined;
  }

  async #one(filter: Filter<CredentialDocument>): Promise<CredentialRecord | undefined> {
    const document = await this.#collection.findOne(filter, { timeoutMS }).catch(rethrow);
    return document ? toCredentialRecord(document) : undefined;
  }
}

const within = (workspaceId: Id, span: Span): Filter<CredentialDocument> => ({
  $and: [{ workspaceId: new ObjectId(workspaceId) }, ...spanConditions(order, span)],
});
