import { canReadLogs, requireScope } from '../auth/policies.js';
import type { Clock } from '../base/clock.js';
import { encodeFeedCursor } from '../base/cursor.js';
import { CodedError } from '../base/errors.js';
import type { LogPlace } from '../log/place.js';
import type { ActivityLogFilter, ResolvedFilter } from '../model/activity-log-filter.js';
import type { ActivityLogStats, StatsRow } from '../model/activity-log-stats.js';
import { type BucketInterval, bucketBounds, bucketMs, bucketRuns, latestBounds } from '../model/buckets.js';
import type { Viewer } from '../model/viewer.js';
import type { ActivityLogStatsStore } from '../store/activity-log-stats.js';
import type { Users } from '../store/users.js';
import { type FoldedParts, foldedRows, isFolded } from './activity-log-stats/folded.js';
import { countedNothing, grouped } from './activity-log-stats/grouping.js';
import { type CheckedStats, checkStats, type StatsAsked } from './activity-log-stats/input.js';
import { byPerson } from './activity-log-stats/people.js';
import { rarestWordFirst, type SearchingParts, visibleFilter } from './activity-logs/listing.js';
import type { ResolvingParts } from './activity-logs/resolve-filter.js';
import { readKept } from './paging/kept.js';
import { type PagingParts, startPage } from './paging/places.js';

export interface ActivityLogStatsParts extends ResolvingParts, PagingParts, FoldedParts, SearchingParts {
  readonly stats: Pick<ActivityLogStatsStore, 'end' | 'rows'>;
  readonly users: ResolvingParts['users'] & Pick<Users, 'byIdentities'>;
  readonly clock: Clock;
}

export interface AskActivityLogStats extends StatsAsked {
  readonly filter?: ActivityLogFilter | null;
  /** A FeedCursor that the answer must cover. */
  readonly atLeast?: string | null;
}

/** How many buckets one answer has at most. */
export const maxBuckets = 1000;
/** How many groups in buckets are put together for one answer at most. */
const maxRows = 200_000;

/** No cursors of a list lead here. */
const noList = { list: 'activityLogStats', isKey: () => false };

interface Found {
  /** What they are of: the place that was asked for, or a later one. */
  readonly place: LogPlace;
  /** Where the buckets begin, and where the last one ends; empty where there are none. */
  readonly bounds: readonly number[];
  readonly rows: readonly StatsRow[];
}

interface Selected {
  readonly place: LogPlace;
  readonly filter: ResolvedFilter;
}

/** Entries of the log, counted by time and by group. */
export class ActivityLogStatsService {
  constructor(private readonly parts: ActivityLogStatsParts) {}

  /**
   * Buckets reach from the filter's `occurredAfter`, or else the first entry, to its `occurredBefore`, or else the last entry
   * that is no more than a bucket ahead of now. Without `occurredAfter` they are the most recent of them, never too many.
   * @throws CodedError FORBIDDEN, BAD_USER_INPUT, TOO_LARGE, TOO_COSTLY, CURSOR_UNKNOWN, CURSOR_EXPIRED, QUERY_TOO_SLOW, SERVICE_UNAVAILABLE.
   */
  async get(viewer: Viewer, args: AskActivityLogStats): Promise<ActivityLogStats> {
    requireScope(canReadLogs(viewer), 'activity_log:read');
    const asked = checkStats(args);
    const { workspaceId } = viewer;
    const { place } = await startPage(this.parts, workspaceId, noList, { size: 0, backward: false }, args.atLeast);
    const filter = await rarestWordFirst(this.parts, workspaceId, await visibleFilter(this.parts, viewer, args.filter));
    const { seen } = await readKept(this.parts, place, ({ firstSeq }) =>
      this.#find({ place: { ...place, firstSeq }, filter }, asked),
    );
    const isByPerson = asked.groupBy === 'USER';
    const rows = isByPerson ? await byPerson(this.parts.users, workspaceId, seen.rows) : seen.rows;
    return answer(asked, { ...seen, rows });
  }

  async #find({ place, filter }: Selected, asked: CheckedStats): Promise<Found> {
    const { groupBy } = asked;
    const bounds = await this.#bounds({ place, filter }, asked);
    if (bounds.length === 0) return { place, bounds, rows: [] };
    const found = (await this.#folded({ place, filter }, bounds, asked)) ?? {
      place,
      rows: await this.parts.stats.rows(
        {
          window: place,
          filter: {
            ...filter,
            occurredAfterMicros: filter.occurredAfterMicros ?? bounds[0]! * 1000,
            occurredBeforeMicros: filter.occurredBeforeMicros ?? bounds.at(-1)! * 1000,
          },
        },
        { runs: bucketRuns(bounds), groupBy, limit: maxRows + 1 },
      ),
    };
    if (found.rows.length > maxRows) throw tooManyGroups();
    return { ...found, bounds };
  }

  async #bounds({ place, filter }: Selected, { interval, zone }: CheckedStats): Promise<number[]> {
    const { occurredAfterMicros: after, occurredBeforeMicros: before } = filter;
    const selection = { window: place, filter };
    const [first, last] = await Promise.all([
      after ?? this.parts.stats.end(selection, 'first'),
      before === undefined ? this.#lastSoFar({ place, filter }, interval) : before - 1,
    ]);
    if (first === undefined || last === undefined || first > last) return [];
    const [from, through] = [Math.floor(first / 1000), Math.floor(last / 1000)];
    const bounds = bucketBounds(zone, interval, from, through, maxBuckets);
    if (bounds) return bounds;
    if (after !== undefined) throw tooManyBuckets(first, last);
    // Before an `occurredBefore` that is far ahead there may be long stretches of nothing.
    const end = before === undefined ? last : await this.parts.stats.end(selection, 'last');
    return end === undefined ? [] : latestBounds(zone, interval, from, Math.floor(end / 1000), maxBuckets);
  }

  /** Some clock of a source may be years ahead: such an entry is the end only where there is no other. In microseconds. */
  async #lastSoFar({ place, filter }: Selected, interval: BucketInterval): Promise<number | undefined> {
    const soonMs = this.parts.clock.now().getTime() + bucketMs[interval];
    const soFar = { window: place, filter: { ...filter, occurredBeforeMicros: soonMs * 1000 + 1 } };
    return (
      (await this.parts.stats.end(soFar, 'last')) ?? (await this.parts.stats.end({ window: place, filter }, 'last'))
    );
  }

  async #folded({ place, filter }: Selected, bounds: readonly number[], { groupBy }: CheckedStats) {
    const asked = { place, filter, bounds, groupBy };
    const folded = isFolded(asked) ? await foldedRows(this.parts, asked) : undefined;
    // Where the buckets end was looked for at the place that was asked for; what came later may lie beyond.
    const isOfThatPlace = folded?.place.seq === place.seq;
    const isBounded = filter.occurredAfterMicros !== undefined && filter.occurredBeforeMicros !== undefined;
    return isOfThatPlace || isBounded ? folded : undefined;
  }
}

function answer({ interval, zone, groupBy, top }: CheckedStats, found: Found): ActivityLogStats {
  const { groups, counts, totals, total } = grouped(found.rows, groupBy && top);
  const none = groups.map(() => countedNothing);
  return {
    interval,
    timeZone: zone.name,
    ...total,
    groups,
    buckets: found.bounds.slice(0, -1).map((start, index) => ({
      start: new Date(start),
      end: new Date(found.bounds[index + 1]!),
      local: zone.text(start),
      ...(totals.get(index) ?? countedNothing),
      groups: counts.get(index) ?? none,
    })),
    feedCursor: encodeFeedCursor(found.place),
  };
}

const day = (micros: number): string => new Date(micros / 1000).toISOString().slice(0, 10);

const tooManyBuckets = (first: number, last: number): CodedError =>
  new CodedError(
    'TOO_COSTLY',
    `From ${day(first)} to ${day(last)} there are more than ${maxBuckets} buckets; ask for a longer interval, or narrow filter.occurredAfter and filter.occurredBefore`,
    'interval',
  );

const tooManyGroups = (): CodedError =>
  new CodedError(
    'TOO_COSTLY',
    `More than ${maxRows} groups and buckets would have to be put together; ask for a longer interval, or narrow the filter`,
    'groupBy',
  );
