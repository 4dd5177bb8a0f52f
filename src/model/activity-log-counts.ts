import { groupsOf } from '../base/groups.js';
import type { FilterFields } from './activity-log.js';
import { maxSummable } from './activity-log-stats.js';
import { type ExactSum, plusExactly } from './exact-sum.js';

/** The fold of the log that counts entries. */
export const countsFold = { name: 'activity-log-stats', version: 1 } as const;

/** All offsets of time zones today are multiples of it, so days and hours of any place can be put together from it. */
export const quarterMs = 900_000;
const dayMs = 86_400_000;

/** What is counted together: a day of UTC, and what of an entry is asked for most. */
export interface CountedTogether extends Pick<FilterFields, 'source' | 'action' | 'actionClass'> {
  /** As 2026-03-29. */
  readonly day: string;
}

/** An entry that comes or goes. */
export interface CountChange {
  /** The number of the record that says so. */
  readonly seq: number;
  readonly of: CountedTogether;
  /** Which quarter of an hour of its day, from 0. */
  readonly quarter: number;
  readonly by: 1 | -1;
  readonly value?: number;
}

/** What a quarter of an hour holds. */
export interface CountCell {
  readonly quarter: number;
  readonly count: number;
  /** How many of them have a value. */
  readonly values: number;
  readonly sum: ExactSum;
}

export interface DayCounts {
  readonly of: CountedTogether;
  /** Every record up to this one that concerns it is counted, and none above. */
  readonly seq: number;
  /** By quarter; those that hold nothing are left out. */
  readonly cells: ReadonlyMap<number, CountCell>;
}

export const countChange = (seq: number, entry: FilterFields, by: CountChange['by']): CountChange => {
  const at = Math.floor(entry.occurredAtMicros / 1000);
  const day = Math.floor(at / dayMs) * dayMs;
  const { source, action, actionClass, value } = entry;
  return {
    seq,
    of: { day: dayOfMoment(day), source, action, actionClass },
    quarter: Math.floor((at - day) / quarterMs),
    by,
    value: value !== undefined && Math.abs(value) <= maxSummable ? value : undefined,
  };
};

/** The day of UTC that a moment is in, as 2026-03-29. */
export const dayOfMoment = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const momentOf = ({ day }: CountedTogether, quarter: number): number => Date.parse(day) + quarter * quarterMs;

/** Equal for what is counted together; in the order of days. */
export const countedKey = ({ day, source, actionClass, action }: CountedTogether): string =>
  `${day}/${source}/${actionClass}/${action}`;

export const noCounts = (of: CountedTogether): DayCounts => ({ of, seq: 0, cells: new Map() });

/** Takes what it does not reflect yet; the same where that is nothing. */
export function afterChanges(counts: DayCounts, changes: readonly CountChange[]): DayCounts {
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
export const byKey = (changes: readonly CountChange[]): Map<string, CountChange[]> =>
  groupsOf(changes, ({ of }) => countedKey(of));
