import { type Document, type IndexDescription, Long, MongoBulkWriteError, ObjectId, type WriteError } from 'mongodb';
import { groupsOf } from '../base/groups.js';
import { type Id, newId } from '../base/ids.js';
import type { Erasure } from '../model/log-record.js';
import type { Store } from './connect.js';
import type { LogDocument } from './log-document.js';

export const logCollection = 'activity_logs';
export const seqIndex = 'log_seq';
export const keyIndex = 'log_key';
export const sweepIndex = 'log_sweep';

/** The two unique indexes are the log's guarantee: no number twice, no key twice. */
export const logIndexes: readonly IndexDescription[] = [
  { name: seqIndex, key: { workspaceId: 1, seq: 1 }, unique: true },
  {
    name: keyIndex,
    key: { workspaceId: 1, source: 1, connectionId: 1, nativeKey: 1 },
    unique: true,
    partialFilterExpression: { nativeKey: { $exists: true } },
  },
  { name: sweepIndex, key: { workspaceId: 1, sweep: 1 }, partialFilterExpression: { sweep: { $exists: true } } },
];

/** A safety net below the code: what is no record of a log does not get in, whoever writes. */
export const logSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['workspaceId', 'seq', 'kind', 'recordedAt'],
    properties: {
      workspaceId: { bsonType: 'objectId' },
      seq: { bsonType: 'long', minimum: 1 },
      kind: { enum: ['entry', 'removed', 'void', 'control'] },
      recordedAt: { bsonType: 'date' },
      nativeKey: { bsonType: 'string' },
      occurredAtMicros: { bsonType: 'long' },
    },
  },
};

/** Why one document of a group was not inserted. `refused`: the store will never take it. */
export type InsertFailure = 'id' | 'seq' | 'key' | 'refused';

export interface LogKey {
  readonly source: string;
  readonly connectionId: string;
  readonly nativeKey: string;
}

export interface KeyHolder extends LogKey {
  readonly id: Id;
  readonly seq: number;
  readonly contentHash?: string;
  readonly removed: boolean;
}

type Stored = LogDocument & { sweep?: string };

/** What the recorder, the feed and removal need of the collection. Lists for people are in activity-log-pages.ts. */
export class ActivityLogs {
  readonly #logs;

  constructor(store: Store) {
    this.#logs = store.collection<Stored>(logCollection);
  }

  /**
   * Inserts a group, unordered. Answers by index which were not inserted and why.
   * @throws the driver's error when the outcome of any is unknown: a lost answer or a failed write concern.
   */
  async insert(documents: readonly LogDocument[]): Promise<Map<number, InsertFailure>> {
    try {
      await this.#logs.insertMany(documents as Stored[], { ordered: false, forceServerObjectId: false });
      return new Map();
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError()) throw error;
      const errors = [error.writeErrors].flat();
      if (errors.length === 0) throw error;
      return new Map(errors.map((one) => [one.index, failureOf(one)]));
    }
  }

  /** Fills numbers that nobody will use. Numbers that are taken by then stay as they are. */
  async insertVoids(workspaceId: Id, seqs: readonly number[]): Promise<void> {
    const failures = await this.insert(
      seqs.map((seq) => ({
        _id: new ObjectId(),
        workspaceId: new ObjectId(workspaceId),
        seq: Long.fromNumber(seq),
        kind: 'void',
        recordedAt: new Date(),
      })),
    );
    for (const failure of failures.values()) {
      if (failure === 'refused') throw new Error('The store refused a void');
    }
  }

  /** Records above `after` in order, at most `limit`; with `slim` only what tells that they are there. */
  readAfter(workspaceId: Id, after: number, limit: number, options: ReadOptions = {}): Promise<LogDocument[]> {
    return this.#logs
      .find(
        {
          workspaceId: new ObjectId(workspaceId),
          seq: {
            $gt: Long.fromNumber(after),
            ...(options.through !== undefined && { $lte: Long.fromNumber(options.through) }),
          },
        },
        { sort: { seq: 1 }, limit, batchSize: limit, projection: projectionOf(options) },
      )
      .toArray();
  }

  async findKeys(workspaceId: Id, keys: readonly LogKey[]): Promise<KeyHolder[]> {
    const groups = groupsOf(keys, ({ source, connectionId }) => JSON.stringify([source, connectionId]));
    const found = await Promise.all(
      [...groups.values()].map((group) =>
        this.#logs
          .find(
            {
              workspaceId: new ObjectId(workspaceId),
              source: group[0]!.source as LogDocument['source'] & string,
              connectionId: group[0]!.connectionId,
              nativeKey: { $in: group.map((key) => key.nativeKey) },
            },
            { projection: { seq: 1, source: 1, connectionId: 1, nativeKey: 1, contentHash: 1, removedAt: 1 } },
          )
          .toArray(),
      ),
    );
    return found.flat().map((document) => ({
      id: document._id.toHexString(),
      seq: Number(document.seq),
      source: document.source!,
      connectionId: document.connectionId!,
      nativeKey: document.nativeKey!,
      contentHash: document.contentHash && Buffer.from(document.contentHash.buffer).toString('hex'),
      removed: document.removedAt !== undefined,
    }));
  }

  /** Which records hold these numbers now. */
  async idsAt(workspaceId: Id, seqs: readonly number[]): Promise<Map<number, Id>> {
    const found = await this.#logs
      .find(
        { workspaceId: new ObjectId(workspaceId), seq: { $in: seqs.map((seq) => Long.fromNumber(seq)) } },
        { projection: { seq: 1 } },
      )
      .toArray();
    return new Map(found.map((document) => [Number(document.seq), document._id.toHexString()]));
  }

  async lastSeq(workspaceId: Id): Promise<number> {
    const [last] = await this.#logs
      .find({ workspaceId: new ObjectId(workspaceId) }, { sort: { seq: -1 }, limit: 1, projection: { _id: 0, seq: 1 } })
      .toArray();
    return last ? Number(last.seq) : 0;
  }

  /** The last number that was recorded before an instant; 0 where there is none. */
  async lastSeqBefore(workspaceId: Id, instant: Date): Promise<number> {
    const [last] = await this.#logs
      .find(
        { workspaceId: new ObjectId(workspaceId), recordedAt: { $lt: instant } },
        { sort: { seq: -1 }, limit: 1, projection: { seq: 1 } },
      )
      .toArray();
    return last ? Number(last.seq) : 0;
  }

  /** Removal's first step: hides live entries. Answers those that this call hid, with what a removal must carry. */
  async hide(workspaceId: Id, ids: readonly Id[], removedAt: Date): Promise<LogDocument[]> {
    const sweep = newId();
    const workspace = new ObjectId(workspaceId);
    const changed = await this.#logs.updateMany(
      {
        _id: { $in: ids.map((id) => new ObjectId(id)) },
        workspaceId: workspace,
        kind: 'entry',
        removedAt: { $exists: false },
      },
      { $set: { removedAt, sweep } },
    );
    if (changed.matchedCount === 0) return [];
    return this.#logs.find({ workspaceId: workspace, sweep }).toArray();
  }

  /** Some live entries of a source up to a number. */
  async idsOfSource(workspaceId: Id, { source, through }: Erasure, limit: number): Promise<Id[]> {
    const found = await this.#logs
      .find(
        {
          workspaceId: new ObjectId(workspaceId),
          seq: { $lte: Long.fromNumber(through) },
          kind: 'entry',
          source,
          removedAt: { $exists: false },
          // True of each; an index that leaves out what was erased serves the query only if it says so.
          action: { $exists: true },
        },
        { sort: { seq: 1 }, limit, projection: { _id: 1 } },
      )
      .toArray();
    return found.map(({ _id }) => _id.toHexString());
  }

  /** Entries that were hidden before an instant and whose removal may not be finished. */
  hiddenBefore(workspaceId: Id, instant: Date, limit: number): Promise<LogDocument[]> {
    return this.#logs
      .find(
        { workspaceId: new ObjectId(workspaceId), sweep: { $exists: true }, removedAt: { $lt: instant } },
        { limit },
      )
      .toArray();
  }

  /** Removal's last step: erases the content; the place, the key and its hash stay. */
  async erase(workspaceId: Id, ids: readonly Id[], erasedAt: Date): Promise<void> {
    await this.#logs.updateMany(
      { _id: { $in: ids.map((id) => new ObjectId(id)) }, workspaceId: new ObjectId(workspaceId), kind: 'entry' },
      { $set: { erasedAt }, $unset: erasedFields },
    );
  }

  /** Retention's second step. Answers how many records went. Control entries stay: nouns and folds are made from them. */
  async deleteBelow(workspaceId: Id, firstSeq: number, limit: number): Promise<number> {
    const below = await this.#logs
      .find(
        { workspaceId: new ObjectId(workspaceId), kind: { $ne: 'control' }, seq: { $lt: Long.fromNumber(firstSeq) } },
        { sort: { seq: 1 }, limit, projection: { _id: 1 } },
      )
      .toArray();
    if (below.length === 0) return 0;
    const deleted = await this.#logs.deleteMany({
      _id: { $in: below.map((document) => document._id) },
      workspaceId: new ObjectId(workspaceId),
    });
    return deleted.deletedCount;
  }
}

const projectionOf = ({ slim, native, texts }: ReadOptions): Document | undefined => {
  if (slim) return { seq: 1, recordedAt: 1 };
  if (texts === false) return { native: 0, nativeSha256: 0, additionalData: 0, changes: 0, words: 0, summary: 0 };
  return native === false ? { native: 0, nativeSha256: 0 } : undefined;
};

export interface ReadOptions {
  readonly through?: number;
  readonly slim?: boolean;
  /** False: without the sources' own texts, which may be large. */
  readonly native?: boolean;
  /** False: without anything that may be large. */
  readonly texts?: boolean;
}

const erasedFields = Object.fromEntries(
  [
    'sweep nativeId action actionClass occurredAtMicros actorKey actor activityRef objectType objectId objectName',
    'pathwayId platform serial summary outcome value progress tags words additionalData changes native nativeSha256 textsErasedAt',
  ]
    .flatMap((names) => names.split(' '))
    .map((name) => [name, '' as const]),
);

const duplicateKey = 11000;

function failureOf(error: WriteError): InsertFailure {
  if (error.code !== duplicateKey) return 'refused';
  const pattern: Document | undefined = (error as unknown as { err?: Document }).err?.keyPattern;
  if (pattern ? 'seq' in pattern : error.errmsg?.includes(seqIndex)) return 'seq';
  if (pattern ? 'nativeKey' in pattern : error.errmsg?.includes(keyIndex)) return 'key';
  return 'id';
}

/** What the log needs of the collection, as a shape that a model of a store can have too. */
export type LogRecords = { [Method in keyof ActivityLogs]: ActivityLogs[Method] };
