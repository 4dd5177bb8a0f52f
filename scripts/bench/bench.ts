import { cpus } from 'node:os';
import { Command } from 'commander';
import { benchAppend } from './append.js';
import { benchFold } from './fold.js';
import { benchGraphql } from './graphql.js';
import { graphqlHeader, graphqlLines } from './graphql-table.js';

const program = new Command('bench')
  .description(
    'Measures the gateway beside its peers in one run, and prints ratios: absolute figures are of this machine.',
  )
  .option('--only <part>', 'append, fold or graphql')
  .option('--entries <count>', 'how many the fold is made of', '100000')
  .option('--seconds <n>', 'of each run of a server', '4')
  .option('--rounds <n>', 'in which the servers take turns', '3')
  .option('--operation <text>', 'of the GraphQL operations those whose name has it')
  .option('--connections <list>', 'how many ask at once', '1,64')
  .option('--direct', "the peers' fields call their methods as ours do, not by way of type-graphql")
  .parse();
const { only, entries, seconds, rounds, operation, connections } = program.opts<Record<string, string>>();
const { direct = false } = program.opts<{ direct?: boolean }>();
const isAsked = (part: string): boolean => only === undefined || only === part;

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`);
if (isAsked('append')) {
  console.error('append: two processes through the recorder, then bare insertMany; three rounds …');
  console.table([await benchAppend()]);
}
if (isAsked('fold')) {
  console.error('fold: progress on pathways made from nothing, beside reading the same …');
  console.table([await benchFold(Number(entries))]);
}
if (isAsked('graphql')) {
  console.error('graphql: ours, stock Apollo Server, Mercurius with JIT, GraphQL Yoga, and the driver alone …');
  for (const line of graphqlHeader) console.log(line);
  await benchGraphql({
    seconds: Number(seconds),
    rounds: Number(rounds),
    connections: connections!.split(',').map(Number),
    only: operation,
    direct,
    report: (comparison) => {
      for (const line of graphqlLines(comparison)) console.log(line);
    },
  });
}
process.exit(0);
