import { expect, it } from 'vitest';
import { runLiveChaos } from '../../scripts/chaos/live-chaos.js';

const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e9));

it(`whatever dies, each follower gets exactly the log that its filter selects (seed ${seed})`, async () => {
  console.log(`CHAOS_SEED=${seed} repeats this run`);
  const result = await runLiveChaos({ seconds: 10, seed, subscribers: 20, gateways: 2, longestPauseMs: 400 });
  console.log(JSON.stringify({ ...result, violations: result.violations.length }));
  expect(result.violations).toEqual([]);
  expect(result.engineKills).toBeGreaterThan(0);
  expect(result.gatewayKills).toBeGreaterThan(0);
  expect(result.removals).toBeGreaterThan(10);
  expect(result.connections).toBeGreaterThan(40);
}, 180_000);
