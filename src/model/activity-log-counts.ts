import { groupsOf } from '../base/groups.js';
import type { FilterFields } from './activity-log.js';
import { maxSummable } from './activity-log-stats.js';
import { type ExactSum, plusExactly } from './exact-sum.js';

/** The fold of the log that counts entries. */
export const countsFold = { name: 'activity-log-stats', version: 2 } as const;

/** All offsets of time zones today are multiples of it, so days and hours of any place can be put together from it. */
export const quarterMs = 900_000;
const dayMs = 86_400_000;

/** What of an entry is asked for most. */
export type EntryKind = Pick<FilterFields, 'source' | 'action' | 'actionClass'>;

/** What is counted together: a day of UTC, and a kind of entries. */
export interface CountedTogether extends EntryKind {
  /** As 2026-03-29. */
  readonly day: string;
}

/** What is counted once more as a whole: a period, and a kind of entries or, where there is none, all of them. */
export interface CountedTotal extends Partial<EntryKind> {
  /** As 2026-03-29, month/2026-03 or ever. */
  readonly period: string;
}

export type Counted = CountedTogether | CountedTotal;

/** An entry that comes or goes. */
export interface CountChange<Of extends Counted = CountedTogether> {
  /** The number of the record that says so. */
  readonly seq: number;
  /** That of the entry: its own, where it comes. */
  readonly entrySeq: number;
  readonly of: Of;
  /** Which quarter of an hour of its day, from 0; of a month which day, from 0; of all time 0. */
  readonly quarter: number;
  readonly by: 1 | -1;
  readonly value?: number;
}

/** What a quarter of an hour holds, or a day of a month, or all time. */
export interface CountCell {
  /** As that of a change. */
  readonly quarter: number;
  readonly count: number;
  /** How many of them have a value. */
  readonly values: number;
  readonly sum: ExactSum;
}

export interface Counts<Of extends Counted = Counted> {
  readonly of: Of;
  /** Every record up to this one that concerns it is counted, and none above. */
  readonly seq: number;
  /** By quarter; those that hold nothing are left out. */
  readonly cells: ReadonlyMap<number, CountCell>;
}

export type DayCounts = Counts<CountedTogether>;

/** @param entrySeq the number of the entry; `seq` that of the record which says that it comes or goes. */
export const countChange = (seq: number, entrySeq: number, entry: FilterFields, by: CountChange['by']): CountChange => {
  const at = Math.floor(entry.occurredAtMicros / 1000);
  const day = Math.floor(at / dayMs) * dayMs;
  const { source, action, actionClass, value } = entry;
  return {
    seq,
    entrySeq,
    of: { day: dayOfMoment(day), source, action, actionClass },
    quarter: Math.floor((at - day) / quarterMs),
    by,
    value: value !== undefined && Math.abs(value) <= maxSummable ? value : undefined,
  };
};

/** The day of UTC that a moment is in, as 2026-03-29. */
export const dayOfMoment = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const momentOf = ({ day }: CountedTogether, quarter: number): number => Date.parse(day) + quarter * quarterMs;

/** What keys of all kinds together begin with, and no other. */
export const allKinds = 'all/';

/** Equal for what is counted together; those of a period are in its order, and those of days begin with a digit. */
export function countedKey(of: Counted): string {
  const period = 'day' in of ? of.day : of.period;
  const { source, actionClass, action } = of;
  return source === undefined ? `${allKinds}${period}/` : `${period}/${source}/${actionClass}/${action}`;
}

export const noCounts = <Of extends Counted>(of: Of): Counts<Of> => ({ of, seq: 0, cells: new Map() });

/** Takes what it does not reflect yet; the same where that is nothing. */
export function afterChanges<Of extends Counted>(counts: Counts<Of>, changes: readonly CountChange<Of>[]): Counts<Of> {
  const news = changes.filter(({ seq }) => seq > counts.seq);
  if (news.length === 0) return counts;
  const cells = new Map(counts.cells);
  for (const { quarter, by, value } of news) {
    const { count, values, sum } = cells.get(quarter) ?? { count: 0, values: 0, sum: [] };
    const cell: CountCell = {
      quarter,
      count: count + by,
      values: values + (value === undefined ? 0 : by),
      sum: value === undefined ? sum : plusExactly(sum, by * value),
    };
    if (cell.count === 0) cells.delete(quarter);
    else cells.set(quarter, cell);
  }
  return { of: counts.of, seq: news.at(-1)!.seq, cells };
}

/** Changes by what they concern, each in the order of the log. */
export const byKey = <Of extends Counted>(changes: readonly CountChange<Of>[]): Map<string, CountChange<Of>[]> =>
  groupsOf(changes, ({ of }) => countedKey(of));
