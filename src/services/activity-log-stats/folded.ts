import type { LogPlace, LogReader } from '../../log/place.js';
import {
  afterChanges,
  byKey,
  type CountedTogether,
  countedKey,
  type DayCounts,
  dayOfMoment,
  momentOf,
  noCounts,
  quarterMs,
} from '../../model/activity-log-counts.js';
import type { ResolvedFilter } from '../../model/activity-log-filter.js';
import type { StatsGrouping, StatsGroupName, StatsRow } from '../../model/activity-log-stats.js';
import { type ExactSum, plusExactly } from '../../model/exact-sum.js';
import type { ActivityLogCounts } from '../../store/activity-log-counts.js';
import type { ActivityLogs } from '../../store/activity-logs.js';
import type { CountChanges } from '../../store/count-changes.js';
import type { FoldScope } from '../../store/fold-documents.js';
import { toRecord } from '../../store/log-document.js';
import {
  type CountsFoldParts,
  filtersOfKind,
  filtersOfTime,
  isOfKind,
  maxBehind,
  openCounts,
} from '../activity-logs/counts-fold.js';

export interface FoldedParts extends CountsFoldParts {
  readonly reader: LogReader;
  readonly log: { readonly logs: Pick<ActivityLogs, 'readAfter'> };
  readonly logCounts: Pick<ActivityLogCounts, 'firstSeq' | 'ofDays'>;
  readonly countChanges: Pick<CountChanges, 'of'>;
}

/** What is to be counted, in a form that the fold may be able to answer. */
export interface FoldedAsked {
  readonly place: LogPlace;
  /** With the time that is asked for. */
  readonly filter: ResolvedFilter;
  readonly bounds: readonly number[];
  readonly groupBy?: StatsGrouping;
}

/** The rows, and the place that they are of: the one asked for, or one after it. */
export interface FoldedRows {
  readonly rows: readonly StatsRow[];
  readonly place: LogPlace;
}

const isAligned = (ms: number): boolean => ms % quarterMs === 0;

/** Whether the fold holds what is asked for: kinds of entries, in quarters of an hour. */
export function isFolded({ place, filter, bounds, groupBy }: FoldedAsked): boolean {
  const { occurredAfterMicros: after = 0, occurredBeforeMicros: before = 0, sources } = filter;
  const known: readonly string[] = [...filtersOfKind, ...filtersOfTime];
  return (
    (groupBy === undefined || groupBy === 'SOURCE' || groupBy === 'ACTION') &&
    Object.keys(filter).every((name) => known.includes(name)) &&
    bounds.every(isAligned) &&
    [after / 1000, before / 1000].every(isAligned) &&
    // The fold learns of it entry by entry.
    !place.erasures.some(({ source }) => sources?.includes(source) ?? true)
  );
}

/**
 * The same rows as by counting entries, from what the fold has counted already and the records after that. Undefined where
 * the fold cannot tell: it is far behind, or is being made, or the log begins elsewhere now than where the fold began.
 */
export async function foldedRows(parts: FoldedParts, asked: FoldedAsked): Promise<FoldedRows | undefined> {
  const { workspaceId, epoch } = asked.place;
  const open = await openCounts(parts, asked.place);
  if (!open) return undefined;
  const days = await daysOf(parts, open.scope, asked);
  // It goes on while it is read: some documents may be ahead of others, and all are brought to where the furthest is.
  const furthest = days.reduce((most, { seq }) => Math.max(most, seq), asked.place.seq);
  const place =
    furthest > asked.place.seq ? { ...(await parts.reader.settle(workspaceId, furthest)), seq: furthest } : asked.place;
  const reached = await upTo(parts, asked, days, open.seq, place);
  return reached && place.epoch === epoch ? { rows: rowsOf(reached, asked), place } : undefined;
}

const daysOf = ({ logCounts }: FoldedParts, scope: FoldScope, { bounds, filter }: FoldedAsked): Promise<DayCounts[]> =>
  logCounts.ofDays(scope, [dayOfMoment(bounds[0]!), dayOfMoment(bounds.at(-1)! - 1)], filter);

/** Brings documents to a place of the log. Each takes what comes after its own number. */
async function upTo(
  { log, countChanges }: FoldedParts,
  { filter, place: { firstSeq } }: FoldedAsked,
  days: readonly DayCounts[],
  after: number,
  { workspaceId, seq }: LogPlace,
): Promise<DayCounts[] | undefined> {
  const known = new Map(days.map((day) => [countedKey(day.of), day]));
  if (seq > after) {
    const documents = await log.logs.readAfter(workspaceId, after, 2 * maxBehind + 1, { through: seq, texts: false });
    if (documents.length > 2 * maxBehind) return undefined;
    const changes = await countChanges.of(workspaceId, documents.map(toRecord), firstSeq);
    for (const [key, group] of byKey(changes)) {
      const { of } = group[0]!;
      if (isOfKind(filter, of)) known.set(key, afterChanges(known.get(key) ?? { ...noCounts(of), seq: after }, group));
    }
  }
  return [...known.values()];
}

interface Gathering {
  readonly bucket: number;
  readonly name: StatsGroupName;
  readonly key: string;
  count: number;
  values: number;
  sum: ExactSum;
}

function rowsOf(days: readonly DayCounts[], { bounds, filter, groupBy }: FoldedAsked): StatsRow[] {
  const from = Math.max(bounds[0]!, (filter.occurredAfterMicros ?? Number.NEGATIVE_INFINITY) / 1000);
  const before = Math.min(bounds.at(-1)!, (filter.occurredBeforeMicros ?? Number.POSITIVE_INFINITY) / 1000);
  const rows = new Map<string, Gathering>();
  for (const { of, cells } of days) {
    const { key, name } = groupOf(of, groupBy);
    for (const { quarter, count, values, sum } of cells.values()) {
      const moment = momentOf(of, quarter);
      if (moment < from || moment >= before) continue;
      const bucket = bucketAt(bounds, moment);
      const row = rows.get(`${bucket} ${key}`) ?? { bucket, key, name, count: 0, values: 0, sum: [] };
      row.count += count;
      row.values += values;
      row.sum = sum.reduce(plusExactly, row.sum);
      rows.set(`${bucket} ${key}`, row);
    }
  }
  return [...rows.values()].map((row) => ({ ...row, seq: 0 }));
}

function groupOf({ source, action }: CountedTogether, groupBy: StatsGrouping | undefined) {
  if (groupBy === 'SOURCE') return { key: JSON.stringify(source), name: { kind: 'VALUE', source } as const };
  if (groupBy === 'ACTION') return { key: JSON.stringify(action), name: { kind: 'VALUE', action } as const };
  return { key: '', name: { kind: 'NONE' } as const };
}

/** The number of the bucket that a moment is in, by halving. */
function bucketAt(bounds: readonly number[], moment: number): number {
  let [low, high] = [0, bounds.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (bounds[middle]! <= moment) low = middle;
    else high = middle;
  }
  return low;
}
