import { type Document, type IndexDescription, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { Activity } from '../model/activity.js';
import type { ActivityFilter } from '../model/activity-input.js';
import type { ActivityRef } from '../model/identity.js';
import type { SourceSystem } from '../model/source-system.js';
import { wordsOf } from '../model/words.js';
import type { Store } from './connect.js';
import type { Slice, Span } from './keyset.js';
import { NounDocuments } from './noun-documents.js';
import { type NamedDocument, NounLists, namedIndexes, searchConditions, sortNameOf } from './noun-lists.js';

interface ActivityDocument extends NamedDocument {
  key?: string;
  description?: string;
  sourceIds?: { source: SourceSystem; id: string }[];
  refs?: string[];
  createdAt?: Date;
  updatedAt?: Date;
  removedAt?: Date;
}

export const activitiesCollection = 'activities';

export const activitiesIndexes: IndexDescription[] = [
  {
    name: 'activities_key',
    key: { workspaceId: 1, key: 1 },
    unique: true,
    partialFilterExpression: { key: { $exists: true } },
  },
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
      _id: { bsonType: 'objectId' },
      workspaceId: { bsonType: 'objectId' },
      seq: { bsonType: 'long' },
      key: { bsonType: 'string' },
      name: { bsonType: 'string' },
      sortName: { bsonType: 'string' },
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
      words: { bsonType: 'array', items: { bsonType: 'string' } },
      createdAt: { bsonType: 'date' },
      updatedAt: { bsonType: 'date' },
      removedAt: { bsonType: 'date' },
    },
    additionalProperties: false,
  },
};

/** Definitions of what can be done. Their documents follow the log and are written for its control entries only. */
export class Activities {
  readonly #documents: NounDocuments<ActivityDocument>;
  readonly #lists: NounLists<ActivityDocument>;

  constructor(store: Store) {
    const collection = store.collection<ActivityDocument>(activitiesCollection);
    this.#documents = new NounDocuments(collection);
    this.#lists = new NounLists(collection);
  }

  head(workspaceId: Id): Promise<number> {
    return this.#documents.head(workspaceId);
  }

  /** Brings definitions to their state as of a control entry. */
  write(activities: readonly Activity[], seq: number): Promise<void> {
    return this.#documents.write(activities.map(toDocument), seq);
  }

  /** Leaves only a stub of each, as of a control entry. */
  writeRemoved(workspaceId: Id, ids: readonly Id[], removedAt: Date, seq: number): Promise<void> {
    return this.#documents.writeRemoved(workspaceId, ids, removedAt, seq);
  }

  async byIds(workspaceId: Id, ids: readonly Id[]): Promise<Activity[]> {
    if (ids.length === 0) return [];
    return this.#many(workspaceId, { _id: { $in: ids.map((id) => new ObjectId(id)) } });
  }

  async byKeys(workspaceId: Id, keys: readonly string[]): Promise<Activity[]> {
    if (keys.length === 0) return [];
    return this.#many(workspaceId, { key: { $in: [...keys] } });
  }

  /** The definitions that own any of these references. No two own the same. */
  async byRefs(workspaceId: Id, refs: readonly ActivityRef[]): Promise<Activity[]> {
    if (refs.length === 0) return [];
    // No `$exists` beside it, though the index is partial on that: of two conditions on a list the server bounds by one only.
    return this.#many(workspaceId, { refs: { $in: [...refs] } });
  }

  /** All that have any of these names, whatever their case. */
  async byNames(workspaceId: Id, names: readonly string[]): Promise<Activity[]> {
    if (names.length === 0) return [];
    return this.#many(workspaceId, { sortName: { $in: names.map((name) => sortNameOf(name.trim())) } });
  }

  async find(workspaceId: Id, filter: ActivityFilter, slice: Slice): Promise<Activity[]> {
    return (await this.#lists.find(workspaceId, filterConditions(filter), slice)).map(toActivity);
  }

  exists(workspaceId: Id, filter: ActivityFilter, span: Span): Promise<boolean> {
    return this.#lists.exists(workspaceId, filterConditions(filter), span);
  }

  count(workspaceId: Id, filter: ActivityFilter): Promise<number> {
    return this.#lists.count(workspaceId, filterConditions(filter));
  }

  async #many(workspaceId: Id, condition: Document): Promise<Activity[]> {
    return (await this.#lists.many(workspaceId, condition)).map(toActivity);
  }
}

/** Where a definition stands in a list. */
export const activityKey = (activity: Activity): string[] => [sortNameOf(activity.name), activity.id];

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
