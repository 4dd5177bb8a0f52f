import { type Document, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { PathwayCounts } from '../model/standing.js';
import type { Store } from './connect.js';
import {
  type FoldDocument,
  FoldDocuments,
  type FoldScope,
  foldKey,
  foldProperties,
  keysBeginning,
  longOf,
  scopeFields,
} from './fold-documents.js';
import { defaultMaxTimeMs, read } from './read.js';

interface CountsDocument extends FoldDocument {
  pathwayId: ObjectId;
  total: number;
  inProgress: number;
  completed: number;
  changedSeq: Long | number;
  activities: { activityId: ObjectId; completed: number; changedSeq: Long | number }[];
}

export const pathwayCountsCollection = 'pathway_stats';

export const pathwayCountsValidator: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: [
      '_id',
      'workspaceId',
      'generation',
      'seq',
      'pathwayId',
      'total',
      'inProgress',
      'completed',
      'activities',
    ],
    properties: {
      ...foldProperties,
      pathwayId: { bsonType: 'objectId' },
      total: { bsonType: 'int', minimum: 0 },
      inProgress: { bsonType: 'int', minimum: 0 },
      completed: { bsonType: 'int', minimum: 0 },
      changedSeq: { bsonType: 'long' },
      activities: { bsonType: 'array' },
    },
    additionalProperties: false,
  },
};

/** How many are on each pathway, and how far: one document for each. */
export class PathwayCountsStore {
  readonly #collection;
  readonly #documents: FoldDocuments<CountsDocument>;

  constructor(store: Store) {
    this.#collection = store.collection<CountsDocument>(pathwayCountsCollection);
    this.#documents = new FoldDocuments(this.#collection);
  }

  async byPathways(scope: FoldScope, pathwayIds: readonly Id[]): Promise<PathwayCounts[]> {
    return (await this.#documents.byKeys(scope, pathwayIds)).map(toCounts);
  }

  async all(scope: FoldScope): Promise<PathwayCounts[]> {
    const where = { _id: keysBeginning(foldKey(scope, '')), ...scopeFields(scope) };
    const found = await read(() => this.#collection.find(where, { maxTimeMS: defaultMaxTimeMs }).toArray());
    return found.map(toCounts);
  }

  write(scope: FoldScope, counts: readonly PathwayCounts[]): Promise<void> {
    return this.#documents.write(
      scope,
      counts.map(({ pathwayId, seq, changedSeq, activities, ...numbers }) => ({
        _id: foldKey(scope, pathwayId),
        ...scopeFields(scope),
        pathwayId: new ObjectId(pathwayId),
        seq: longOf(seq),
        ...numbers,
        changedSeq: longOf(changedSeq),
        activities: activities.map((one) => ({
          activityId: new ObjectId(one.activityId),
          completed: one.completed,
          changedSeq: longOf(one.changedSeq),
        })),
      })),
    );
  }

  erase(scope: FoldScope): Promise<boolean> {
    return this.#documents.erase(scope);
  }
}

const toCounts = (document: CountsDocument): PathwayCounts => ({
  pathwayId: document.pathwayId.toHexString(),
  seq: Number(document.seq),
  total: document.total,
  inProgress: document.inProgress,
  completed: document.completed,
  changedSeq: Number(document.changedSeq),
  activities: document.activities.map((one) => ({
    activityId: one.activityId.toHexString(),
    completed: one.completed,
    changedSeq: Number(one.changedSeq),
  })),
});
