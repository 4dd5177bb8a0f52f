import type { Filter } from './entry.js';

/** What the chart can show: how many of which buckets, up to now. */
export interface Span {
  readonly name: string;
  readonly interval: 'HOUR' | 'DAY' | 'WEEK';
  readonly buckets: number;
  readonly bucketMs: number;
}

const hourMs = 3_600_000;

export const spans: readonly Span[] = [
  { name: '24 hours', interval: 'HOUR', buckets: 24, bucketMs: hourMs },
  { name: '14 days', interval: 'DAY', buckets: 14, bucketMs: 24 * hourMs },
  { name: '12 weeks', interval: 'WEEK', buckets: 12, bucketMs: 7 * 24 * hourMs },
];

export const statsDocument = `query Counts($filter: ActivityLogFilter, $interval: StatsInterval, $timeZone: String) {
  activityLogStats(filter: $filter, interval: $interval, timeZone: $timeZone, groupBy: SOURCE) {
    groups { source }
    buckets { start end groups { count } }
    feedCursor
  }
}`;

export const countedDocument = `subscription Counted($filter: ActivityLogFilter, $after: FeedCursor) {
  activityLogged(filter: $filter, after: $after) { type cursor activityLogId activityLog { source occurredAt } }
}`;

export interface StatsAnswer {
  readonly activityLogStats: {
    readonly groups: readonly { readonly source: string }[];
    readonly buckets: readonly {
      readonly start: string;
      readonly end: string;
      readonly groups: readonly { readonly count: number }[];
    }[];
    readonly feedCursor: string;
  };
}

export interface CountedEvent {
  readonly type: 'RECORDED' | 'REMOVED';
  readonly cursor: string;
  readonly activityLogId: string;
  readonly activityLog: { readonly source: string; readonly occurredAt: string } | null;
}

/** The filter of a span: one bucket more than is shown at either end, so that what is shown is whole and goes on a while. */
export const within = (filter: Filter, { buckets, bucketMs }: Span, nowMs: number) => ({
  ...filter,
  occurredAfter: new Date(nowMs - buckets * bucketMs).toISOString(),
  occurredBefore: new Date(nowMs + bucketMs).toISOString(),
});

export interface Bucket {
  readonly startMs: number;
  readonly endMs: number;
  /** How many of each source. */
  readonly counts: Map<string, number>;
}

/** What is remembered of what was counted since loading, in case it is removed. */
const mostKnown = 20_000;

/** Counts as of a place in the log, brought forward by what the log tells after it. */
export class Counts {
  readonly buckets: readonly Bucket[];
  readonly #counted = new Map<string, { readonly bucket: Bucket | undefined; readonly source: string }>();

  constructor({ groups, buckets }: StatsAnswer['activityLogStats']) {
    this.buckets = buckets.map((bucket) => ({
      startMs: Date.parse(bucket.start),
      endMs: Date.parse(bucket.end),
      counts: new Map(groups.map(({ source }, index) => [source, bucket.groups[index]!.count])),
    }));
  }

  /** False where an event cannot be counted, because what it removes is not known one by one: then it is time to load afresh. */
  take({ type, activityLogId, activityLog }: CountedEvent): boolean {
    if (type === 'RECORDED' && activityLog) {
      const { source } = activityLog;
      const at = Date.parse(activityLog.occurredAt);
      const bucket = this.buckets.find(({ startMs, endMs }) => startMs <= at && at < endMs);
      this.#add(bucket, source, 1);
      this.#counted.set(activityLogId, { bucket, source });
      return this.#counted.size <= mostKnown;
    }
    const known = this.#counted.get(activityLogId);
    if (!known) return false;
    this.#counted.delete(activityLogId);
    this.#add(known.bucket, known.source, -1);
    return true;
  }

  #add(bucket: Bucket | undefined, source: string, more: number): void {
    bucket?.counts.set(source, (bucket.counts.get(source) ?? 0) + more);
  }
}

export const totalOf = ({ counts }: Bucket): number => [...counts.values()].reduce((sum, count) => sum + count, 0);
