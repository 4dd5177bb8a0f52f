import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { type LiveChaosResult, runLiveChaos } from './live-chaos.js';

const number = (value: string): number => {
  const parsed = Number(value);
  if (!(parsed > 0)) throw new InvalidArgumentError('must be a number above 0');
  return parsed;
};

/** What is wrong, by subscriber and kind. */
function byKind({ violations, ...counts }: LiveChaosResult): object {
  const wrong: Record<string, Record<string, string[]>> = {};
  for (const { subscriber, kind, text } of violations) {
    wrong[subscriber] ??= {};
    wrong[subscriber][kind] ??= [];
    wrong[subscriber][kind].push(text);
  }
  return { ...counts, wrong };
}

const program = new Command('chaos')
  .description(
    'Cuts followers off and kills gateways and the engine with -9 at random, then compares what each follower was told with the log. While a follower is more than 1,000 numbers behind, less is written: a slow machine comes to a verdict, too.',
  )
  .option('--minutes <n>', 'how long', number, 30)
  .option('--seed <n>', 'which run to repeat', number, Math.floor(Math.random() * 1e9))
  .option('--subscribers <n>', 'how many follow', number, 50)
  .option('--gateways <n>', 'how many gateways', number, 3)
  .option('--report <file>', 'where to write all that is wrong, by subscriber and kind')
  .parse();

const options = program.opts<{
  minutes: number;
  seed: number;
  subscribers: number;
  gateways: number;
  report?: string;
}>();
console.log(`seed ${options.seed}`);
const startedAt = performance.now();
const result = await runLiveChaos({
  ...options,
  seconds: options.minutes * 60,
  progress: (line) => console.log(line),
});
if (options.report) writeFileSync(options.report, JSON.stringify(byKind(result), undefined, 1));
console.log({
  ...result,
  violations: result.violations.slice(0, 20),
  violationCount: result.violations.length,
  seconds: Math.round((performance.now() - startedAt) / 1000),
});
process.exit(result.violations.length === 0 ? 0 : 1);
