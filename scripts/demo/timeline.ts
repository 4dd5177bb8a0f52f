import type { Chance } from './chance.js';

const historyDays = 90;
const hourMs = 3_600_000;
/** The newest entries lie close together, so that a first page shows what has just happened. */
const recentCount = 40;
const recentMs = 35 * 60_000;

/** How busy an hour of the day is (UTC), for people in Europe and Africa. */
const hours = [2, 1, 1, 1, 2, 5, 12, 24, 36, 40, 38, 32, 26, 30, 36, 34, 28, 22, 16, 14, 12, 9, 6, 3];
/** From Sunday. */
const weekdays = [0.35, 1, 1.1, 1.15, 1.05, 0.9, 0.45];

function weightAt(ms: number, share: number): number {
  const date = new Date(ms);
  // A product that is being adopted: twice as much at the end as at the beginning.
  return hours[date.getUTCHours()]! * weekdays[date.getUTCDay()]! * (0.7 + 0.7 * share);
}

/**
 * When each of `count` things happened in the days before `endMs`, in order, in whole milliseconds: busy mornings, quiet
 * nights and weekends. How many draws it takes does not depend on the time.
 */
export function makeTimeline(chance: Chance, endMs: number, count: number): number[] {
  const total = historyDays * 24;
  const startMs = endMs - total * hourMs;
  const sums: number[] = [0];
  for (let hour = 0; hour < total; hour += 1) sums.push(sums[hour]! + weightAt(startMs + hour * hourMs, hour / total));
  const whole = sums[total]!;
  const early = count - recentCount;
  let hour = 0;
  return Array.from({ length: count }, (_, index) => {
    const draw = chance.next();
    if (index >= early) return Math.floor(endMs - recentMs + ((index - early + draw) / (recentCount + 1)) * recentMs);
    const place = ((index + draw) / early) * whole;
    while (sums[hour + 1]! <= place && hour < total - 1) hour += 1;
    const share = (place - sums[hour]!) / (sums[hour + 1]! - sums[hour]!);
    return Math.floor(Math.min(startMs + (hour + share) * hourMs, endMs - recentMs));
  });
}
