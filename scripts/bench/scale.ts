import 'reflect-metadata';
import { cpus, totalmem } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import type { Latency } from './scale/latency.js';
import { Stopped, startProgress } from './scale/progress.js';
import { measureSizes } from './scale/run.js';
import { indexTable, latencyLine, latencyTable, rateTable, verdicts } from './scale/table.js';

const fewestEntries = 1_000;
const largest = 10_000_000;

function sizesOf(list: string): number[] {
  const sizes = list.split(',').map(Number);
  if (!sizes.every((size) => Number.isSafeInteger(size) && size >= fewestEntries)) {
    throw new InvalidArgumentError(`must be whole numbers of at least ${fewestEntries}, separated by commas`);
  }
  return sizes;
}

const program = new Command('bench:scale')
  .description('Measures a gateway over logs of several sizes, and prints what grows with them.')
  .option('--entries <list>', 'how many each log has', sizesOf, [100_000, 1_000_000])
  .option('--large', `one of ${largest} more: an hour, and 40 GB of disk`)
  .option('--seconds <n>', 'of each timed operation', Number, 1.5)
  .option('--fold-seconds <n>', 'of each fold', Number, 20)
  .option('--cache-megabytes <n>', "the engine's cache; absent: what it takes by itself", Number)
  .option('--no-index-costs', 'does not tell what each index costs appending')
  .parse();
const { entries, large, seconds, foldSeconds, cacheMegabytes, indexCosts } = program.opts<{
  entries: number[];
  large?: boolean;
  seconds: number;
  foldSeconds: number;
  cacheMegabytes?: number;
  indexCosts: boolean;
}>();

const progress = startProgress();
const sizes = [...entries, ...(large ? [largest] : [])];
const report = (latency: Latency): void => console.error(latencyLine(latency));
const options = { seconds, foldSeconds, cacheMegabytes, withIndexCosts: indexCosts, progress, report };
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GB`);
try {
  const all = await measureSizes(sizes, options);
  for (const table of [latencyTable(all), rateTable(all), indexTable(all), verdicts(all)]) {
    console.log(`\n${table.join('\n')}`);
  }
} catch (error) {
  if (!(error instanceof Stopped)) throw error;
  progress.tell('stopped');
}
process.exit(0);
