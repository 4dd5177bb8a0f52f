import { type Document, Long } from 'mongodb';
import type { Actor } from '../model/activity-log.js';
import type { ResolvedFilter } from '../model/activity-log-filter.js';
import { maxSummable, type StatsGrouping, type StatsGroupName, type StatsRow } from '../model/activity-log-stats.js';
import type { BucketRun } from '../model/buckets.js';
import { plusExactly } from '../model/exact-sum.js';
import type { SourceSystem } from '../model/source-system.js';
import { hasTime, type LogWindow, windowConditions } from './activity-log-query.js';
import { logCollection } from './activity-logs.js';
import type { Store } from './connect.js';
import type { LogDocument } from './log-document.js';
import { defaultMaxTimeMs, read } from './read.js';

/** Which entries are counted. */
export interface StatsSelection {
  readonly window: LogWindow;
  readonly filter: ResolvedFilter;
}

export interface StatsShape {
  /** Every entry of the selection must lie in one of them. */
  readonly runs: readonly BucketRun[];
  readonly groupBy?: StatsGrouping;
  /** At most so many rows are answered. */
  readonly limit: number;
}

/** Counts live entries by time and group. */
export class ActivityLogStatsStore {
  readonly #logs;
  readonly #maxTimeMS: number;

  constructor(store: Store, options: { readonly maxTimeMs?: number } = {}) {
    this.#logs = store.collection<LogDocument>(logCollection);
    this.#maxTimeMS = options.maxTimeMs ?? defaultMaxTimeMs;
  }

  /** When the first or the last of the entries happened, in microseconds; undefined where there are none. */
  async end(selection: StatsSelection, which: 'first' | 'last'): Promise<number | undefined> {
    const found = await read(() =>
      this.#logs.findOne(
        { $and: [conditions(selection), hasTime] },
        {
          projection: { _id: 0, occurredAtMicros: 1 },
          sort: { occurredAtMicros: which === 'first' ? 1 : -1 },
          maxTimeMS: this.#maxTimeMS,
        },
      ),
    );
    return found ? Number(found.occurredAtMicros) : undefined;
  }

  /** One row for each group in each bucket. @throws CodedError QUERY_TOO_SLOW, SERVICE_UNAVAILABLE. */
  async rows(selection: StatsSelection, { runs, groupBy, limit }: StatsShape): Promise<StatsRow[]> {
    const pipeline = [
      { $match: conditions(selection) },
      {
        $group: {
          _id: { bucket: bucketOf(runs), key: groupBy && keys[groupBy] },
          count: { $sum: 1 },
          values: { $sum: { $cond: [isSummable, 1, 0] } },
          sum: { $sum: { $cond: [isSummable, '$value', 0] } },
          // Of documents the greatest is the one with the greatest first field.
          newest: { $max: { seq: '$seq', ...(groupBy && words[groupBy]) } },
        },
      },
      { $limit: limit },
    ];
    const found = await read(() =>
      this.#logs
        .aggregate<RowDocument>(pipeline, { maxTimeMS: this.#maxTimeMS, allowDiskUse: false, ignoreUndefined: true })
        .toArray(),
    );
    return found.map((row) => toRow(row, groupBy));
  }
}

const conditions = ({ window, filter }: StatsSelection): Document => ({ $and: windowConditions(window, filter) });

const isSummable: Document = {
  $and: [{ $isNumber: '$value' }, { $gte: [{ $abs: '$value' }, 0] }, { $lte: [{ $abs: '$value' }, maxSummable] }],
};

const keys: Readonly<Record<StatsGrouping, unknown>> = {
  SOURCE: '$source',
  ACTION: '$action',
  USER: '$actorKey',
  OBJECT: {
    $cond: [
      { $eq: [{ $type: '$objectType' }, 'string'] },
      {
        source: '$source',
        type: '$objectType',
        id: '$objectId',
        name: { $cond: [{ $eq: [{ $type: '$objectId' }, 'string'] }, null, '$objectName'] },
      },
      null,
    ],
  },
};

/** What the newest entry of a group says of it. */
const words: Partial<Record<StatsGrouping, Document>> = {
  USER: { actor: '$actor' },
  OBJECT: { name: '$objectName' },
};

/** The number of an entry's bucket: which run it is in is found by halving, where in the run by division. */
function bucketOf(runs: readonly BucketRun[]): Document {
  const [run] = runs;
  if (runs.length > 1) {
    const middle = runs.length >> 1;
    const isBefore = { $lt: ['$occurredAtMicros', micros(runs[middle]!.start)] };
    return { $cond: [isBefore, bucketOf(runs.slice(0, middle)), bucketOf(runs.slice(middle))] };
  }
  const since = { $subtract: ['$occurredAtMicros', micros(run!.start)] };
  return { $add: [run!.index, { $floor: { $divide: [since, micros(run!.step)] } }] };
}

const micros = (milliseconds: number): Long => Long.fromNumber(milliseconds * 1000);

interface RowDocument {
  readonly _id: { readonly bucket: number; readonly key?: string | ObjectKey | null };
  readonly count: number;
  readonly values: number;
  readonly sum: number;
  readonly newest: { readonly seq: Long | number; readonly actor?: Omit<Actor, 'key'>; readonly name?: string };
}

interface ObjectKey {
  readonly source: SourceSystem;
  readonly type: string;
  readonly id?: string;
  readonly name?: string | null;
}

function toRow({ _id, count, values, sum, newest }: RowDocument, groupBy: StatsGrouping | undefined): StatsRow {
  const key = _id.key ?? undefined;
  return {
    bucket: Number(_id.bucket),
    key: key === undefined ? '' : JSON.stringify(key),
    name: groupBy && key !== undefined ? nameOf(groupBy, key, newest) : { kind: 'NONE' },
    count: Number(count),
    values: Number(values),
    sum: plusExactly([], Number(sum)),
    seq: Number(newest.seq),
  };
}

function nameOf(groupBy: StatsGrouping, key: string | ObjectKey, newest: RowDocument['newest']): StatsGroupName {
  if (typeof key !== 'string') {
    const { source, type, id } = key;
    return { kind: 'VALUE', source, object: { type, id, name: newest.name } };
  }
  if (groupBy === 'SOURCE') return { kind: 'VALUE', source: key as SourceSystem };
  if (groupBy === 'ACTION') return { kind: 'VALUE', action: key };
  return { kind: 'VALUE', actorKey: key, actor: { ...(newest.actor ?? { kind: 'UNKNOWN' }), key } };
}
