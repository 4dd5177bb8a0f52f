import type { Answer } from './client.js';
import type { Progress } from './progress.js';

/** How long something took, in milliseconds. */
export interface Latency {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
  readonly samples: number;
  /** How many of them were answered with QUERY_TOO_SLOW. */
  readonly tooSlow: number;
}

export interface LatencyBounds {
  readonly seconds: number;
  readonly most: number;
}

/** What is compiled when it comes again is compiled by then, and what is read again is in memory. */
const warmUps = 3;
const fewest = 5;
/** What takes so long is not repeated for more than is needed. */
const longestMs = 4_000;

/** Asks one after the other, until time or number is reached. */
export async function latencyOf(
  name: string,
  ask: () => Promise<Answer>,
  { seconds, most }: LatencyBounds,
  { checkStopped }: Progress,
): Promise<Latency> {
  const startedAt = performance.now();
  const elapsedMs = (): number => performance.now() - startedAt;
  const times: number[] = [];
  let tooSlow = 0;
  const isOver = (): boolean =>
    times.length >= most || (elapsedMs() > seconds * 1000 && (times.length >= fewest || elapsedMs() > longestMs));
  for (let n = 0; !isOver(); n += 1) {
    checkStopped();
    const askedAt = performance.now();
    const { data } = await ask();
    // What takes long by itself is not asked again only to be warm.
    if (n < warmUps && elapsedMs() < longestMs) continue;
    times.push(performance.now() - askedAt);
    if (!data) tooSlow += 1;
  }
  const sorted = times.toSorted((one, other) => one - other);
  const quantile = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
  return { name, p50: quantile(0.5), p99: quantile(0.99), samples: sorted.length, tooSlow };
}
