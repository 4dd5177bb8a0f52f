/**
 * The emulated systems as one process. Prints one line of JSON with where each of them is once all are up, and ends on
 * SIGTERM, SIGINT, or when whoever forked it has gone. `PUT /__fault` and `POST /__rows` change one while it runs.
 */
import { Command, InvalidArgumentError } from 'commander';
import { aworldUserIds } from './arrivals.js';
import { type EmulatedSystem, startCompany } from './company.js';

const wholeNumber = (value: string): number => {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('must be a whole number');
  return Number(value);
};

const options = new Command('upstreams')
  .description('Emulated AWorld, Thrive, Falkor, TikMatrix and PostHog, with rows that keep arriving.')
  .option('--aworld <port>', '0: a free one', wholeNumber, 0)
  .option('--thrive <port>', '0: a free one', wholeNumber, 0)
  .option('--falkor <port>', '0: a free one', wholeNumber, 0)
  .option('--tikmatrix <port>', '0: a free one', wholeNumber, 0)
  .option('--posthog <port>', '0: a free one', wholeNumber, 0)
  .option('--seed <n>', 'which story to tell', wholeNumber, 1)
  .option('--past <n>', 'rows that each of them has already', wholeNumber, 500)
  .option('--every <ms>', 'between two arrivals; 0: nothing arrives', wholeNumber, 2_000)
  .parse()
  .opts<Record<EmulatedSystem, number> & { seed: number; past: number; every: number }>();

const { seed, past, every, ...ports } = options;
const company = await startCompany({ ports, seed, past, everyMs: every });
console.log(JSON.stringify({ ...company.urls, aworldUserIds: aworldUserIds() }));

const end = (): void => void company.close();
process.once('SIGTERM', end);
process.once('SIGINT', end);
process.once('disconnect', end);
