import { type Document, type IndexDescription, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { Store } from './connect.js';
import { read } from './read.js';
import { upsert } from './upsert.js';

interface SourceRowDocument {
  _id: ObjectId;
  workspaceId: ObjectId;
  sourceId: ObjectId;
  snapshot: string;
  row: string;
  /** Of the last entry that is known here; 0: none. */
  seq: Long | number;
  entryId?: ObjectId;
  contentHash?: string;
}

/** The last entry that is known of a row; the log may hold later ones, each under a key that names the one before. */
export interface RowHead {
  readonly row: string;
  /** Absent before the row's first entry. */
  readonly entryId?: Id;
  readonly contentHash?: string;
}

/** Which snapshot of which source. */
export interface SnapshotName {
  readonly workspaceId: Id;
  readonly sourceId: Id;
  readonly snapshot: string;
}

export const sourceRowCollection = 'source_rows';

export const sourceRowIndexes: IndexDescription[] = [
  { name: 'source_rows_row', key: { workspaceId: 1, sourceId: 1, snapshot: 1, row: 1 }, unique: true },
];

export const sourceRowSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['workspaceId', 'sourceId', 'snapshot', 'row', 'seq'],
    properties: {
      workspaceId: { bsonType: 'objectId' },
      sourceId: { bsonType: 'objectId' },
      snapshot: { bsonType: 'string' },
      row: { bsonType: 'string' },
      seq: { bsonType: ['int', 'long'] },
      entryId: { bsonType: 'objectId' },
      contentHash: { bsonType: 'string' },
    },
  },
};

/**
 * Which rows a source's snapshots were seen to have, and where the entries of each end. A row stands here before its first
 * entry is appended, so that no row with an entry is unknown here, whatever is killed.
 */
export class SourceRows {
  readonly #rows;

  constructor(store: Store) {
    this.#rows = store.collection<SourceRowDocument>(sourceRowCollection);
  }

  async of(name: SnapshotName): Promise<RowHead[]> {
    const found = await read(() =>
      this.#rows.find(keyOf(name), { projection: { _id: 0, row: 1, entryId: 1, contentHash: 1 } }).toArray(),
    );
    return found.map(({ row, entryId, contentHash }) => ({ row, entryId: entryId?.toHexString(), contentHash }));
  }

  /** Those that are there already stay as they are. */
  async add(name: SnapshotName, rows: readonly string[]): Promise<void> {
    if (rows.length === 0) return;
    const writes = rows.map((row) => ({
      updateOne: { filter: { ...keyOf(name), row }, update: { $setOnInsert: { seq: Long.ZERO } }, upsert: true },
    }));
    await upsert(() => this.#rows.bulkWrite(writes, { ordered: false }));
  }

  /** Where the entries of some rows end now. An earlier end takes no later one's place. */
  async move(name: SnapshotName, heads: readonly (Required<RowHead> & { readonly seq: number })[]): Promise<void> {
    if (heads.length === 0) return;
    const writes = heads.map(({ row, entryId, contentHash, seq }) => ({
      updateOne: {
        filter: { ...keyOf(name), row, seq: { $lt: Long.fromNumber(seq) } },
        update: { $set: { seq: Long.fromNumber(seq), entryId: new ObjectId(entryId), contentHash } },
      },
    }));
    await this.#rows.bulkWrite(writes, { ordered: false });
  }
}

const keyOf = ({ workspaceId, sourceId, snapshot }: SnapshotName) => ({
  workspaceId: new ObjectId(workspaceId),
  sourceId: new ObjectId(sourceId),
  snapshot,
});
