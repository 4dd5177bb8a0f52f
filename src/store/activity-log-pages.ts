import { type Document, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { ActivityLog, EntryField } from '../model/activity-log.js';
import type { ResolvedFilter } from '../model/activity-log-filter.js';
import type { ActivityLogOrder } from '../model/activity-log-order.js';
import type { PayloadBudget } from '../model/payload-budget.js';
import type { SourceSystem } from '../model/source-system.js';
import {
  isTikMatrixOnly,
  type LogWindow,
  notErased,
  notErasedYet,
  orderIndex,
  selectingFields,
  selectiveIndexName,
  tikMatrixIndex,
  windowConditions,
} from './activity-log-query.js';
import { keyIndex, seqIndex } from './activity-logs.js';
import type { Store } from './connect.js';
import { type Bound, type Order, type Slice, type Span, sortOf, spanConditions } from './keyset.js';
import { entryIn, type LogDocument } from './log-document.js';
import { defaultMaxTimeMs, read } from './read.js';

/** One list of entries: a part of the log, narrowed by a filter, in an order. */
export interface ActivityLogList {
  readonly window: LogWindow;
  readonly filter: ResolvedFilter;
  readonly order: ActivityLogOrder;
  /** Which properties are needed; absent: all. What is not needed may be missing from the answer. */
  readonly fields?: readonly EntryField[];
  /** What may be read of entries' own JSON; absent: all of it. */
  readonly budget?: PayloadBudget;
}

/** A slice that begins so many entries further on. Each of these costs as if it were read, but for its transport. */
export interface OffsetSlice extends Slice {
  readonly skip?: number;
}

/** What of a workspace's log may be shown, however far it is read. */
export type KeptLog = Omit<LogWindow, 'seq'>;

const orders: Readonly<Record<ActivityLogOrder, Order>> = {
  OCCURRED_AT_DESC: { fields: ['occurredAtMicros', 'seq'], direction: -1 },
  OCCURRED_AT_ASC: { fields: ['occurredAtMicros', 'seq'], direction: 1 },
  RECORDED_DESC: { fields: ['seq'], direction: -1 },
  RECORDED_ASC: { fields: ['seq'], direction: 1 },
};

/** Where an entry stands in a list of that order. */
export const activityLogKey = (order: ActivityLogOrder, entry: ActivityLog): number[] =>
  orders[order].fields.length === 1 ? [entry.seq] : [entry.occurredAtMicros, entry.seq];

export const activityLogKeyLength = (order: ActivityLogOrder): number => orders[order].fields.length;

/** Lists of live entries, as people and façades read them. The recorder's and the feed's side is in activity-logs.ts. */
export class ActivityLogPages {
  readonly #logs;
  readonly #maxTimeMS: number;

  constructor(store: Store, options: { readonly maxTimeMs?: number } = {}) {
    this.#logs = store.collection<LogDocument>('activity_logs');
    this.#maxTimeMS = options.maxTimeMs ?? defaultMaxTimeMs;
  }

  /** A slice of the list, in the list's order. @throws CodedError QUERY_TOO_SLOW, SERVICE_UNAVAILABLE. */
  async find(list: ActivityLogList, slice: OffsetSlice): Promise<ActivityLog[]> {
    if (slice.limit === 0) return [];
    return read(async () => {
      const found = this.#logs.find(conditions(list, slice), {
        sort: sortOf(orders[list.order], slice.backward),
        skip: slice.skip ?? 0,
        limit: slice.limit,
        batchSize: slice.limit,
        projection: list.fields && projectionOf(list.fields),
        maxTimeMS: this.#maxTimeMS,
        ...walkHintOf(list),
      });
      const entries: ActivityLog[] = [];
      // As they are sent rather than all at once: that is at most 16 MB at a time, and what is too much is never held.
      while (await found.hasNext()) {
        for (const document of found.readBufferedDocuments()) {
          const entry = entryIn(list.window.workspaceId, document);
          list.budget?.take(entry.additionalData, entry.native);
          entries.push(entry);
        }
      }
      return slice.backward ? entries.reverse() : entries;
    });
  }

  /** Whether anything lies within the span. */
  async exists(list: ActivityLogList, span: Span): Promise<boolean> {
    const found = await read(() =>
      this.#logs.findOne(conditions(list, span), {
        projection: { _id: 1 },
        sort: sortOf(orders[list.order]),
        maxTimeMS: this.#maxTimeMS,
        ...walkHintOf(list),
      }),
    );
    return found !== null;
  }

  count(list: ActivityLogList): Promise<number> {
    const options = { maxTimeMS: this.#maxTimeMS, ...hintOf(list) };
    return read(() => this.#logs.countDocuments(conditions(list, {}), options));
  }

  /** Live entries by id, in no particular order. Of what is not among `fields` something may be missing. */
  async findMany(kept: KeptLog, ids: readonly Id[], fields?: readonly EntryField[]): Promise<ActivityLog[]> {
    if (ids.length === 0) return [];
    const documents = await read(() =>
      this.#logs
        .find(
          {
            _id: { $in: ids.map((id) => new ObjectId(id)) },
            workspaceId: new ObjectId(kept.workspaceId),
            kind: 'entry',
            removedAt: { $exists: false },
            seq: { $gte: Long.fromNumber(kept.firstSeq) },
            $and: [{}, ...notErased(kept.erasures)],
          },
          { projection: fields && projectionOf(fields), maxTimeMS: this.#maxTimeMS },
        )
        .toArray(),
    );
    return documents.map((document) => entryIn(kept.workspaceId, document));
  }

  /** The connection that each entry came by, also of one that is removed. */
  async connectionsOf(workspaceId: Id, ids: readonly Id[]): Promise<Map<Id, string>> {
    const found = await read(() =>
      this.#logs
        .find(
          { workspaceId: new ObjectId(workspaceId), _id: { $in: ids.map((id) => new ObjectId(id)) } },
          { projection: { connectionId: 1 }, maxTimeMS: this.#maxTimeMS },
        )
        .toArray(),
    );
    return new Map(found.flatMap(({ _id, connectionId }) => (connectionId ? [[_id.toHexString(), connectionId]] : [])));
  }

  /** Live entries of a source under any of these keys, through whichever connection they came, in order of recording. */
  async findByKeys(window: LogWindow, source: SourceSystem, keys: readonly string[]): Promise<ActivityLog[]> {
    return read(async () => {
      const connections = await this.connectionsOfSource(window.workspaceId, source);
      const found = this.#logs.find(
        {
          $and: [
            ...windowConditions(window, { sources: [source] }),
            { connectionId: { $in: connections } },
            { nativeKey: { $in: [...keys] } },
          ],
        },
        { maxTimeMS: this.#maxTimeMS, hint: keyIndex },
      );
      const entries = (await found.toArray()).map((document) => entryIn(window.workspaceId, document));
      return entries.sort((one, other) => one.seq - other.seq);
    });
  }

  /** Every connection through which entries of a source came under a key. */
  async connectionsOfSource(workspaceId: Id, source: SourceSystem): Promise<string[]> {
    // One step of the index for each: bounds on its fields alone let the server skip from one to the next.
    const anyKey = { workspaceId: new ObjectId(workspaceId), source, nativeKey: { $gte: '' } };
    const options = { maxTimeMS: this.#maxTimeMS };
    const found = await read(() => this.#logs.distinct('connectionId', anyKey, options));
    return found.flatMap((connectionId) => connectionId ?? []);
  }
}

const hasOwnIndex = ({ order, filter }: ActivityLogList): boolean =>
  orders[order].fields.length === 1 && isTikMatrixOnly(filter);

/** Named, not left to the server's trial: while the newest entries are all of one source, the trial is a draw. */
const hintOf = (list: ActivityLogList): { hint?: string } => (hasOwnIndex(list) ? { hint: tikMatrixIndex.name } : {});

/**
 * What one list is walked by, in its order: left to the server's trial, which sees a few entries only, it may be a sort of
 * all that there is. Where several fields select, the trial knows better which of them selects least.
 */
function walkHintOf(list: ActivityLogList): { hint?: string } {
  if (hasOwnIndex(list)) return hintOf(list);
  const selecting = selectingFields(list.filter);
  const inOrderOfRecording = orders[list.order].fields.length === 1;
  if (selecting.length === 0) return { hint: inOrderOfRecording ? seqIndex : orderIndex };
  return selecting.length === 1 && !inOrderOfRecording ? { hint: selectiveIndexName(selecting[0]!) } : {};
}

function conditions(list: ActivityLogList, span: Span): Document {
  const longs = (bound: Bound | undefined): Bound | undefined =>
    bound && { ...bound, key: bound.key.map((value) => Long.fromNumber(value as number)) };
  return {
    $and: [
      ...windowConditions(list.window, list.filter),
      ...(hasOwnIndex(list) ? [notErasedYet] : []),
      ...spanConditions(orders[list.order], { after: longs(span.after), before: longs(span.before) }),
    ],
  };
}

/** Where a property of an entry lies, if not under its own name. */
const documentFields: Partial<Record<EntryField, readonly string[]>> = {
  workspaceId: [],
  id: ['_id'],
  actor: ['actor', 'actorKey'],
  object: ['objectType', 'objectId', 'objectName'],
};

const projectionOf = (fields: readonly EntryField[]): Document =>
  Object.fromEntries(
    ['seq', 'occurredAtMicros', ...fields.flatMap((field) => documentFields[field] ?? [field])].map((name) => [
      name,
      1,
    ]),
  );
