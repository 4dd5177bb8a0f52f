import { addDays, dayOf, mondayOf, sinceFullHour, type TimeZone, toNextHour } from './time-zone.js';

export const bucketIntervals = ['HOUR', 'DAY', 'WEEK'] as const;
export type BucketInterval = (typeof bucketIntervals)[number];

/** How long a bucket is where no clock is changed, in milliseconds. */
export const bucketMs: Readonly<Record<BucketInterval, number>> = {
  HOUR: 3_600_000,
  DAY: 86_400_000,
  WEEK: 604_800_000,
};

/** The moment, in milliseconds since 1970, at which the bucket of a moment begins. A week begins on Monday. */
export function bucketStart(zone: TimeZone, interval: BucketInterval, moment: number): number {
  const local = zone.localMs(moment);
  if (interval === 'HOUR') return hourStart(zone, moment, local);
  const day = interval === 'DAY' ? dayOf(local) : mondayOf(local);
  const start = zone.startOfDay(day);
  // Where clocks go back over midnight, what is then the evening before belongs to the day that has begun.
  const next = zone.startOfDay(addDays(day, interval === 'DAY' ? 1 : 7));
  return next <= moment ? next : start;
}

/** Where clocks are put back by less than an hour, an hour that they show again begins with the switch. */
function hourStart(zone: TimeZone, moment: number, local: number): number {
  const start = moment - sinceFullHour(local);
  const ahead = zone.offsetMs(start);
  if (ahead === local - moment) return start;
  const next = start + toNextHour(start + ahead);
  return next <= moment ? next : start;
}

const nextStart = (zone: TimeZone, interval: BucketInterval, start: number): number => {
  const local = zone.localMs(start);
  if (interval === 'HOUR') return start + toNextHour(local);
  const day = interval === 'DAY' ? dayOf(local) : mondayOf(local);
  for (let days = interval === 'DAY' ? 1 : 7; ; days += 1) {
    const next = zone.startOfDay(addDays(day, days));
    // A day that was passed over, where a place went to the other side of the date line, is none.
    if (next > start) return next;
  }
};

/**
 * Where the buckets from one moment to another begin, and where the last one ends; undefined where they are more than `most`.
 * @param through the last moment that must be in one of them.
 */
export function bucketBounds(
  zone: TimeZone,
  interval: BucketInterval,
  from: number,
  through: number,
  most: number,
): number[] | undefined {
  const bounds = [bucketStart(zone, interval, from)];
  while (bounds.at(-1)! <= through) {
    if (bounds.length > most) return undefined;
    bounds.push(nextStart(zone, interval, bounds.at(-1)!));
  }
  return bounds;
}

/** The same, but for the earliest ones where they are more than `most`. */
export function latestBounds(
  zone: TimeZone,
  interval: BucketInterval,
  from: number,
  through: number,
  most: number,
): number[] {
  // Changes of clocks make a stretch of time a bucket longer or shorter at most, but for half hours: all of these fit.
  const since = Math.max(from, through - (most + 2) * bucketMs[interval]);
  const bounds = bucketBounds(zone, interval, since, through, 2 * most);
  return bounds!.slice(-(most + 1));
}

/** Buckets that follow each other in equal steps. */
export interface BucketRun {
  /** The number of the first one. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The same bounds, shorter: but for the days of a switch all are equally far apart. */
export function bucketRuns(bounds: readonly number[]): BucketRun[] {
  const runs: BucketRun[] = [];
  for (let index = 0; index + 1 < bounds.length; index += 1) {
    const [start, end] = [bounds[index]!, bounds[index + 1]!];
    const last = runs.at(-1);
    if (last?.step === end - start) runs[runs.length - 1] = { ...last, end };
    else runs.push({ index, start, end, step: end - start });
  }
  return runs;
}
