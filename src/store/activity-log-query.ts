import { type Document, type IndexDescription, Long, ObjectId } from 'mongodb';
import { type Id, isId } from '../base/ids.js';
import type { ResolvedFilter } from '../model/activity-log-filter.js';
import type { Erasure } from '../model/log-record.js';

/** Which part of a workspace's log a list is made of. */
export interface LogWindow {
  readonly workspaceId: Id;
  /** The lowest number that retention kept. */
  readonly firstSeq: number;
  /** The safe mark: nothing above it is read. */
  readonly seq: number;
  /** What is being removed as a whole. */
  readonly erasures: readonly Erasure[];
  /** On the monotonic clock: before then nothing from `firstSeq` on is erased. Absent: that must be looked up. */
  readonly keptUntilMs?: number;
}

const oneOf = (field: string, list: readonly unknown[] | undefined): Document[] =>
  list === undefined ? [] : [{ [field]: { $in: [...list] } }];

const objectIds = (ids: readonly Id[] | undefined): ObjectId[] | undefined =>
  ids?.filter(isId).map((id) => new ObjectId(id));

/** Conditions that AND together to the same as `matches` in the model; a test compares the two. */
export const filterConditions = (filter: ResolvedFilter): Document[] => [
  ...oneOf('source', filter.sources),
  ...oneOf('action', filter.actions),
  ...(filter.omitActions?.length ? [{ action: { $nin: [...filter.omitActions] } }] : []),
  ...oneOf('actionClass', filter.actionClasses),
  ...oneOf('actorKey', filter.actorKeys),
  ...oneOf('actorKey', filter.onlyActorKeys),
  ...oneOf('activityRef', filter.activityRefs),
  ...oneOf('objectType', filter.objectTypes),
  ...oneOf('objectId', filter.objectIds),
  ...oneOf('pathwayId', objectIds(filter.pathwayIds)),
  ...oneOf('platform', filter.platforms),
  ...oneOf('serial', filter.serials),
  ...oneOf('nativeId', filter.nativeIds),
  ...oneOf('outcome', filter.outcomes),
  ...oneOf('tags', filter.tags),
  ...(filter.occurredAfterMicros === undefined
    ? []
    : [{ occurredAtMicros: { $gte: Long.fromNumber(filter.occurredAfterMicros) } }]),
  ...(filter.occurredBeforeMicros === undefined
    ? []
    : [{ occurredAtMicros: { $lt: Long.fromNumber(filter.occurredBeforeMicros) } }]),
  // An empty $all would match nothing.
  ...(filter.words?.length ? [{ words: { $all: [...filter.words] } }] : []),
  ...(filter.anyOf ? [alternatives(filter.anyOf)] : []),
  ...(filter.noneOf ?? []).map((one) => ({ $nor: [together(one)] })),
];

/** An empty `$and` or `$or` is an error to the server. */
const together = (filter: ResolvedFilter): Document => ({ $and: [{}, ...filterConditions(filter)] });
const alternatives = (filters: readonly ResolvedFilter[]): Document =>
  filters.length === 0 ? { _id: { $in: [] } } : { $or: filters.map(together) };

/** Nothing of what is being removed as a whole, although it is still there. */
export const notErased = (erasures: readonly Erasure[]): Document[] =>
  erasures.length === 0
    ? []
    : [{ $nor: erasures.map(({ source, through }) => ({ source, seq: { $lte: Long.fromNumber(through) } })) }];

/** The live entries of a window that a filter describes. */
export const windowConditions = (window: LogWindow, filter: ResolvedFilter): Document[] => [
  { workspaceId: new ObjectId(window.workspaceId) },
  { kind: 'entry' },
  { removedAt: { $exists: false } },
  { seq: { $gte: Long.fromNumber(window.firstSeq), $lte: Long.fromNumber(window.seq) } },
  ...notErased(window.erasures),
  ...filterConditions(filter),
];

const order = { occurredAtMicros: 1, seq: 1 } as const;

/** An index that holds only the entries that have the field: each costs appending, and most entries lack most fields. */
const selective = (field: string): IndexDescription => ({
  name: selectiveIndexName(field),
  key: { workspaceId: 1, [field]: 1, ...order },
  partialFilterExpression: { kind: 'entry', [field]: { $exists: true } },
});

export const orderIndex = 'read_order';

/** The server merges lists in their order up to two hundred; a filter of more values is its own to plan. */
const mostMerged = 100;

/** The fields of a filter that an index selects by and then continues in the order of occurrence. */
export function selectingFields(filter: ResolvedFilter): string[] {
  const { actorKeys, onlyActorKeys, activityRefs, objectIds, pathwayIds, serials, words = [] } = filter;
  const given = [
    ['actorKey', actorKeys ?? onlyActorKeys],
    ['activityRef', activityRefs],
    ['objectId', objectIds],
    ['pathwayId', pathwayIds],
    ['serial', serials],
    ['words', words.length > 0 ? words : undefined],
  ] as const;
  const found = given.flatMap(([field, values]) => (values ? [{ field, count: values.length }] : []));
  // Too many to merge count as two, so that none is settled on.
  return found.flatMap(({ field, count }) => (count > mostMerged ? [field, field] : [field]));
}

export const selectiveIndexName = (field: string): string => `read_${field}`;

/** What lists are read by. Each selects and then continues in the order of the list; RECORDED walks the unique index on `seq`. */
export const activityLogReadIndexes: IndexDescription[] = [
  { name: orderIndex, key: { workspaceId: 1, ...order }, partialFilterExpression: { kind: 'entry' } },
  ...['actorKey', 'activityRef', 'objectId', 'pathwayId', 'serial', 'words'].map(selective),
];

/**
 * The one index for a source by itself, in the order of recording: TikMatrix's rows are listed, counted and removed alone,
 * by offset, whatever else the log holds. What was erased is not in it, nor is any other source's entry.
 */
export const tikMatrixIndex: IndexDescription = {
  name: 'read_tikmatrix',
  key: { workspaceId: 1, seq: 1, platform: 1, serial: 1, action: 1 },
  partialFilterExpression: { kind: 'entry', source: 'TIKMATRIX', action: { $exists: true } },
};

/** Somebody's entries in the order of recording, which is how AWorld lists them. */
export const actorRecordedIndex: IndexDescription = {
  name: 'read_actorKey_recorded',
  key: { workspaceId: 1, actorKey: 1, seq: 1 },
  partialFilterExpression: { kind: 'entry', actorKey: { $exists: true } },
};

/** Whether a list in the order of recording is of that source by itself. */
export const isTikMatrixOnly = ({ sources }: ResolvedFilter): boolean =>
  sources?.length === 1 && sources[0] === 'TIKMATRIX';

/** True of every live entry; an index that leaves out what was erased serves a query only if it says so. */
export const notErasedYet: Document = { action: { $exists: true } };

/** What was erased has no time any more: it stands before all that has one, and is passed over as a whole. */
export const hasTime: Document = { occurredAtMicros: { $gte: Long.MIN_VALUE } };
