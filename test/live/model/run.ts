import { vi } from 'vitest';
import { inSimulatedTime } from '../../support/simulated-time.js';
import { World } from './world.js';

export interface Run {
  readonly seed: number;
  /** The first promise that was broken; undefined where all held. */
  readonly violation: string | undefined;
  readonly counts: World['counts'];
}

/** A run that takes longer than this does not come to rest. */
const maxSteps = 5000;

/** Runs the real cohorts, in an order that follows from the seed alone. Time, chance, the log and the sockets are simulated. */
export const runModel = (seed: number): Promise<Run> => inSimulatedTime(() => run(seed));

async function run(seed: number): Promise<Run> {
  const world = new World(seed);
  const settle = async (isOver: () => boolean): Promise<void> => {
    while (!isOver() && !world.violation) {
      world.turn();
      await new Promise(setImmediate);
      world.check();
      if (world.counts.steps > maxSteps) world.wrong(`does not come to rest: ${world.pending()}`);
    }
  };
  try {
    await settle(() => !world.isBusy);
    world.calm();
    await settle(() => world.isAtRest);
    if (!world.violation) await end(world);
  } catch (error) {
    world.wrong(String(error instanceof Error ? error.stack : error));
  }
  return { seed, violation: world.violation, counts: world.counts };
}

async function end(world: World): Promise<void> {
  world.finish();
  await new Promise(setImmediate);
  world.checkEnd();
  // Whoever was to ask the store again finds that nobody waits any more.
  for (let round = 0; round < 3; round += 1) {
    vi.advanceTimersByTime(1100);
    world.answerAll();
    await new Promise(setImmediate);
  }
  world.checkNothingLeft();
}
