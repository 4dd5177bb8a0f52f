import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { newId } from '../../src/base/ids.js';
import type { Source } from '../../src/model/source.js';
import { connectStore } from '../../src/store/connect.js';
import { ensureSchema } from '../../src/store/schema.js';
import { withEngine } from './bench-engine.js';
import { makeWorkspace } from './bench-workspace.js';
import type { PullBenchOrder, PullBenchResult } from './pull-process.js';

const start = (program: string, ...args: string[]): ChildProcess =>
  fork(fileURLToPath(new URL(program, import.meta.url)), args, { execArgv: ['--import', 'tsx'] });

async function measure(order: PullBenchOrder): Promise<PullBenchResult> {
  const child = start('./pull-process.ts');
  child.send(order);
  const answer = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (typeof answer[0] !== 'object' || answer[0] === null) throw new Error('The measured process failed');
  return answer[0] as PullBenchResult;
}

const wholeNumber = (value: string): number => {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('must be a whole number');
  return Number(value);
};
const { rows } = new Command('bench:pull')
  .description('Reads an emulated Thrive into the log, then makes the same calls and drops what they answer.')
  .option('--rows <n>', 'activity records', wholeNumber, 200_000)
  .parse()
  .opts<{ rows: number }>();

const thrive = start('./pull-upstream.ts', String(rows));
try {
  const [{ url, since }] = (await once(thrive, 'message')) as [{ url: string; since: string }];
  await withEngine(async (mongodb) => {
    const database = 'bench_pull';
    const store = await connectStore({ url: mongodb, database });
    await ensureSchema(store);
    const workspaceId = await makeWorkspace(store);
    const secrets = { apiSecret: 'api-secret' };
    const source: Source = {
      id: newId(),
      workspaceId,
      system: 'THRIVE',
      name: 'bench',
      baseUrl: url,
      settings: { tenantId: 'tenant_1', since },
      secretNames: Object.keys(secrets),
      isPaused: false,
      trustsEmails: false,
      writesThrough: false,
      acceptsUnsigned: false,
      everyMs: 1_000,
      version: 1,
      createdAt: new Date(),
      updatedAt: new Date(),
    };
    const order = { url: mongodb, database, source, secrets, leaseMs: 15_000 };
    const pulled = await measure({ mode: 'pull', rows, order });
    const dropped = await measure({ mode: 'drop', baseUrl: url, calls: pulled.calls });
    const inLog = await store.collection('activity_logs').countDocuments({ kind: 'entry' });
    console.log({
      rows,
      inLog,
      calls: pulled.calls.length,
      pulledPerSecond: Math.round(rows / pulled.seconds),
      droppedPerSecond: Math.round(rows / dropped.seconds),
      ratio: Number((dropped.seconds / pulled.seconds).toFixed(3)),
      pullPeakMb: pulled.peakMb,
      pullIdleMb: pulled.idleMb,
      dropPeakMb: dropped.peakMb,
    });
    await store.close();
  });
} finally {
  thrive.disconnect();
}
