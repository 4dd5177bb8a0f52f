import { type Document, type IndexDescription, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import { type Pathway, pathwayLevels } from '../model/pathway.js';
import type { PathwayFilter } from '../model/pathway-input.js';
import { wordsOf } from '../model/words.js';
import type { Store } from './connect.js';
import { NamedNouns } from './named-nouns.js';
import {
  keyIndexOf,
  type NamedDocument,
  namedIndexes,
  namedProperties,
  searchConditions,
  sortNameOf,
} from './noun-lists.js';

interface PathwayDocument extends NamedDocument {
  key?: string;
  description?: string;
  activities?: PathwayActivityDocument[];
  levelsInOrder?: boolean;
  archived?: boolean;
}

interface PathwayActivityDocument {
  activityId: ObjectId;
  level: number;
  required: boolean;
  type?: string;
  fulfilmentType?: string;
}

export const pathwaysCollection = 'pathways';

export const pathwaysIndexes: IndexDescription[] = [keyIndexOf('pathways'), ...namedIndexes('pathways')];

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
      ...namedProperties,
      key: { bsonType: 'string' },
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
            type: { bsonType: 'string' },
            fulfilmentType: { bsonType: 'string' },
          },
          additionalProperties: false,
        },
      },
      levelsInOrder: { bsonType: 'bool' },
      archived: { bsonType: 'bool' },
    },
    additionalProperties: false,
  },
};

/** Pathways, but for who is on them. */
export class Pathways extends NamedNouns<PathwayDocument, Pathway, PathwayFilter> {
  constructor(store: Store) {
    super(store, { collection: pathwaysCollection, toDocument, toNode: toPathway, conditions: filterConditions });
  }

  byKeys(workspaceId: Id, keys: readonly string[]): Promise<Pathway[]> {
    return this.among(workspaceId, 'key', keys);
  }
}

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
