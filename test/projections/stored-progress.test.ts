import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openTestStore } from '../support/store.js';
import { History, steps } from './history.js';
import { Process, ProgressRuns } from './progress-runs.js';

const store = await openTestStore();
/** Of the standing that enrolling makes; what comes next is of the entry. */
const writesBefore = 1;

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
    { numRuns: Number(process.env.PROGRESS_RUNS ?? 30) },
  );
  expect(Math.min(...Object.values(tally))).toBeGreaterThan(10);
}, 120_000);

it('is not what somebody writes late of an entry that was removed since', async () => {
  const step = (what: 'enrol' | 'log' | 'erase') => ({ do: what, a: 0, b: 0, c: 0, at: 1 });
  const history = new History([step('enrol'), step('log'), step('erase')]);
  const runs = new ProgressRuns(store, history, 1);
  const { log, workspaceId } = runs;
  const end = history.records.length;
  await log.reach(end - 1);
  const late = new Process(async () => {});
  late.fold = await runs.projection(late).open({ workspaceId, generation: 1, seq: 0, holder: 0 });
  // It has read the entry, and stands still before it writes what the entry says.
  late.meet('stalls', writesBefore);
  const applied = late.fold.apply(await log.readAfter(0, end), end - 1);
  await late.stalled.promise;
  await log.reach(end);
  await runs.undisturbed(1, 100);
  const stepping = setInterval(() => late.step(), 1);
  await applied.finally(() => clearInterval(stepping));
  expect(await runs.stored(1)).toEqual(await runs.modelled(end));
  const scope = { workspaceId, generation: 1 };
  // What it knew is nowhere: whoever is enrolled later is not told of it either.
  expect(JSON.stringify(await runs.kept(scope))).not.toContain(history.records.at(-2)!.id);
});
