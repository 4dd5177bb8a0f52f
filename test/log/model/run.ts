import { vi } from 'vitest';
import { inSimulatedTime } from '../../support/simulated-time.js';
import { Random } from './random.js';
import { type Variant, World } from './world.js';

export interface Run {
  readonly seed: number;
  /** The first promise that was broken; undefined where all held. */
  readonly violation: string | undefined;
  readonly counts: World['counts'];
}

/** A run that takes longer than this does not come to rest. */
const maxSteps = 10_000;
/** Steps with trouble, at most, before all is left to settle. */
const maxTroubledSteps = 2500;

/**
 * Runs the log's real parts against the simulated server, in an order that follows from the seed alone.
 * Only time, chance and the server are simulated.
 */
export const runModel = (seed: number, variant: Variant = {}): Promise<Run> =>
  inSimulatedTime(() => run(seed, variant));

async function run(seed: number, variant: Variant): Promise<Run> {
  const jitter = new Random(seed ^ 0x5eed);
  vi.spyOn(Math, 'random').mockImplementation(() => jitter.next());
  // The runtime's own timer cannot be moved; this one can.
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), ms);
    return controller.signal;
  });
  const world = new World(seed, variant);
  try {
    const calmAfter = world.random.between(0, 200);
    let calm = 0;
    let done = false;
    while (!done && !world.ledger.violation) {
      world.turn();
      await new Promise(setImmediate);
      world.check();
      if (!world.busy) calm += 1;
      if (!world.quiet && (calm > calmAfter || world.counts.steps > maxTroubledSteps)) {
        world.finish().then(
          () => {
            done = true;
          },
          (error) => world.ledger.fail(`the end: ${error}`),
        );
      }
      if (world.counts.steps > maxSteps) world.ledger.fail(`does not come to rest: ${world.pending()}`);
    }
  } catch (error) {
    world.ledger.fail(String(error instanceof Error ? error.stack : error));
  } finally {
    world.close();
    vi.restoreAllMocks();
  }
  return { seed, violation: world.ledger.violation?.message, counts: world.counts };
}
