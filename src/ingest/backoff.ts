import { type Source, upstreamFaults } from '../model/source.js';
import type { UpstreamError } from './upstream-error.js';

const firstMs = 1_000;
const longestMs = 15 * 60_000;

/**
 * When to try again after a fault, in milliseconds; undefined where trying again cannot help. Doubles with every failure
 * in a row, and is spread so that sources which failed together do not come back together.
 * @param failures in a row, this one among them.
 * @param random 0 ≤ random < 1.
 */
export function retryDelayMs(
  fault: UpstreamError,
  failures: number,
  random: number,
  { everyMs }: Pick<Source, 'everyMs'>,
): number | undefined {
  if (!upstreamFaults[fault.kind].retries) return undefined;
  const doubled = Math.min(firstMs * 2 ** (failures - 1), Math.max(longestMs, everyMs));
  const spread = doubled / 2 + (random * doubled) / 2;
  // What the source asks for is the least, and its clients are spread behind it.
  return fault.retryAfterMs === undefined ? spread : fault.retryAfterMs + random * firstMs;
}
