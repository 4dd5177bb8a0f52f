import { type Collection, type Document, type IndexDescription, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { Enrolment } from '../model/enrolment.js';
import type { Store } from './connect.js';
import { type Order, type Slice, type Span, sortOf } from './keyset.js';
import { type NounDocument, NounDocuments } from './noun-documents.js';
import { NounLists } from './noun-lists.js';
import { defaultMaxTimeMs, read } from './read.js';

interface EnrolmentDocument extends NounDocument {
  pathwayId?: ObjectId;
  userId?: ObjectId;
  groups?: string[];
  enrolledAt?: Date;
  updatedAt?: Date;
  removedAt?: Date;
}

/** Which enrolments, once names are resolved. Fields AND together; an empty list matches nothing. */
export interface EnrolmentSelection {
  readonly ids?: readonly Id[];
  readonly pathwayIds?: readonly Id[];
  readonly userIds?: readonly Id[];
  readonly groups?: readonly string[];
  /** Narrowing by permission (`:own`), ANDed to what the caller asked for. */
  readonly onlyUserIds?: readonly Id[];
}

export const enrolmentsCollection = 'enrolments';

const isThere = { partialFilterExpression: { enrolledAt: { $exists: true } } };

export const enrolmentsIndexes: IndexDescription[] = [
  {
    name: 'enrolments_user_on_pathway',
    key: { workspaceId: 1, pathwayId: 1, userId: 1 },
    unique: true,
    partialFilterExpression: { userId: { $exists: true } },
  },
  { name: 'enrolments_order', key: { workspaceId: 1, enrolledAt: 1, _id: 1 }, ...isThere },
  { name: 'enrolments_pathway', key: { workspaceId: 1, pathwayId: 1, enrolledAt: 1, _id: 1 }, ...isThere },
  { name: 'enrolments_user', key: { workspaceId: 1, userId: 1, enrolledAt: 1, _id: 1, pathwayId: 1 }, ...isThere },
  { name: 'enrolments_seq', key: { workspaceId: 1, seq: 1 } },
];

export const enrolmentsValidator: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['_id', 'workspaceId', 'seq'],
    anyOf: [{ required: ['removedAt'] }, { required: ['pathwayId', 'userId', 'groups', 'enrolledAt', 'updatedAt'] }],
    properties: {
      _id: { bsonType: 'objectId' },
      workspaceId: { bsonType: 'objectId' },
      seq: { bsonType: 'long' },
      pathwayId: { bsonType: 'objectId' },
      userId: { bsonType: 'objectId' },
      groups: { bsonType: 'array', items: { bsonType: 'string' } },
      enrolledAt: { bsonType: 'date' },
      updatedAt: { bsonType: 'date' },
      removedAt: { bsonType: 'date' },
    },
    additionalProperties: false,
  },
};

const byEnrolment: Order = {
  fields: ['enrolledAt', '_id'],
  direction: 1,
  typed: ([milliseconds, id]) => [new Date(Number(milliseconds)), new ObjectId(String(id))],
};

/** Below what the server takes of stages, and of nested ones, in one pipeline. */
const listsAtOnce = 100;

/** Who is on which pathway. The documents follow the log and are written for its control entries only. */
export class Enrolments {
  readonly #collection: Collection<EnrolmentDocument>;
  readonly #documents: NounDocuments<EnrolmentDocument>;
  readonly #lists: NounLists<EnrolmentDocument>;

  constructor(store: Store) {
    this.#collection = store.collection<EnrolmentDocument>(enrolmentsCollection);
    this.#documents = new NounDocuments(this.#collection);
    this.#lists = new NounLists(this.#collection, byEnrolment);
  }

  head(workspaceId: Id): Promise<number> {
    return this.#documents.head(workspaceId);
  }

  /** Brings enrolments to their state as of a control entry; of one that has ended, a stub stays. */
  write(enrolments: readonly Enrolment[], seq: number): Promise<void> {
    return this.#documents.write(enrolments.map(toDocument), seq);
  }

  writeRemoved(workspaceId: Id, ids: readonly Id[], removedAt: Date, seq: number): Promise<void> {
    return this.#documents.writeRemoved(workspaceId, ids, removedAt, seq);
  }

  /** Those of some users on one pathway, in no particular order. */
  async ofUsers(workspaceId: Id, pathwayId: Id, userIds: readonly Id[]): Promise<Enrolment[]> {
    if (userIds.length === 0) return [];
    const where = { pathwayId: new ObjectId(pathwayId), userId: anyOf(userIds) };
    return (await this.#lists.many(workspaceId, where)).map(toEnrolment);
  }

  /** Which of some users is on which pathway. */
  async pathwaysOf(workspaceId: Id, userIds: readonly Id[]): Promise<Pick<Enrolment, 'userId' | 'pathwayId'>[]> {
    if (userIds.length === 0) return [];
    const found = await read(() =>
      this.#collection
        .find(this.#lists.within(workspaceId, [{ userId: anyOf(userIds) }], {}) as never, {
          projection: { _id: 0, userId: 1, pathwayId: 1 },
          maxTimeMS: defaultMaxTimeMs,
        })
        .toArray(),
    );
    return found.map(({ userId, pathwayId }) => ({
      userId: userId!.toHexString(),
      pathwayId: pathwayId!.toHexString(),
    }));
  }

  async find(workspaceId: Id, selection: EnrolmentSelection, slice: Slice): Promise<Enrolment[]> {
    return (await this.#lists.find(workspaceId, conditionsOf(selection), slice)).map(toEnrolment);
  }

  exists(workspaceId: Id, selection: EnrolmentSelection, span: Span): Promise<boolean> {
    return this.#lists.exists(workspaceId, conditionsOf(selection), span);
  }

  count(workspaceId: Id, selection: EnrolmentSelection): Promise<number> {
    return this.#lists.count(workspaceId, conditionsOf(selection));
  }

  /** As `find`, for many lists at once: one slice of each, in one call for every hundred. */
  async findEach(
    workspaceId: Id,
    wanted: readonly { readonly selection: EnrolmentSelection; readonly slice: Slice }[],
  ): Promise<Enrolment[][]> {
    const found = await this.#each<EnrolmentDocument>(
      wanted.map(({ selection, slice }) => [
        { $match: this.#lists.within(workspaceId, conditionsOf(selection), slice) },
        { $sort: sortOf(byEnrolment, slice.backward) },
        { $limit: slice.limit },
      ]),
    );
    return found.map((documents) => documents.map(toEnrolment).sort(inOrder));
  }

  /** As `count`, for many lists at once. */
  async countEach(workspaceId: Id, selections: readonly EnrolmentSelection[]): Promise<number[]> {
    const found = await this.#each<{ count: number }>(
      selections.map((selection) => [
        { $match: this.#lists.within(workspaceId, conditionsOf(selection), {}) },
        { $count: 'count' },
      ]),
    );
    return found.map(([counted]) => counted?.count ?? 0);
  }

  /** What each of the pipelines finds, each bounded by an index of its own. */
  async #each<T extends object>(pipelines: readonly Document[][]): Promise<T[][]> {
    const answers = pipelines.map((): T[] => []);
    for (let from = 0; from < pipelines.length; from += listsAtOnce) {
      const some = pipelines.slice(from, from + listsAtOnce);
      const [first, ...others] = some.map((pipeline, index) => [...pipeline, { $set: { list: from + index } }]);
      const stages = others.map((pipeline) => ({ $unionWith: { coll: enrolmentsCollection, pipeline } }));
      const found = await read(() =>
        this.#collection
          .aggregate<T & { list: number }>([...first!, ...stages], { maxTimeMS: defaultMaxTimeMs, allowDiskUse: false })
          .toArray(),
      );
      for (const one of found) answers[one.list]!.push(one);
    }
    return answers;
  }
}

/** Where an enrolment stands in a list. */
export const enrolmentKey = ({ enrolledAt, id }: Enrolment): (number | string)[] => [enrolledAt.getTime(), id];

const inOrder = (one: Enrolment, other: Enrolment): number =>
  one.enrolledAt.getTime() - other.enrolledAt.getTime() || (one.id < other.id ? -1 : 1);

const anyOf = (ids: readonly Id[]): Document => ({ $in: ids.map((id) => new ObjectId(id)) });

const conditionsOf = (selection: EnrolmentSelection): Document[] => [
  ...(selection.ids ? [{ _id: anyOf(selection.ids) }] : []),
  ...(selection.pathwayIds ? [{ pathwayId: anyOf(selection.pathwayIds) }] : []),
  ...(selection.userIds ? [{ userId: anyOf(selection.userIds) }] : []),
  ...(selection.onlyUserIds ? [{ userId: anyOf(selection.onlyUserIds) }] : []),
  ...(selection.groups ? [{ groups: { $in: [...selection.groups] } }] : []),
];

const toDocument = (enrolment: Enrolment): EnrolmentDocument => ({
  _id: new ObjectId(enrolment.id),
  workspaceId: new ObjectId(enrolment.workspaceId),
  seq: Long.fromNumber(enrolment.seq),
  ...(enrolment.withdrawnAt
    ? { removedAt: enrolment.withdrawnAt }
    : {
        pathwayId: new ObjectId(enrolment.pathwayId),
        userId: new ObjectId(enrolment.userId),
        groups: [...enrolment.groups],
        enrolledAt: enrolment.enrolledAt,
        updatedAt: enrolment.updatedAt,
      }),
});

const toEnrolment = (document: EnrolmentDocument): Enrolment => ({
  id: document._id.toHexString(),
  workspaceId: document.workspaceId.toHexString(),
  pathwayId: document.pathwayId!.toHexString(),
  userId: document.userId!.toHexString(),
  groups: document.groups!,
  enrolledAt: document.enrolledAt!,
  seq: Number(document.seq),
  updatedAt: document.updatedAt!,
});
