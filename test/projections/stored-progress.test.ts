import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openTestStore } from '../support/store.js';
import { History, steps } from './history.js';
import { ProgressRuns } from './progress-runs.js';

const store = await openTestStore();

it('is what the model says, also killed between any two writes, beside others that write late, and made anew', async () => {
  const tally = { killed: 0, stalled: 0, late: 0, comparisons: 0 };
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), async (told, seed) => {
      const runs = new ProgressRuns(store, new History(told), seed);
      await runs.disturbed(1, async (checkpoint) => {
        tally.comparisons += 1;
        expect(await runs.stored(1)).toEqual(await runs.modelled(checkpoint));
      });
      await runs.undisturbed(2, 1 + (seed % 50));
      expect(await runs.stored(2)).toEqual(await runs.stored(1));
      for (const name of ['killed', 'stalled', 'late'] as const) tally[name] += runs.tally[name];
    }),
    { numRuns: Number(process.env.PROGRESS_RUNS ?? 25) },
  );
  expect(Math.min(...Object.values(tally))).toBeGreaterThan(10);
}, 120_000);
