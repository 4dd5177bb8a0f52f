import { cpus } from 'node:os';
import { Command } from 'commander';
import { benchAppend } from './append.js';
import { benchGraphql } from './graphql.js';

const program = new Command('bench')
  .description(
    'Measures the gateway beside its peers in one run, and prints ratios: absolute figures are of this machine.',
  )
  .option('--only <part>', 'append or graphql')
  .parse();
const { only } = program.opts<{ only?: string }>();

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`);
if (only !== 'graphql') {
  console.error('append: two processes through the recorder, then bare insertMany; three rounds …');
  console.table([await benchAppend()]);
}
if (only !== 'append') {
  console.error('graphql: ours and stock Apollo Server, 1 and 64 connections, three rounds of eight seconds each …');
  console.table(await benchGraphql());
}
process.exit(0);
