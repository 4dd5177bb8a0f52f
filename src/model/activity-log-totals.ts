import {
  allKinds,
  type CountChange,
  type Counted,
  type CountedTotal,
  dayOfMoment,
  type EntryKind,
  quarterMs,
} from './activity-log-counts.js';

/** What counts are kept by: the quarters of a day, the days of a month, or all time as one. */
type Level = 'day' | 'month' | 'ever';

const dayMs = 86_400_000;
const ever = 'ever';

/** A stretch of time whose entries stand in the counts of one level, and in which parts of which documents. */
export interface TotalSpan {
  readonly level: Level;
  /** In milliseconds; it may have no beginning or no end. */
  readonly from: number;
  readonly before: number;
  /** The keys of its documents, the second left out. Those of all kinds together begin with `allKinds` besides. */
  readonly keys: readonly [string, string];
  /** Of its one document; absent: all of each. */
  readonly parts?: readonly [number, number];
}

/** The same change as all the totals count it that are kept beside the quarters of each kind. */
export const inTotals = (change: CountChange): CountChange<CountedTotal>[] => {
  const { seq, entrySeq, quarter, by, of } = change;
  const { day, source, action, actionClass } = of;
  const kind: EntryKind = { source, action, actionClass };
  const month = monthOf(day);
  const inMonth = { seq, entrySeq, by, quarter: Number(day.slice(8)) - 1 };
  const inAll = { seq, entrySeq, by, quarter: 0 };
  return [
    { seq, entrySeq, by, quarter, of: { period: day } },
    { ...inMonth, of: { period: month } },
    { ...inMonth, of: { period: month, ...kind } },
    { ...inAll, of: { period: ever } },
    { ...inAll, of: { period: ever, ...kind } },
  ];
};

/** What counts a change within a span. */
export function countedIn({ level }: TotalSpan, { of }: CountChange, byKind: boolean): Counted {
  if (level === 'day' && byKind) return of;
  const { day, ...kind } = of;
  const period = level === 'ever' ? ever : level === 'day' ? day : monthOf(day);
  return { period, ...(byKind && kind) };
}

/** The keys of a span's documents of single kinds, or of all kinds together. */
export const keysOf = ({ keys: [from, before] }: TotalSpan, byKind: boolean): [string, string] =>
  byKind ? [from, before] : [`${allKinds}${from}`, `${allKinds}${before}`];

/** The fewest spans that are a time together, whose ends are those of quarters of an hour, or none. In milliseconds. */
export function spansOf(from: number, before: number): TotalSpan[] {
  if (from === Number.NEGATIVE_INFINITY && before === Number.POSITIVE_INFINITY) {
    return [{ level: 'ever', from, before, keys: keysWithin(ever) }];
  }
  return from < before ? spansBy('day', from, before) : [];
}

/** What is not a whole period lies at either end, or within one. */
function spansBy(level: 'day' | 'month', from: number, before: number): TotalSpan[] {
  const start = startOf(level, from) === from ? from : startOf(level, from, 1);
  const end = startOf(level, before);
  if (start > end) return [partOf(level, from, before)];
  return [
    ...(from < start ? [partOf(level, from, start)] : []),
    ...(end < before ? [partOf(level, end, before)] : []),
    ...(start === end ? [] : level === 'day' ? spansBy('month', start, end) : [wholeMonths(start, end)]),
  ];
}

const partOf = (level: 'day' | 'month', from: number, before: number): TotalSpan => ({
  level,
  from,
  before,
  keys: keysWithin(periodOf(level, from)),
  parts: [partAt(level, from), partAt(level, before - 1) + 1],
});

const wholeMonths = (from: number, before: number): TotalSpan => ({
  level: 'month',
  from,
  before,
  keys: [
    Number.isFinite(from) ? `${periodOf('month', from)}/` : 'month/',
    Number.isFinite(before) ? `${periodOf('month', before)}/` : 'month0',
  ],
});

/** After a slash there is the zero. */
const keysWithin = (period: string): [string, string] => [`${period}/`, `${period}0`];

const periodOf = (level: 'day' | 'month', ms: number): string =>
  level === 'day' ? dayOfMoment(ms) : monthOf(dayOfMoment(ms));

/** Of a day as 2026-03-29. */
const monthOf = (day: string): string => `month/${day.slice(0, 7)}`;

const partAt = (level: 'day' | 'month', ms: number): number =>
  level === 'day' ? Math.floor((ms - startOf('day', ms)) / quarterMs) : new Date(ms).getUTCDate() - 1;

/** When the period began that a moment is in, or one of those after it. What has no end stays so. */
function startOf(level: 'day' | 'month', ms: number, later = 0): number {
  if (!Number.isFinite(ms)) return ms;
  if (level === 'day') return (Math.floor(ms / dayMs) + later) * dayMs;
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later, 1);
}
