import { type Document, type IndexDescription, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import { type Pathway, pathwayLevels } from '../model/pathway.js';
import type { PathwayFilter } from '../model/pathway-input.js';
import { wordsOf } from '../model/words.js';
import type { Store } from './connect.js';
import type { Slice, Span } from './keyset.js';
import { NounDocuments } from './noun-documents.js';
import { type NamedDocument, NounLists, namedIndexes, searchConditions, sortNameOf } from './noun-lists.js';

interface PathwayDocument extends NamedDocument {
  key?: string;
  description?: string;
  activities?: PathwayActivityDocument[];
  levelsInOrder?: boolean;
  archived?: boolean;
  createdAt?: Date;
  updatedAt?: Date;
  removedAt?: Date;
}

interface PathwayActivityDocument {
  activityId: ObjectId;
  level: number;
  required: boolean;
  fulfilmentType?: string;
}

export const pathwaysCollection = 'pathways';

export const pathwaysIndexes: IndexDescription[] = [
  {
    name: 'pathways_key',
    key: { workspaceId: 1, key: 1 },
    unique: true,
    partialFilterExpression: { key: { $exists: true } },
  },
  ...namedIndexes('pathways'),
];

export const pathwaysValidator: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['_id', 'workspaceId', 'seq'],
    anyOf: [
      { required: ['removedAt'] },
      {
        required: ['key', 'name', 'sortName', 'activities', 'levelsInOrder', 'archived', 'createdAt', 'updatedAt'],
      },
    ],
    properties: {
      _id: { bsonType: 'objectId' },
      workspaceId: { bsonType: 'objectId' },
      seq: { bsonType: 'long' },
      key: { bsonType: 'string' },
      name: { bsonType: 'string' },
      sortName: { bsonType: 'string' },
      description: { bsonType: 'string' },
      activities: {
        bsonType: 'array',
        items: {
          bsonType: 'object',
          required: ['activityId', 'level', 'required'],
          properties: {
            activityId: { bsonType: 'objectId' },
            level: { bsonType: 'int', minimum: pathwayLevels.from, maximum: pathwayLevels.to },
            required: { bsonType: 'bool' },
            fulfilmentType: { bsonType: 'string' },
          },
          additionalProperties: false,
        },
      },
      levelsInOrder: { bsonType: 'bool' },
      archived: { bsonType: 'bool' },
      words: { bsonType: 'array', items: { bsonType: 'string' } },
      createdAt: { bsonType: 'date' },
      updatedAt: { bsonType: 'date' },
      removedAt: { bsonType: 'date' },
    },
    additionalProperties: false,
  },
};

/** Pathways. Their documents follow the log and are written for its control entries only. */
export class Pathways {
  readonly #documents: NounDocuments<PathwayDocument>;
  readonly #lists: NounLists<PathwayDocument>;

  constructor(store: Store) {
    const collection = store.collection<PathwayDocument>(pathwaysCollection);
    this.#documents = new NounDocuments(collection);
    this.#lists = new NounLists(collection);
  }

  head(workspaceId: Id): Promise<number> {
    return this.#documents.head(workspaceId);
  }

  /** Brings pathways to their state as of a control entry. */
  write(pathways: readonly Pathway[], seq: number): Promise<void> {
    return this.#documents.write(pathways.map(toDocument), seq);
  }

  /** Leaves only a stub of each, as of a control entry. */
  writeRemoved(workspaceId: Id, ids: readonly Id[], removedAt: Date, seq: number): Promise<void> {
    return this.#documents.writeRemoved(workspaceId, ids, removedAt, seq);
  }

  async byIds(workspaceId: Id, ids: readonly Id[]): Promise<Pathway[]> {
    if (ids.length === 0) return [];
    return this.#many(workspaceId, { _id: { $in: ids.map((id) => new ObjectId(id)) } });
  }

  async byKeys(workspaceId: Id, keys: readonly string[]): Promise<Pathway[]> {
    if (keys.length === 0) return [];
    return this.#many(workspaceId, { key: { $in: [...keys] } });
  }

  /** All that have any of these names, whatever their case. */
  async byNames(workspaceId: Id, names: readonly string[]): Promise<Pathway[]> {
    if (names.length === 0) return [];
    return this.#many(workspaceId, { sortName: { $in: names.map((name) => sortNameOf(name.trim())) } });
  }

  async find(workspaceId: Id, filter: PathwayFilter, slice: Slice): Promise<Pathway[]> {
    return (await this.#lists.find(workspaceId, filterConditions(filter), slice)).map(toPathway);
  }

  exists(workspaceId: Id, filter: PathwayFilter, span: Span): Promise<boolean> {
    return this.#lists.exists(workspaceId, filterConditions(filter), span);
  }

  count(workspaceId: Id, filter: PathwayFilter): Promise<number> {
    return this.#lists.count(workspaceId, filterConditions(filter));
  }

  async #many(workspaceId: Id, condition: Document): Promise<Pathway[]> {
    return (await this.#lists.many(workspaceId, condition)).map(toPathway);
  }
}

/** Where a pathway stands in a list. */
export const pathwayKey = (pathway: Pathway): string[] => [sortNameOf(pathway.name), pathway.id];

const filterConditions = (filter: PathwayFilter): Document[] => [
  ...(filter.ids ? [{ _id: { $in: filter.ids.map((id) => new ObjectId(id)) } }] : []),
  ...(filter.keys ? [{ key: { $in: [...filter.keys] } }] : []),
  ...(filter.activityIds
    ? [{ 'activities.activityId': { $in: filter.activityIds.map((id) => new ObjectId(id)) } }]
    : []),
  ...(typeof filter.archived === 'boolean' ? [{ archived: filter.archived }] : []),
  ...searchConditions(filter.search),
];

const toDocument = (pathway: Pathway): PathwayDocument => ({
  _id: new ObjectId(pathway.id),
  workspaceId: new ObjectId(pathway.workspaceId),
  seq: Long.fromNumber(pathway.seq),
  key: pathway.key,
  name: pathway.name,
  sortName: sortNameOf(pathway.name),
  description: pathway.description,
  activities: pathway.activities.map(({ activityId, ...rest }) => ({ activityId: new ObjectId(activityId), ...rest })),
  levelsInOrder: pathway.levelsInOrder,
  archived: pathway.archived,
  words: wordsOf(pathway.name, pathway.key),
  createdAt: pathway.createdAt,
  updatedAt: pathway.updatedAt,
});

const toPathway = (document: PathwayDocument): Pathway => ({
  id: document._id.toHexString(),
  workspaceId: document.workspaceId.toHexString(),
  key: document.key!,
  name: document.name!,
  description: document.description,
  activities: document.activities!.map(({ activityId, ...rest }) => ({
    activityId: activityId.toHexString(),
    ...rest,
  })),
  levelsInOrder: document.levelsInOrder!,
  archived: document.archived!,
  seq: Number(document.seq),
  createdAt: document.createdAt!,
  updatedAt: document.updatedAt!,
});
