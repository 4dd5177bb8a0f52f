import { Command, InvalidArgumentError } from 'commander';
import { runLogChaos } from './log-chaos.js';

const wholeNumber = (value: string): number => {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('must be a whole number');
  return Number(value);
};

const program = new Command('chaos:log')
  .description('Kills the engine and writers of a log with -9 at random, then compares the log with what was promised.')
  .option('--kills <n>', 'how many kills', wholeNumber, 200)
  .option('--seed <n>', 'which run to repeat', wholeNumber, Math.floor(Math.random() * 1e9))
  .option('--writers <n>', 'writing processes', wholeNumber, 4)
  .parse();

const options = program.opts<{ kills: number; seed: number; writers: number }>();
console.log(`seed ${options.seed}`);
const startedAt = performance.now();
const result = await runLogChaos({ ...options, progress: (line) => console.log(line) });
console.log({
  ...result,
  violations: result.violations.slice(0, 20),
  seconds: Math.round((performance.now() - startedAt) / 1000),
});
process.exitCode = result.violations.length === 0 ? 0 : 1;
