import { describe, expect, it } from 'vitest';
import { brokenRules } from './model/broken.js';
import { type Run, runModel } from './model/run.js';
import type { Variant } from './model/world.js';

/** `MODEL_SEEDS=5000` runs more, `MODEL_SEED=17` repeats one. */
const first = Number(process.env.MODEL_SEED ?? 1);
const seeds = process.env.MODEL_SEED ? 1 : Number(process.env.MODEL_SEEDS ?? 300);
/** Within how many seeds a broken rule must show. */
const enough = 600;

const message = ({ seed, violation }: Run): string => `MODEL_SEED=${seed}: ${violation}`;

/** Runs until the violation that a broken rule must lead to is found. */
async function expectViolation(variant: Variant, shows: RegExp): Promise<void> {
  for (let seed = 1; seed <= enough; seed += 1) {
    const run = await runModel(seed, variant);
    if (!run.violation || !shows.test(run.violation)) continue;
    if (process.env.MODEL_VERBOSE) console.log(message(run));
    return;
  }
  expect.fail(`no run of ${enough} shows ${shows}`);
}

describe('the log under random interleavings', () => {
  it(`keeps its promises over ${seeds} seeds`, { timeout: 60_000 + seeds * 200 }, async () => {
    const totals: Record<string, number> = {};
    const broken: string[] = [];
    for (let seed = first; seed < first + seeds; seed += 1) {
      const run = await runModel(seed, { replicaSet: seed % 5 === 0 });
      if (run.violation) broken.push(message(run));
      for (const [what, count] of Object.entries(run.counts)) totals[what] = (totals[what] ?? 0) + count;
    }
    console.log(`model: ${seeds} seeds, ${JSON.stringify(totals)}`);
    expect(broken).toEqual([]);
  });

  it('does the same again for the same seed', async () => {
    expect(await runModel(7)).toEqual(await runModel(7));
  });
});

/** The model proves nothing unless it can see what goes wrong without a rule. */
describe('without a rule a promise is broken:', () => {
  it.each(Object.entries(brokenRules))('%s', { timeout: 120_000 }, async (_, { shows, tuning, ...breakage }) => {
    await expectViolation({ breakage, tuning }, shows);
  });

  it('a write is acknowledged only once the journal has it', { timeout: 120_000 }, async () => {
    await expectViolation({ answersEarly: ['write'] }, /RECORDED names .* not there for good/);
  });

  it('a number is used only once its reservation was acknowledged', { timeout: 120_000 }, async () => {
    await expectViolation({ answersEarly: ['reserve'] }, /The counter stands at/);
  });
});
