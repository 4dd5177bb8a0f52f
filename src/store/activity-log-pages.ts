import { type Document, Long, ObjectId } from 'mongodb';
import { CodedError } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import type { ActivityLog, EntryField } from '../model/activity-log.js';
import type { ResolvedFilter } from '../model/activity-log-filter.js';
import type { ActivityLogOrder } from '../model/activity-log-order.js';
import type { PayloadBudget } from '../model/payload-budget.js';
import type { SourceSystem } from '../model/source-system.js';
import {
  filterConditions,
  hasTime,
  type LogWindow,
  notErased,
  notErasedYet,
  tikMatrixIndex,
  windowConditions,
} from './activity-log-query.js';
import { type Reach, tooFar, usualReach } from './activity-log-reach.js';
import { hasOwnIndex, isRecordedOrder, leavesOut, type Route, routeOf } from './activity-log-route.js';
import { keyIndex, seqIndex } from './activity-logs.js';
import type { Store } from './connect.js';
import { type Order, type Slice, type Span, sortOf, spanConditions } from './keyset.js';
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
  /** Looks for as long as any read may, rather than as far as a page is looked for. */
  readonly thorough?: boolean;
}

/** What of a workspace's log may be shown, however far it is read. */
export type KeptLog = Omit<LogWindow, 'seq'>;

const longs = (key: readonly unknown[]): Long[] => key.map((value) => Long.fromNumber(Number(value)));

const orders: Readonly<Record<ActivityLogOrder, Order>> = {
  OCCURRED_AT_DESC: { fields: ['occurredAtMicros', 'seq'], direction: -1, typed: longs },
  OCCURRED_AT_ASC: { fields: ['occurredAtMicros', 'seq'], direction: 1, typed: longs },
  RECORDED_DESC: { fields: ['seq'], direction: -1, typed: longs },
  RECORDED_ASC: { fields: ['seq'], direction: 1, typed: longs },
};

/** Where an entry stands in a list of that order. */
export const activityLogKey = (order: ActivityLogOrder, entry: ActivityLog): number[] =>
  orders[order].fields.length === 1 ? [entry.seq] : [entry.occurredAtMicros, entry.seq];

export const activityLogKeyLength = (order: ActivityLogOrder): number => orders[order].fields.length;

/** Lists of live entries, as people and façades read them. The recorder's and the feed's side is in activity-logs.ts. */
export class ActivityLogPages {
  readonly #logs;
  readonly #maxTimeMS: number;
  readonly #reach: Reach;

  constructor(store: Store, options: { readonly maxTimeMs?: number; readonly reach?: Reach } = {}) {
    this.#logs = store.collection<LogDocument>('activity_logs');
    this.#maxTimeMS = options.maxTimeMs ?? defaultMaxTimeMs;
    this.#reach = options.reach ?? usualReach;
  }

  /**
   * A slice of the list, in the list's order. Where the index that the list is walked by knows only part of the filter, it
   * is looked for among a stated number of entries; what lies further is answered only if it is found at once.
   * @throws CodedError QUERY_TOO_SLOW when that is not enough to fill it, saying how far it was looked for; SERVICE_UNAVAILABLE.
   */
  async find(list: ActivityLogList, slice: OffsetSlice): Promise<ActivityLog[]> {
    if (slice.limit === 0) return [];
    const route = routeOf(list.order, list.filter);
    if (slice.thorough || !this.#mayBeFar(list, route)) return this.#read(list, route, slice, this.#maxTimeMS);
    if (this.#reach.quickMs > 0) {
      try {
        return await this.#read(list, route, slice, this.#reach.quickMs);
      } catch (error) {
        if (!isTooSlow(error)) throw error;
      }
    }
    const end = await this.#reachEnd(list, route, slice);
    const reached = end && { ...slice, [slice.backward ? 'after' : 'before']: { key: end } };
    const found = await this.#read(list, route, reached ?? slice, this.#maxTimeMS);
    const wanted = slice.enough ?? slice.limit;
    if (end && found.length < wanted) {
      throw tooFar({ key: end, entries: this.#reach.entries, found: found.length }, wanted);
    }
    return found;
  }

  /** Whether anything lies within the span. @throws CodedError as `find`: QUERY_TOO_SLOW when that is not known. */
  async exists(list: ActivityLogList, span: Span): Promise<boolean> {
    return (await this.find({ ...list, fields: ['id'], budget: undefined }, { ...span, limit: 1 })).length > 0;
  }

  /** Whether more lies within the list's part of the log than is looked at, and may have to be. Numbers are dense. */
  #mayBeFar({ window, filter }: ActivityLogList, route: Route): boolean {
    return route.hint !== undefined && leavesOut(filter, route) && window.seq - window.firstSeq >= this.#reach.entries;
  }

  #read(list: ActivityLogList, { hint }: Route, slice: OffsetSlice, maxTimeMS: number): Promise<ActivityLog[]> {
    return read(async () => {
      const found = this.#logs.find(conditions(list, slice), {
        sort: sortOf(orders[list.order], slice.backward),
        skip: slice.skip ?? 0,
        limit: slice.limit,
        batchSize: slice.limit,
        projection: list.fields && projectionOf(list.fields),
        maxTimeMS,
        allowDiskUse: false,
        ...(hint !== undefined && { hint }),
      });
      const entries: ActivityLog[] = [];
      try {
        // As they are sent rather than all at once: that is at most 16 MB at a time, and what is too much is never held.
        while (await found.hasNext()) {
          for (const document of found.readBufferedDocuments()) {
            const entry = entryIn(list.window.workspaceId, document);
            entries.push(entry);
            list.budget?.take(entry.additionalData, entry.native);
          }
        }
      } catch (error) {
        for (const { additionalData, native } of entries) list.budget?.giveBack(additionalData, native);
        throw error;
      }
      return slice.backward ? entries.reverse() : entries;
    });
  }

  /** Where the list goes on after all that a read looks at; undefined where it ends before. */
  async #reachEnd(list: ActivityLogList, route: Route, slice: OffsetSlice): Promise<number[] | undefined> {
    const [first] = await read(() =>
      this.#logs
        .find(reachConditions(list, route, slice), {
          sort: sortOf(orders[list.order], slice.backward),
          skip: this.#reach.entries + (slice.skip ?? 0),
          limit: 1,
          projection: { _id: 0, occurredAtMicros: 1, seq: 1 },
          maxTimeMS: this.#maxTimeMS,
          hint: route.hint!,
        })
        .toArray(),
    );
    return first && orders[list.order].fields.map((field) => Number(first[field as keyof LogDocument]));
  }

  count(list: ActivityLogList): Promise<number> {
    // Named: while the newest entries are all of one source, the server's trial is a draw.
    const hint = hasOwnIndex(list.order, list.filter) ? { hint: tikMatrixIndex.name! } : {};
    const options = { maxTimeMS: this.#maxTimeMS, ...hint };
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

const isTooSlow = (error: unknown): boolean => error instanceof CodedError && error.code === 'QUERY_TOO_SLOW';

const conditions = (list: ActivityLogList, span: Span): Document => ({
  $and: [
    ...windowConditions(list.window, list.filter),
    ...(hasOwnIndex(list.order, list.filter) ? [notErasedYet] : []),
    ...placeConditions(list.order, span),
  ],
});

/**
 * What the index by itself knows of the list's part of the log, so that no entry has to be fetched: what is being removed
 * counts, too. Only the index on numbers holds much that has long been gone, and there it is passed over.
 */
function reachConditions({ window, order, filter }: ActivityLogList, { hint, known }: Route, span: Span): Document {
  const seq = { $gte: Long.fromNumber(window.firstSeq), $lte: Long.fromNumber(window.seq) };
  const indexed = [{ workspaceId: new ObjectId(window.workspaceId) }, { kind: 'entry' }, { seq }];
  return {
    $and: [
      ...(hint === seqIndex ? windowConditions(window, {}) : indexed),
      ...(hasOwnIndex(order, filter) ? [notErasedYet] : []),
      ...filterConditions(known),
      ...placeConditions(order, span),
    ],
  };
}

const placeConditions = (order: ActivityLogOrder, span: Span): Document[] => [
  ...(isRecordedOrder(order) ? [] : [hasTime]),
  ...spanConditions(orders[order], span),
];

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
