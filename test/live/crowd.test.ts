import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { crowdLimits, runCrowd } from '../../scripts/bench/live-crowd.js';
import { type ChaosHome, openHome } from '../../scripts/chaos/live-home.js';

const sockets = 1000;
const slow = 100;
const entries = 200;
const entryBytes = 40_000;
/** Of texts without what weighs much, some ten. */
const keptCharacters = 2000;
/** What serving anybody at all may take meanwhile. */
const elseBytes = 24 * 1024 * 1024;

const target = { url: inject('mongodbUrl'), database: `crowd_${randomBytes(6).toString('hex')}` };
let home: ChaosHome;
beforeAll(async () => {
  home = await openHome(target);
});
afterAll(() => home.close());

it('a crowd that does not read, or comes back at once, costs what one does, and gets each event once', async () => {
  // Less is kept than was written, so that whoever was away reads the log.
  const figures = await runCrowd({ target, home, sockets, slow, entries, entryBytes, liveTuning: { keptCharacters } });
  console.log(JSON.stringify(figures));
  expect(figures.wrong).toBe(0);
  expect(figures.mostUnsentBytes).toBeGreaterThan(0);
  expect(figures.mostUnsentBytes).toBeLessThanOrEqual(slow * (crowdLimits.unsentBytes + 2 * entryBytes));
  expect(figures.slowHeapBytes - figures.heapBytes).toBeLessThanOrEqual(elseBytes);
  // Two groups of equal ones: each event is executed a few times for each, however many they are.
  const returned = entries / 2;
  expect(figures.readAgain.executions).toBeLessThanOrEqual(entries * 8);
  expect(figures.massReturn.executions).toBeGreaterThanOrEqual(returned);
  expect(figures.massReturn.executions).toBeLessThanOrEqual(returned * 2 * 8);
  expect(figures.massReturn.pagesRead).toBeLessThanOrEqual(100);
}, 300_000);
