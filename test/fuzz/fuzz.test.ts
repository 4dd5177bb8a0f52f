import { defaultMaxListeners, setMaxListeners } from 'node:events';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attacks } from './attacks.js';
import { Random } from './values.js';
import { makeWorld, type World } from './world.js';

/** `npm run fuzz` goes on for longer, and repeats a run by its seed, or what failed by the seed that it was told with. */
const minutes = Number(process.env.FUZZ_MINUTES ?? '0');
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const kinds = Object.keys(attacks);
const eachMs = minutes > 0 ? (minutes * 60_000) / kinds.length : 1_500;
/** Each run is the first of its own, and those would mostly be near zero: the same again and again. */
const numbers = fc.noBias(fc.integer());
/** Under way at once. */
const together = 6;

const defaultBefore = defaultMaxListeners;
let world: World;
beforeAll(async () => {
  setMaxListeners(0);
  console.log(`fuzz: seed ${seed}`);
  world = await makeWorld();
});
afterAll(async () => {
  setMaxListeners(defaultBefore);
  await world.close();
});

it.each(kinds)(
  '%s: whatever comes is answered, with nothing of ours and nothing of others',
  async (kind) => {
    let count = 0;
    const property = fc.asyncProperty(numbers, async (number) => {
      const random = new Random(number);
      const sent = Array.from({ length: together }, () => attacks[kind]!(random, world));
      const faults = await Promise.all(sent.map((attack) => attack.run()));
      count += sent.length;
      const wrong = faults.flatMap((fault, index) => (fault === undefined ? [] : [{ fault, told: sent[index]!.told }]));
      const logged = world.logged.splice(0);
      if (wrong.length === 0 && logged.length === 0) return;
      throw new Error(JSON.stringify({ logged: logged.slice(0, 3), wrong }, undefined, 1).replace(/x{40,}/g, 'xxx'));
    });
    // However slow the machine: each kind is tried once at least.
    const ends = performance.now() + eachMs;
    for (let round = 0; round === 0 || performance.now() < ends; round += 1) {
      await fc.assert(property, { seed: seed + round, numRuns: 1, endOnFailure: true });
    }
    console.log(`fuzz: ${count} ${kind}`);
    expect(count).toBeGreaterThan(0);
    expect((await fetch(`${world.gateway.url}/health/ready`)).status).toBe(200);
  },
  eachMs + 60_000,
);
