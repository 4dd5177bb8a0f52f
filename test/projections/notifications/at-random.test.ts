import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Id } from '../../../src/base/ids.js';
import { deferred } from '../../../src/base/lifecycle.js';
import { LeaseLost } from '../../../src/store/fold-documents.js';
import { openTestStore } from '../../support/store.js';
import { History, steps } from './history.js';
import { NotificationModel } from './model.js';
import { type Gate, Killed, World } from './world.js';

const store = await openTestStore();
const cases = Number(process.env.CASES ?? 25);
const tally = { cases: 0, kills: 0, late: 0, checks: 0, notifications: 0, merged: 0, read: 0 };

/** Numbers in a row that a case is decided by. */
type Chance = (below: number) => number;

/** Folds to the end of the log: pages cut anywhere, killed anywhere, with one who lost the lease still writing. */
async function foldOn(world: World, from: number, chance: Chance): Promise<number> {
  let seq = from;
  const kill: Gate = async (documents) => {
    if (chance(7) > 0) return undefined;
    tally.kills += 1;
    return chance(documents + 1);
  };
  let fold = await world.open(1, seq, kill, nextHolder());
  while (seq < world.end) {
    const through = Math.min(world.end, seq + 1 + chance(12));
    const lateEnd = chance(6) === 0 ? Math.min(world.end, seq + 1 + chance(12)) : 0;
    const late = lateEnd > 0 ? await startLate(world, seq, lateEnd, chance) : undefined;
    if (late) fold = await world.open(1, seq, kill, nextHolder());
    try {
      await fold.apply(await world.records(seq, through), through);
      seq = through;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      fold = await world.open(1, seq, kill, nextHolder());
    }
    await late?.();
    await checkCounts(world, seq);
  }
  return seq;
}

/** Each who takes the lease is the next. */
let holder = 0;
const nextHolder = (): number => {
  holder += 1;
  return holder;
};

/**
 * A process begins a page and is held up in some write, while another takes the lease. Let go on, it ends that one write
 * and no more: it looks before each whether it still holds the lease, so only what it had begun before can come late. Were
 * it to go on, what it may not write any more would be missing where what follows rests on it.
 */
async function startLate(world: World, seq: number, through: number, chance: Chance): Promise<() => Promise<void>> {
  tally.late += 1;
  let before = chance(6);
  let isLost = false;
  const stopped = deferred();
  const going = deferred();
  const gate: Gate = async () => {
    if (isLost) throw new LeaseLost();
    if (before-- > 0) return undefined;
    stopped.resolve();
    await going.promise;
    isLost = true;
    return undefined;
  };
  const fold = await world.open(1, seq, gate, nextHolder());
  const done = fold.apply(await world.records(seq, through), through).catch((error: unknown) => {
    if (!(error instanceof LeaseLost)) throw error;
  });
  await Promise.race([stopped.promise, done]);
  return () => {
    going.resolve();
    return done;
  };
}

/** At every checkpoint: as many are said to be unread as are in the list. */
async function checkCounts(world: World, seq: number): Promise<void> {
  const { people } = new NotificationModel(world.workspaceId, await world.records(0, seq));
  for (const person of people) {
    if (await world.isAhead(1, person, seq)) continue;
    const shown = await world.shown(1, person);
    tally.checks += 1;
    expect(shown.unread, `unread of ${person} at ${seq}`).toBe(shown.list.filter(({ unread }) => unread).length);
  }
}

/** Where everything is folded: the same as by definition. */
async function check(world: World, generation: number): Promise<{ id: Id; place: number; owner: Id }[]> {
  const model = new NotificationModel(world.workspaceId, await world.records());
  const all = [];
  for (const person of model.people) {
    const expected = model.shown(person);
    const shown = await world.shown(generation, person);
    expect(shown, `of ${person} at ${world.end}`).toEqual(expected);
    all.push(...shown.list.map(({ id, place }) => ({ id, place, owner: person })));
    tally.notifications += shown.list.length;
    tally.read += shown.list.length - shown.unread;
  }
  return all;
}

it(
  'whatever happens, and wherever it is killed, the fold is what its definition says, and made anew it is the same',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        steps(90),
        fc.infiniteStream(fc.nat(1_000_000)),
        fc.array(fc.nat(20), { minLength: 3, maxLength: 5 }),
        async (all, numbers, cuts) => {
          const chance: Chance = (below) => numbers.next().value! % below;
          const world = new World(store);
          const history = new History(world.workspaceId);
          await world.write(history.begin());
          let seq = 0;
          let shown: { id: Id; place: number; owner: Id }[] = [];
          const left = [...all];
          for (const cut of [...cuts, left.length]) {
            for (const step of left.splice(0, 4 + cut)) await world.write(history.take(step, shown));
            // What is hidden by a removal that is still under way is told until it is removed.
            if (left.length === 0 || chance(2)) await world.write(history.finish());
            seq = await foldOn(world, seq, chance);
            if (!history.isHiding) shown = await check(world, 1);
          }
          const anew = await world.open(2, 0);
          for (let from = 0; from < world.end; from += 25) {
            await anew.apply(await world.records(from, Math.min(world.end, from + 25)), Math.min(world.end, from + 25));
          }
          await check(world, 2);
          tally.cases += 1;
          tally.merged += history.users.filter(({ mergedFrom }) => mergedFrom).length;
        },
      ),
      { numRuns: cases, endOnFailure: process.env.SHRINK === undefined },
    );
    expect(tally.kills).toBeGreaterThan(0);
    expect(tally.read).toBeGreaterThan(0);
    expect(tally.merged).toBeGreaterThan(0);
    if (process.env.CASES) console.log(tally);
  },
  Math.max(600_000, cases * 4000),
);
