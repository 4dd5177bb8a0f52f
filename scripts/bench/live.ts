import { cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { benchLive, type LiveFigure } from './live-bench.js';

const even = (value: string): number => {
  if (!/^\d*[02468]$/.test(value) || Number(value) === 0)
    throw new InvalidArgumentError('must be an even number above 0');
  return Number(value);
};
const seconds = (value: string): number => {
  if (!(Number(value) > 0)) throw new InvalidArgumentError('must be a number above 0');
  return Number(value);
};

const program = new Command('bench:live')
  .description(
    'Subscriptions: ours beside stock graphql-ws and a bare broadcast in one run. The limit on open files must be above the number of sockets.',
  )
  .option('--sockets <n>', 'how many follow', even, 10_000)
  .option('--seconds <n>', 'how long each is measured', seconds, 10)
  .parse();
const options = program.opts<{ sockets: number; seconds: number }>();

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`);
const figures = await benchLive(options.sockets, options.seconds);
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
process.exit(0);
