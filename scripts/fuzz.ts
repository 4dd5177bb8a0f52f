import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Command, InvalidArgumentError } from 'commander';

const number = (value: string): number => {
  const parsed = Number(value);
  if (!(parsed > 0)) throw new InvalidArgumentError('must be a number above 0');
  return parsed;
};

const options = new Command('fuzz')
  .description(
    'Sends a gateway whatever the schema, its routes and its sockets may be sent, and worse: no answer may be a fault of ours, hang, or tell of another workspace.',
  )
  .option('--minutes <n>', 'how long', number, 10)
  .option('--seed <n>', 'which run to repeat', number, Math.floor(Math.random() * 2 ** 31))
  .parse()
  .opts<{ minutes: number; seed: number }>();

// The tests' own engine is what is needed, and they know how to start it.
const child = spawn('npx', ['vitest', 'run', 'test/fuzz'], {
  stdio: 'inherit',
  env: { ...process.env, FUZZ_MINUTES: String(options.minutes), FUZZ_SEED: String(options.seed) },
});
const [code] = (await once(child, 'exit')) as [number | null];
process.exitCode = code ?? 1;
