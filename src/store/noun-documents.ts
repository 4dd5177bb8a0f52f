import { type AnyBulkWriteOperation, type Collection, Long, MongoBulkWriteError, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import { read } from './read.js';
import { readError } from './store-errors.js';

/** What every noun's document has: the number of the log's entry that it was last written for. */
export interface NounDocument {
  _id: ObjectId;
  workspaceId: ObjectId;
  seq: Long | number;
}

const duplicateKey = 11000;

/**
 * Documents that follow the log: each is written with the number of the control entry that announced it, and only from a
 * lower one, so writing twice, late, or from several processes at once comes to the same.
 * What is removed stays as a stub without content; otherwise a late repeat of its making would bring it back.
 */
export class NounDocuments<T extends NounDocument> {
  constructor(private readonly collection: Collection<T>) {}

  /** The highest number that any document of the workspace was written for; 0 where there is none. */
  async head(workspaceId: Id): Promise<number> {
    const last = await read(() =>
      this.collection.findOne({ workspaceId: new ObjectId(workspaceId) } as never, {
        sort: { seq: -1 },
        projection: { _id: 0, seq: 1 },
      }),
    );
    return last ? Number(last.seq) : 0;
  }

  /**
   * Brings documents to what entry `seq` says of them.
   * @param first what makes room for them, in the same command: it must do nothing where `seq` was applied before.
   */
  async write(documents: readonly T[], seq: number, first: readonly AnyBulkWriteOperation<T>[] = []): Promise<void> {
    let open = documents;
    for (let round = 0; round < 5; round += 1) {
      if (open.length === 0) return;
      await this.#replaceOlder(open, seq, round === 0 ? first : []);
      const there = await this.#idsAtLeast(open, seq);
      const missing = open.filter((document) => !there.has(document._id.toHexString()));
      const refused = await this.#insert(missing);
      if (refused === undefined) return;
      // Another process inserted the same, perhaps for an earlier entry: replace that.
      open = missing;
      if (round === 4) throw refused;
    }
  }

  /** Leaves only a stub of each, as of entry `seq`. */
  writeRemoved(workspaceId: Id, ids: readonly Id[], removedAt: Date, seq: number): Promise<void> {
    const stubs = ids.map((id) => ({
      _id: new ObjectId(id),
      workspaceId: new ObjectId(workspaceId),
      seq: Long.fromNumber(seq),
      removedAt,
    }));
    return this.write(stubs as unknown as T[], seq);
  }

  async #replaceOlder(documents: readonly T[], seq: number, first: readonly AnyBulkWriteOperation<T>[]): Promise<void> {
    const operations = documents.map((document) => ({
      replaceOne: {
        filter: { _id: document._id, workspaceId: document.workspaceId, seq: { $lt: Long.fromNumber(seq) } },
        replacement: document,
      },
    }));
    await read(() =>
      this.collection.bulkWrite([...first, ...(operations as unknown as AnyBulkWriteOperation<T>[])], {
        ordered: first.length > 0,
      }),
    );
  }

  async #idsAtLeast(documents: readonly T[], seq: number): Promise<Set<Id>> {
    const found = await read(() =>
      this.collection
        .find(
          {
            _id: { $in: documents.map((document) => document._id) },
            workspaceId: documents[0]!.workspaceId,
            seq: { $gte: Long.fromNumber(seq) },
          } as never,
          { projection: { _id: 1 } },
        )
        .toArray(),
    );
    return new Set(found.map((document) => document._id.toHexString()));
  }

  /** The error, if some were there already. */
  async #insert(documents: readonly T[]): Promise<unknown> {
    if (documents.length === 0) return undefined;
    try {
      await this.collection.insertMany(documents as never, { ordered: false });
      return undefined;
    } catch (error) {
      if (error instanceof MongoBulkWriteError && error.code === duplicateKey) return error;
      throw readError(error);
    }
  }
}
