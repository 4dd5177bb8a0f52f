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

/** One part of the list of a workspace's credentials, in the order of their ids. */
export interface CredentialRange {
  readonly after?: Id;
  readonly before?: Id;
  /** From the end of the range, items still in ascending order. */
  readonly fromEnd?: boolean;
  readonly limit: number;
}

/** How many chosen secrets of one workspace a wrong one is compared with at most: each comparison is slow by design. */
const maxSlowSecrets = 4;
const timeoutMS = 2000;

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
      if (!(error instanceof MongoServerError) || error.code !== 11000) throw error;
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
      .toArray();
    return chosen.map(toCredentialRecord);
  }

  async list(workspaceId: Id, range: CredentialRange): Promise<CredentialRecord[]> {
    const bounds: Record<string, ObjectId> = {};
    if (range.after !== undefined) bounds.$gt = new ObjectId(range.after);
    if (range.before !== undefined) bounds.$lt = new ObjectId(range.before);
    const filter: Filter<CredentialDocument> = { workspaceId: new ObjectId(workspaceId) };
    if (Object.keys(bounds).length > 0) filter._id = bounds;
    const found = await this.#collection
      .find(filter, { sort: { _id: range.fromEnd ? -1 : 1 }, limit: range.limit })
      .toArray();
    return (range.fromEnd ? found.reverse() : found).map(toCredentialRecord);
  }

  count(workspaceId: Id): Promise<number> {
    return this.#collection.countDocuments({ workspaceId: new ObjectId(workspaceId) });
  }

  /** Marks it revoked, once: a later call keeps the first time. Undefined when there is no such credential. */
  async revoke(workspaceId: Id, id: Id, at: Date): Promise<CredentialRecord | undefined> {
    const key = { workspaceId: new ObjectId(workspaceId), _id: new ObjectId(id) };
    const changed = await this.#collection.findOneAndUpdate(
      { ...key, revokedAt: { $exists: false } },
      { $set: { revokedAt: at }, $inc: { version: 1 } },
      { returnDocument: 'after' },
    );
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
    const document = await this.#collection.findOne(filter, { timeoutMS });
    return document ? toCredentialRecord(document) : undefined;
  }
}
