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
      const known = new Map<number, Map<string, unknown>>();
      await runs.disturbed(1, async (checkpoint) => {
        tally.comparisons += 1;
        expect(await runs.stored(1)).toEqual(await runs.modelled(checkpoint));
        known.set(checkpoint, await runs.shown(1));
      });
      await runs.undisturbed(2, 1 + (seed % 50));
      expect(await runs.stored(2)).toEqual(await runs.stored(1));
      // Whoever goes on from wherever they were comes to the same, in what was lived through and in what was made anew.
      const last = await runs.shown(1);
      for (const [checkpoint, shown] of known)
        for (const generation of [1, 2]) expect(await runs.told(generation, checkpoint, shown)).toEqual(last);
      const firstSeq = 1 + (seed % runs.log.head);
      await runs.afterRetention(firstSeq, 1, 3, 1 + (seed % 30));
      expect(await runs.stored(3)).toEqual(await runs.stored(1));
      for (const [checkpoint, shown] of known)
        if (checkpoint >= firstSeq - 1) expect(await runs.told(3, checkpoint, shown)).toEqual(last);
      for (const name of ['killed', 'stalled', 'late'] as const) tally[name] += runs.tally[name];
    }),
    { numRuns: Number(process.env.PROGRESS_RUNS ?? 30), endOnFailure: process.env.SHRINK === undefined },
  );
  expect(Math.min(...Object.values(tally))).toBeGreaterThan(10);
}, 240_000);

it('tells whoever follows of each of many that one record changes, also after a kill between them', async () => {
  const step = (what: 'user' | 'pathway' | 'enrol', a: number, b = 0) => ({ do: what, a, b, c: 0, at: 1 });
  const many = Array.from({ length: 450 }, (_, index) => index);
  const people = many.map((n) => step('user', n));
  const enrolled = many.map((n) => step('enrol', n));
  const history = new History([...people, step('pathway', 0), ...enrolled, step('pathway', 0, 1)]);
  const runs = new ProgressRuns(store, history, 1);
  const { log, workspaceId } = runs;
  const end = history.records.length;
  await log.reach(end);
  const killed = new Process(async () => {});
  killed.fold = await runs.projection(killed).open({ workspaceId, generation: 1, seq: 0, holder: 1 });
  killed.meet('goes', 0);
  await killed.fold.apply(await log.readAfter(0, end, end - 1), end - 1);
  killed.meet('killed', 1);
  const last = await log.readAfter(end - 1, 1);
  await expect(killed.fold.apply(last, end)).rejects.toThrow();
  const next = await runs.projection().open({ workspaceId, generation: 1, seq: end - 1, holder: 2 });
  await next.apply(last, end);
  const pathwayId = history.pathways[0]!.id;
  const span = { after: end - 1, through: end };
  const changed = await runs.standings.changedAfter({ workspaceId, generation: 1 }, { pathwayId }, span, 1000);
  expect(new Set(changed.map(({ place }) => place)).size).toBe(many.length);
  expect((await runs.told(1, end - 1, new Map())).size).toBe(many.length);
});

it.each(['user', 'leave', 'undefine', 'define', 'pathway'] as const)(
  'tells who goes on in what was made anew what it lost by an entry that is removed there: %s',
  async (change) => {
    const step = (what: typeof change | 'enrol' | 'log' | 'erase', c = 0) => ({ do: what, a: 0, b: 0, c, at: 1 });
    const history = new History([step('enrol'), step('log'), step(change), step('erase')]);
    const runs = new ProgressRuns(store, history, 1);
    const { log, workspaceId } = runs;
    const end = history.records.length;
    const lived = await runs.projection().open({ workspaceId, generation: 1, seq: 0, holder: 0 });
    const seen = end - 2;
    await log.reach(seen);
    await lived.apply(await log.readAfter(0, end), seen);
    const known = await runs.shown(1);
    expect(JSON.stringify([...known])).toMatch(/IN_PROGRESS|COMPLETED/);
    await log.reach(end);
    await lived.apply(await log.readAfter(seen, end), end);
    await runs.undisturbed(2, 100);
    expect(await runs.told(2, seen, known)).toEqual(await runs.shown(1));
  },
);

it('still is what an entry said that retention erased, once a later one of another kind is removed', async () => {
  const step = (what: 'enrol' | 'log' | 'erase', a = 0, b = 0) => ({ do: what, a, b, c: 0, at: 1 });
  // The same person with the same activity: who has begun, and then is done.
  const history = new History([step('enrol'), step('log'), step('log', 3), step('erase', 0, 1)]);
  const runs = new ProgressRuns(store, history, 1);
  const { log, workspaceId } = runs;
  const end = history.records.length;
  const lived = await runs.projection().open({ workspaceId, generation: 1, seq: 0, holder: 0 });
  await log.reach(end - 1);
  await lived.apply(await log.readAfter(0, end), end - 1);
  const states = async () => JSON.stringify([...(await runs.shown(1)).values()]);
  expect(await states()).toContain('COMPLETED');
  await runs.retain(end - 1);
  await log.reach(end);
  await lived.apply(await log.readAfter(end - 1, end), end);
  expect(await states()).not.toContain('COMPLETED');
  expect(await states()).toContain('IN_PROGRESS');
});

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
