import { MongoServerError, ObjectId } from 'mongodb';
import { CodedError } from '../base/errors.js';
import { type Id, isId } from '../base/ids.js';
import type { Workspace } from '../model/workspace.js';
import { logCollection } from './activity-logs.js';
import type { Store } from './connect.js';
import {
  binaryOf,
  type CredentialDocument,
  type CredentialRecord,
  credentialCollection,
  toCredentialRecord,
} from './credential-document.js';
import { type FoldState, type FoldStateDocument, foldCollection, toFoldState } from './fold-states.js';
import { type LeaseDocument, leaseCollection } from './lease-document.js';
import type { LogDocument } from './log-document.js';
import { type LogStateDocument, logStateCollection } from './log-states.js';
import { type SourceDocument, sourceCollection } from './source-document.js';
import { toWorkspace, type WorkspaceDocument, workspaceCollection } from './workspace-document.js';

/** A lease that this process holds. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  readonly fence: number;
  readonly expiresAt: Date;
}

/** How far the log of a workspace goes, and where its folds stand, by name. */
export interface FoldedLog {
  readonly workspaceId: Id;
  readonly epoch: number;
  /** The highest number reserved; there need be no record with it. */
  readonly seq: number;
  readonly folds: ReadonlyMap<string, FoldState>;
}

/** How many API keys with a chosen secret are compared at most; only a demo has one. */
const maxSlowKeys = 4;
const timeoutMS = 2000;
const isDuplicate = (error: unknown): boolean => error instanceof MongoServerError && error.code === 11000;

/** The calls of the store that no workspace is known for yet, all of them: whose credential is this, whose source or entry, which workspaces are there, who does what. */
export class UnscopedStore {
  readonly #credentials;
  readonly #workspaces;
  readonly #leases;
  readonly #sources;
  readonly #logs;
  readonly #folds;
  readonly #logStates;

  constructor(store: Store) {
    this.#credentials = store.collection<CredentialDocument>(credentialCollection);
    this.#workspaces = store.collection<WorkspaceDocument>(workspaceCollection);
    this.#leases = store.collection<LeaseDocument>(leaseCollection);
    this.#sources = store.collection<SourceDocument>(sourceCollection);
    this.#logs = store.collection<LogDocument>(logCollection);
    this.#folds = store.collection<FoldStateDocument>(foldCollection);
    this.#logStates = store.collection<LogStateDocument>(logStateCollection);
  }

  /** The API key whose secret has this SHA-256 (base64). */
  async apiKeyByHash(secretHash: string): Promise<CredentialRecord | undefined> {
    const document = await this.#credentials.findOne(
      { secretHash: binaryOf(secretHash), kind: 'API_KEY' },
      { timeoutMS },
    );
    return document ? toCredentialRecord(document) : undefined;
  }

  /** The API keys whose secret was chosen by a person: such a secret cannot be looked up, only compared. */
  async slowApiKeys(): Promise<CredentialRecord[]> {
    const documents = await this.#credentials
      .find(
        { kind: 'API_KEY', slowSecret: { $exists: true }, revokedAt: { $exists: false } },
        { sort: { _id: 1 }, limit: maxSlowKeys, timeoutMS },
      )
      .toArray();
    return documents.map(toCredentialRecord);
  }

  /** @throws CodedError CONFLICT when the key is taken. */
  async insertWorkspace(workspace: Workspace): Promise<void> {
    const { id, key, name, createdAt } = workspace;
    try {
      await this.#workspaces.insertOne({ _id: new ObjectId(id), key, name, createdAt });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      throw new CodedError('CONFLICT', `A workspace with the key ${key} exists already`, 'key', { cause: error });
    }
  }

  /** By its key or its id; no key looks like an id. */
  async findWorkspace(keyOrId: string): Promise<Workspace | undefined> {
    const document = await this.#workspaces.findOne(isId(keyOrId) ? { _id: new ObjectId(keyOrId) } : { key: keyOrId }, {
      timeoutMS,
    });
    return document ? toWorkspace(document) : undefined;
  }

  /** All of them, by key. */
  async listWorkspaces(): Promise<Workspace[]> {
    return (await this.#workspaces.find({}, { sort: { key: 1 } }).toArray()).map(toWorkspace);
  }

  async workspaceIds(): Promise<Id[]> {
    return (await this.listWorkspaces()).map(({ id }) => id);
  }

  /** The log of every workspace with its folds, in three commands however many there are. */
  async foldedLogs(): Promise<FoldedLog[]> {
    const batchSize = 10_000;
    const projection = { epoch: 1, seq: 1 };
    const known = new Set(await this.workspaceIds());
    // The logs first: what a fold then reflects already is never taken for work.
    const states = await this.#logStates.find({}, { projection, batchSize }).toArray();
    const logs = states.filter(({ _id }) => known.has(_id.toHexString()));
    const folds = await this.#folds.find({}, { batchSize }).toArray();
    const statesOf = new Map(logs.map(({ _id }) => [_id.toHexString(), new Map<string, FoldState>()]));
    for (const one of folds) statesOf.get(one.workspaceId.toHexString())?.set(one.name, toFoldState(one));
    return logs.map(({ _id, epoch, seq }) => {
      const workspaceId = _id.toHexString();
      return { workspaceId, epoch, seq: Number(seq), folds: statesOf.get(workspaceId)! };
    });
  }

  /** The workspace of a source, for what it delivers by itself. Undefined where there is no such source. */
  async workspaceOfSource(id: Id): Promise<Id | undefined> {
    if (!isId(id)) return undefined;
    const document = await this.#sources.findOne(
      { _id: new ObjectId(id), removedAt: null as never },
      { projection: { _id: 0, workspaceId: 1 }, timeoutMS },
    );
    return document?.workspaceId.toHexString();
  }

  /** The workspaces of those of these ids that records of logs have: an id is one record's, wherever that is. */
  async workspacesOfEntries(ids: readonly Id[]): Promise<Map<Id, Id>> {
    const found = await this.#logs
      .find({ _id: { $in: ids.map((id) => new ObjectId(id)) } }, { projection: { workspaceId: 1 }, timeoutMS })
      .toArray();
    return new Map(found.map(({ _id, workspaceId }) => [_id.toHexString(), workspaceId.toHexString()]));
  }

  /**
   * Takes a lease that is free, expired or already this holder's; undefined while somebody else has it.
   * Time is the caller's: let `ttlMs` be long against the difference between the machines' clocks.
   */
  async acquireLease(name: string, holder: string, ttlMs: number, now: Date): Promise<Lease | undefined> {
    try {
      const document = await this.#leases.findOneAndUpdate(
        { _id: name, $or: [{ expiresAt: { $lte: now } }, { holder }] },
        { $set: { holder, expiresAt: new Date(now.getTime() + ttlMs) }, $inc: { fence: 1 } },
        { upsert: true, returnDocument: 'after' },
      );
      return { name, holder, fence: document!.fence, expiresAt: document!.expiresAt };
    } catch (error) {
      // The upsert met the document of a lease that is still held.
      if (isDuplicate(error)) return undefined;
      throw error;
    }
  }

  /** The lease with a later end; undefined when it was lost meanwhile: stop the work. */
  async renewLease(lease: Lease, ttlMs: number, now: Date): Promise<Lease | undefined> {
    const expiresAt = new Date(now.getTime() + ttlMs);
    const { matchedCount } = await this.#leases.updateOne(
      { _id: lease.name, holder: lease.holder, fence: lease.fence },
      { $set: { expiresAt } },
    );
    return matchedCount === 1 ? { ...lease, expiresAt } : undefined;
  }

  /** Gives it up at once, unless somebody else has it by now. Its number stays, so that the next one's is higher. */
  async releaseLease(lease: Lease): Promise<void> {
    await this.#leases.updateOne(
      { _id: lease.name, holder: lease.holder, fence: lease.fence },
      { $set: { expiresAt: new Date(0) } },
    );
  }
}
