import { type AnyBulkWriteOperation, type Collection, Long, MongoBulkWriteError, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import { defaultMaxTimeMs, read } from './read.js';
import { readError } from './store-errors.js';

/** What every document that a fold makes has. Its key begins with workspace and generation: see `foldKey`. */
export interface FoldDocument {
  _id: string;
  workspaceId: ObjectId;
  generation: number;
  /** Everything of the log that concerns it is reflected up to this number. */
  seq: Long;
}

/** The documents of one generation. */
export interface FoldScope {
  readonly workspaceId: Id;
  readonly generation: number;
}

export const foldKey = ({ workspaceId, generation }: FoldScope, key: string): string =>
  `${workspaceId}/${generation}/${key}`;

export const scopeFields = ({ workspaceId, generation }: FoldScope): { workspaceId: ObjectId; generation: number } => ({
  workspaceId: new ObjectId(workspaceId),
  generation,
});

/** What begins with a text, of what follows it in order: no key has the last of all characters. */
export const keysBeginning = (prefix: string): { $gte: string; $lt: string } => ({
  $gte: prefix,
  $lt: `${prefix}\u{10ffff}`,
});

const duplicateKey = 11000;
const keysAtOnce = 2000;
const erasedAtOnce = 2000;

/**
 * Documents of a fold. One is only ever written over a lower number: so whoever lost the lease and still writes does no harm,
 * and writing the same again changes nothing.
 */
export class FoldDocuments<T extends FoldDocument> {
  constructor(private readonly collection: Collection<T>) {}

  /** Those that are there, in no particular order. */
  async byKeys(scope: FoldScope, keys: readonly string[]): Promise<T[]> {
    const found: T[] = [];
    for (let from = 0; from < keys.length; from += keysAtOnce) {
      const ids = keys.slice(from, from + keysAtOnce).map((key) => foldKey(scope, key));
      const where = { _id: { $in: ids }, ...scopeFields(scope) };
      const documents = await read(() =>
        this.collection.find(where as never, { batchSize: keysAtOnce, maxTimeMS: defaultMaxTimeMs }).toArray(),
      );
      found.push(...(documents as unknown as T[]));
    }
    return found;
  }

  /** Writes each, unless it is there with the same number or a higher one. */
  async write(documents: readonly T[]): Promise<void> {
    if (documents.length === 0) return;
    const operations = documents.map((document) => ({
      replaceOne: {
        filter: {
          _id: document._id,
          workspaceId: document.workspaceId,
          generation: document.generation,
          seq: { $lt: document.seq },
        },
        replacement: document,
        upsert: true,
      },
    }));
    try {
      await this.collection.bulkWrite(operations as unknown as AnyBulkWriteOperation<T>[], { ordered: false });
    } catch (error) {
      // An upsert that does not find a lower number meets the key: what is there says as much or more.
      if (!(error instanceof MongoBulkWriteError) || !onlyKeysTaken(error)) throw readError(error);
    }
  }

  /** Erases some of a generation. Answers whether there may be more. */
  async erase(scope: FoldScope): Promise<boolean> {
    const where = { _id: keysBeginning(foldKey(scope, '')), ...scopeFields(scope) } as never;
    const found = await read(() =>
      this.collection.find(where, { projection: { _id: 1 }, limit: erasedAtOnce }).toArray(),
    );
    if (found.length === 0) return false;
    const ids = found.map(({ _id }) => _id);
    await read(() => this.collection.deleteMany({ _id: { $in: ids }, ...scopeFields(scope) } as never));
    return found.length === erasedAtOnce;
  }
}

const onlyKeysTaken = (error: MongoBulkWriteError): boolean =>
  error.result.getWriteConcernError() === undefined &&
  [error.writeErrors].flat().length > 0 &&
  [error.writeErrors].flat().every(({ code }) => code === duplicateKey);

export const longOf = (seq: number): Long => Long.fromNumber(seq);
