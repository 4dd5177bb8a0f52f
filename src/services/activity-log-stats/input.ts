import { badInput } from '../../base/errors.js';
import { type StatsGrouping, statsGroupings } from '../../model/activity-log-stats.js';
import { type BucketInterval, bucketIntervals } from '../../model/buckets.js';
import { TimeZone } from '../../model/time-zone.js';

/** How many groups are shown one by one, at most and where the caller says nothing. */
export const maxTop = 50;
export const defaultTop = 10;

const maxZoneLength = 100;

/** How a caller wants entries counted. */
export interface StatsAsked {
  /** Absent: DAY. */
  readonly interval?: BucketInterval | null;
  /** A name of the time zone database; absent: UTC. */
  readonly timeZone?: string | null;
  /** Absent: by time alone. */
  readonly groupBy?: StatsGrouping | null;
  readonly top?: number | null;
}

export interface CheckedStats {
  readonly interval: BucketInterval;
  readonly zone: TimeZone;
  readonly groupBy?: StatsGrouping;
  readonly top: number;
}

/** @throws CodedError BAD_USER_INPUT naming the argument. */
export function checkStats(asked: StatsAsked): CheckedStats {
  const interval = asked.interval ?? 'DAY';
  if (!bucketIntervals.includes(interval)) throw badInput('interval', `interval must be ${bucketIntervals.join(', ')}`);
  const groupBy = asked.groupBy ?? undefined;
  if (groupBy && !statsGroupings.includes(groupBy)) {
    throw badInput('groupBy', `groupBy must be ${statsGroupings.join(', ')}`);
  }
  const top = asked.top ?? defaultTop;
  if (!Number.isInteger(top) || top < 0 || top > maxTop) {
    throw badInput('top', `top must be a whole number from 0 to ${maxTop}`);
  }
  return { interval, zone: checkZone(asked.timeZone ?? 'UTC'), groupBy, top };
}

function checkZone(name: string): TimeZone {
  const zone = name.length > maxZoneLength ? undefined : TimeZone.named(name);
  if (zone) return zone;
  throw badInput('timeZone', 'timeZone must be a name of the time zone database, such as Europe/Berlin or UTC');
}
