import { expect, it } from 'vitest';
import { runLogChaos } from '../../scripts/chaos/log-chaos.js';

const kills = 20;
const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e9));

it(`loses nothing that was acknowledged over ${kills} kills of the engine and of writers (seed ${seed})`, async () => {
  console.log(`CHAOS_SEED=${seed} repeats this run`);
  const result = await runLogChaos({ kills, seed });
  console.log(JSON.stringify({ ...result, violations: result.violations.length }));
  expect(result.violations).toEqual([]);
  expect(result.engineKills).toBeGreaterThan(0);
  expect(result.writerKills).toBeGreaterThan(0);
  expect(result.acknowledged).toBeGreaterThan(100);
}, 180_000);
