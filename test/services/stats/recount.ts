import type { ActivityLog } from '../../../src/model/activity-log.js';
import type { StatsGrouping } from '../../../src/model/activity-log-stats.js';
import type { BucketInterval } from '../../../src/model/buckets.js';

const formats = new Map<string, Intl.DateTimeFormat>();

/** To make one takes longer than to use it a hundred times. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
      timeZoneName: 'longOffset',
    });
  formats.set(zone, format);
  return format;
}

/** What clocks of a place show, told by the runtime and by nothing of ours. */
function clock(zone: string, moment: Date) {
  const part = Object.fromEntries(
    formatOf(zone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, value]),
  );
  const offset = part.timeZoneName!.replace('GMT', '').replace('−', '-') || '+00:00';
  return { date: `${part.year}-${part.month}-${part.day}`, hour: part.hour!, offset };
}

/** How the start of an entry's bucket is written, as far as the recount can tell without knowing where buckets begin. */
export function bucketName(interval: BucketInterval, zone: string, moment: Date): string {
  const { date, hour, offset } = clock(zone, moment);
  if (interval === 'HOUR') return `${date}T${hour} ${offset}`;
  if (interval === 'DAY') return date;
  const weekday = (new Date(date).getUTCDay() + 6) % 7;
  return new Date(Date.parse(date) - weekday * 86_400_000).toISOString().slice(0, 10);
}

/** The same of a bucket's `local`. */
export const nameOfLocal = (interval: BucketInterval, local: string): string =>
  interval === 'HOUR' ? `${local.slice(0, 13)} ${local.slice(19)}` : local.slice(0, 10);

export function groupOf(groupBy: StatsGrouping, entry: ActivityLog, personOf: (key: string) => string): string {
  const { source, action, actor, object } = entry;
  if (groupBy === 'SOURCE') return source;
  if (groupBy === 'ACTION') return action;
  if (groupBy === 'USER') return actor.key === undefined ? 'none' : personOf(actor.key);
  return object ? JSON.stringify([source, object.type, object.id ?? null, object.id ? null : object.name]) : 'none';
}

/** By bucket and group, how many and what sum. */
export type Recount = Map<string, Map<string, { count: number; values: number[] }>>;

export function recount(
  entries: readonly ActivityLog[],
  bucket: (entry: ActivityLog) => string,
  group: (entry: ActivityLog) => string,
): Recount {
  const counted: Recount = new Map();
  for (const entry of entries) {
    const groups = counted.get(bucket(entry)) ?? new Map<string, { count: number; values: number[] }>();
    counted.set(bucket(entry), groups);
    const cell = groups.get(group(entry)) ?? { count: 0, values: [] };
    groups.set(group(entry), cell);
    cell.count += 1;
    if (entry.value !== undefined) cell.values.push(entry.value);
  }
  return counted;
}
