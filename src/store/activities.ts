import { type Document, type IndexDescription, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { Activity } from '../model/activity.js';
import type { ActivityFilter } from '../model/activity-input.js';
import type { ActivityRef } from '../model/identity.js';
import type { SourceSystem } from '../model/source-system.js';
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

interface ActivityDocument extends NamedDocument {
  key?: string;
  description?: string;
  sourceIds?: { source: SourceSystem; id: string }[];
  refs?: string[];
}

export const activitiesCollection = 'activities';

export const activitiesIndexes: IndexDescription[] = [
  keyIndexOf('activities'),
  {
    name: 'activities_ref',
    key: { workspaceId: 1, refs: 1 },
    unique: true,
    partialFilterExpression: { refs: { $exists: true } },
  },
  ...namedIndexes('activities'),
];

export const activitiesValidator: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['_id', 'workspaceId', 'seq'],
    anyOf: [
      { required: ['removedAt'] },
      { required: ['key', 'name', 'sortName', 'sourceIds', 'refs', 'createdAt', 'updatedAt'] },
    ],
    properties: {
      ...namedProperties,
      key: { bsonType: 'string' },
      description: { bsonType: 'string' },
      sourceIds: {
        bsonType: 'array',
        items: {
          bsonType: 'object',
          required: ['source', 'id'],
          properties: { source: { bsonType: 'string' }, id: { bsonType: 'string' } },
          additionalProperties: false,
        },
      },
      refs: { bsonType: 'array', minItems: 1, uniqueItems: true, items: { bsonType: 'string' } },
    },
    additionalProperties: false,
  },
};

/** Definitions of what can be done. */
export class Activities extends NamedNouns<ActivityDocument, Activity, ActivityFilter> {
  constructor(store: Store) {
    super(store, { collection: activitiesCollection, toDocument, toNode: toActivity, conditions: filterConditions });
  }

  byKeys(workspaceId: Id, keys: readonly string[]): Promise<Activity[]> {
    return this.among(workspaceId, 'key', keys);
  }

  /** The definitions that own any of these references. No two own the same. */
  byRefs(workspaceId: Id, refs: readonly ActivityRef[]): Promise<Activity[]> {
    return this.among(workspaceId, 'refs', refs);
  }
}

const filterConditions = (filter: ActivityFilter): Document[] => [
  ...(filter.ids ? [{ _id: { $in: filter.ids.map((id) => new ObjectId(id)) } }] : []),
  ...(filter.keys ? [{ key: { $in: [...filter.keys] } }] : []),
  ...(filter.sources ? [{ 'sourceIds.source': { $in: [...filter.sources] } }] : []),
  ...searchConditions(filter.search),
];

const toDocument = (activity: Activity): ActivityDocument => ({
  _id: new ObjectId(activity.id),
  workspaceId: new ObjectId(activity.workspaceId),
  seq: Long.fromNumber(activity.seq),
  key: activity.key,
  name: activity.name,
  sortName: sortNameOf(activity.name),
  description: activity.description,
  sourceIds: activity.sourceIds.map(({ source, id }) => ({ source, id })),
  refs: [...activity.refs],
  words: wordsOf(activity.name, activity.key),
  createdAt: activity.createdAt,
  updatedAt: activity.updatedAt,
});

const toActivity = (document: ActivityDocument): Activity => ({
  id: document._id.toHexString(),
  workspaceId: document.workspaceId.toHexString(),
  key: document.key!,
  name: document.name!,
  description: document.description,
  sourceIds: document.sourceIds!,
  refs: document.refs!,
  seq: Number(document.seq),
  createdAt: document.createdAt!,
  updatedAt: document.updatedAt!,
});
