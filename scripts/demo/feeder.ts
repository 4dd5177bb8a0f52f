import { sleep } from '../../src/base/lifecycle.js';
import { Chance } from './chance.js';
import { appendPatiently, type Writing } from './patience.js';
import { demoSourceIds } from './people.js';
import { Scenario, turns } from './scenario.js';
import type { Cast } from './sources/scene.js';

export interface Feeding extends Writing {
  readonly cast: Cast;
  /** The number of the lease that this is done under. */
  readonly fence: number;
  readonly pauseMs: readonly [number, number];
}

/** How often several things happen at once, and how many. */
const burstShare = 0.05;
const burstCount = 3;
/** More rows than one holder of the lease writes; systems that count theirs go on from here. */
const numbersPerFence = 10_000_000;

/** The systems that are not connected as sources: nobody reads these. */
const fed = turns.filter((source) => demoSourceIds[source] === undefined);

/** Lets things happen now, one system after the other, until the signal aborts. */
export async function feed({ cast, fence, pauseMs, ...writing }: Feeding, signal: AbortSignal): Promise<void> {
  // Another holder is another story, and must not come up with the ids of an earlier one.
  const seed = Math.imul(fence, 0x9e3779b1);
  const pace = new Chance(seed);
  const scenario = new Scenario({
    cast,
    seed: seed ^ 0x5bd1e995,
    name: `live-${fence}`,
    firstNumber: fence * numbersPerFence,
  });
  let turn = 0;
  while (!signal.aborted) {
    await sleep(pace.between(...pauseMs), signal);
    if (signal.aborted) return;
    const count = pace.odds(burstShare) ? burstCount : 1;
    const entries = Array.from({ length: count }, () => scenario.next(Date.now(), fed[turn++ % fed.length]));
    await appendPatiently(writing, entries, signal);
  }
}
