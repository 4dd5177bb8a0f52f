import 'reflect-metadata';
import { cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { openHome } from '../chaos/live-home.js';
import { withEngine } from './bench-engine.js';
import { benchFilters, benchLive, benchStream, type LiveFigure } from './live-bench.js';
import { runCrowd } from './live-crowd.js';

const even = (value: string): number => {
  if (!/^\d*[02468]$/.test(value) || Number(value) === 0)
    throw new InvalidArgumentError('must be an even number above 0');
  return Number(value);
};
const seconds = (value: string): number => {
  if (!(Number(value) > 0)) throw new InvalidArgumentError('must be a number above 0');
  return Number(value);
};

type What = 'broadcast' | 'filters' | 'stream' | 'crowd';
const oneOf = (value: string): What => {
  const whats: readonly string[] = ['broadcast', 'filters', 'stream', 'crowd'];
  if (!whats.includes(value)) throw new InvalidArgumentError(`must be one of ${whats.join(', ')}`);
  return value as What;
};

const program = new Command('bench:live')
  .description(
    'Subscriptions: ours beside stock graphql-ws and a bare broadcast in one run. The limit on open files must be above the number of sockets.',
  )
  .option('--what <what>', 'broadcast, filters, stream or crowd', oneOf, 'broadcast')
  .option('--sockets <n>', 'how many follow (10,000; of a stream 1,000)', even)
  .option('--seconds <n>', 'how long each is measured (10; a stream 3)', seconds)
  .parse();
const options = program.opts<{ what: What; sockets?: number; seconds?: number }>();

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`);
const programs: Record<What, () => Promise<void>> = { broadcast, filters, stream, crowd };
await programs[options.what]();
process.exit(0);

async function broadcast(): Promise<void> {
  const figures = await benchLive(options.sockets ?? 10_000, options.seconds ?? 10);
  console.table(figures);
  const of = (name: LiveFigure['server']): LiveFigure => figures.find(({ server }) => server === name)!;
  const ours = of('ours');
  const ratio = (a: number, b: number): number => Math.round((a / b) * 100) / 100;
  console.table(
    figures.slice(1).map((other) => ({
      'ours against': other.server,
      deliveriesPerSecond: ratio(ours.deliveriesPerSecond, other.deliveriesPerSecond),
      p99: ratio(ours.p99Ms, other.p99Ms),
      heap: ratio(ours.heapKB, other.heapKB),
    })),
  );
}

async function filters(): Promise<void> {
  console.table(await benchFilters(options.sockets ?? 10_000, options.seconds ?? 10));
}

async function stream(): Promise<void> {
  console.table(await benchStream(options.sockets ?? 1000, options.seconds ?? 3));
}

/** A tenth stop reading, and read again; then all are cut off at once and come back. */
async function crowd(): Promise<void> {
  const sockets = options.sockets ?? 10_000;
  const figures = await withEngine(async (url) => {
    const target = { url, database: 'bench_live' };
    const home = await openHome(target);
    const slow = sockets / 10;
    const progress = (line: string): void => console.error(line);
    try {
      return await runCrowd({ target, home, sockets, slow, entries: 200, entryBytes: 20_000, progress });
    } finally {
      await home.close();
    }
  });
  console.log(figures);
}
