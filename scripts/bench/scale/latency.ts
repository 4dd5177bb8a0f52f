import type { Answer } from './client.js';
import type { Progress } from './progress.js';

/** How long something took, in milliseconds. */
export interface Latency {
  readonly name: string;
  /** Of the log that was asked. */
  readonly entries: number;
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

/** Something that is timed. */
export interface Asked {
  readonly name: string;
  readonly entries: number;
  ask(): Promise<Answer>;
}

/** What is compiled when it comes again is compiled by then, and what is read again is in memory. */
const warmUps = 3;
const fewest = 5;
/** What takes so long is not repeated for more than is needed. */
const longestMs = 4_000;

/** Asks one after the other, in turns, so that what else the machine does meets all of them, until time or number is reached. */
export async function latenciesOf(
  all: readonly Asked[],
  { seconds, most }: LatencyBounds,
  { checkStopped }: Progress,
): Promise<Latency[]> {
  const startedAt = performance.now();
  const elapsedMs = (): number => (performance.now() - startedAt) / all.length;
  const samples = all.map((one) => ({ ...one, times: [] as number[], tooSlow: 0 }));
  const isOver = (rounds: number): boolean =>
    rounds >= most || (elapsedMs() > seconds * 1000 && (rounds >= fewest || elapsedMs() > longestMs));
  for (let round = 0; !isOver(samples[0]!.times.length); round += 1) {
    // What takes long by itself is not asked again only to be warm.
    const isWarming = round < warmUps && elapsedMs() < longestMs / warmUps;
    for (const one of samples) {
      checkStopped();
      const askedAt = performance.now();
      const { data } = await one.ask();
      if (isWarming) continue;
      one.times.push(performance.now() - askedAt);
      if (!data) one.tooSlow += 1;
    }
  }
  return samples.map(({ name, entries, times, tooSlow }) => {
    const sorted = times.toSorted((one, other) => one - other);
    const quantile = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
    return { name, entries, p50: quantile(0.5), p99: quantile(0.99), samples: sorted.length, tooSlow };
  });
}
