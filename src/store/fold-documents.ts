import {
  type AnyBulkWriteOperation,
  type Collection,
  type Document,
  Long,
  MongoBulkWriteError,
  ObjectId,
} from 'mongodb';
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
  /** Who wrote it: the n-th to hold the lease. */
  holder?: number;
}

/** What a validator says of the properties that every such document has. */
export const foldProperties: Document = {
  _id: { bsonType: 'string' },
  workspaceId: { bsonType: 'objectId' },
  generation: { bsonType: 'int' },
  seq: { bsonType: 'long' },
  holder: { bsonType: 'int' },
};

/** The documents of one generation. */
export interface FoldScope {
  readonly workspaceId: Id;
  readonly generation: number;
  /** Of who writes: how many have held the lease so far. */
  readonly holder?: number;
  /** Whether they still hold it. */
  readonly isHeld?: () => boolean;
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
 * Documents of a fold. One is only ever written over a lower number, and never over what somebody wrote who held the lease
 * later: so whoever lost it and still writes does no harm, and writing the same again changes nothing. For one number the
 * later holder is right: what the former wrote may rest on what it had read before.
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

  /** Writes each, unless what is there is of a higher number, of the same by the same, or of a later holder. */
  async write({ holder = 0, isHeld }: FoldScope, documents: readonly T[]): Promise<void> {
    if (documents.length === 0) return;
    if (isHeld?.() === false) throw new LeaseLost();
    const there = await this.#present(documents);
    const written = documents.map((document) => ({ ...document, holder }));
    await Promise.all([
      this.#replace(written.filter(({ _id }) => there.has(_id))),
      this.#insert(written.filter(({ _id }) => !there.has(_id))),
    ]);
  }

  async #present(documents: readonly T[]): Promise<Set<string>> {
    const { workspaceId, generation } = documents[0]!;
    const where = { _id: { $in: documents.map(({ _id }) => _id) }, workspaceId, generation } as never;
    const found = await read(() => this.collection.find(where, { projection: { _id: 1 } }).toArray());
    return new Set(found.map(({ _id }) => _id as unknown as string));
  }

  /** Far cheaper than a replacement each that finds nothing to replace. */
  async #insert(documents: readonly T[]): Promise<void> {
    if (documents.length === 0) return;
    try {
      await this.collection.insertMany(documents as never, { ordered: false });
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError) || !onlyKeysTaken(error)) throw readError(error);
      await this.#replace([error.writeErrors].flat().map(({ index }) => documents[index]!));
    }
  }

  async #replace(documents: readonly T[]): Promise<void> {
    if (documents.length === 0) return;
    const operations = documents.map((document) => ({
      replaceOne: {
        filter: {
          _id: document._id,
          workspaceId: document.workspaceId,
          generation: document.generation,
          $or: [
            { seq: { $lt: document.seq }, holder: { $not: { $gt: document.holder } } },
            { seq: document.seq, holder: { $lt: document.holder } },
          ],
        },
        replacement: document,
      },
    }));
    try {
      await this.collection.bulkWrite(operations as unknown as AnyBulkWriteOperation<T>[], { ordered: false });
    } catch (error) {
      throw readError(error);
    }
  }

  /** Erases documents of which nothing is left after a record, unless somebody changed them for a later one, or holds the lease later. */
  async remove(scope: FoldScope, keys: readonly string[], seq: number): Promise<void> {
    const { holder = 0, isHeld } = scope;
    if (isHeld?.() === false) throw new LeaseLost();
    for (let from = 0; from < keys.length; from += keysAtOnce) {
      const ids = keys.slice(from, from + keysAtOnce).map((key) => foldKey(scope, key));
      const where = {
        _id: { $in: ids },
        ...scopeFields(scope),
        seq: { $lt: longOf(seq) },
        holder: { $not: { $gt: holder } },
      };
      await read(() => this.collection.deleteMany(where as never));
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

/** Somebody else may make the fold by now. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

const onlyKeysTaken = (error: MongoBulkWriteError): boolean =>
  error.result.getWriteConcernError() === undefined &&
  [error.writeErrors].flat().length > 0 &&
  [error.writeErrors].flat().every(({ code }) => code === duplicateKey);

export const longOf = (seq: number): Long => Long.fromNumber(seq);
