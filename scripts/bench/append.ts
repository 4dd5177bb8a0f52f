import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newId } from '../../src/base/ids.js';
import { sleep } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import { connectStore } from '../../src/store/connect.js';
import { openEngine } from '../../src/store/engine/engine.js';
import { ensureSchema } from '../../src/store/schema.js';
import type { AppendOrder } from './append-writer.js';

const program = fileURLToPath(new URL('./append-writer.ts', import.meta.url));

export interface AppendFigures {
  readonly recorderPerSecond: number;
  readonly barePerSecond: number;
  readonly ratio: number;
  readonly indexBytesPerEntry: number;
  readonly dataBytesPerEntry: number;
}

/** Two processes append through the recorder, then two insert the same documents bare; rounds alternate in one run. */
export async function benchAppend(entriesPerWriter = 20_000, rounds = 3, writers = 2): Promise<AppendFigures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'activity-gateway-bench-'));
  const engine = await openEngine({ dataDir, logger: silentLogger });
  const figures = { recorder: [] as number[], bare: [] as number[] };
  let indexBytesPerEntry = 0;
  let dataBytesPerEntry = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const mode of ['recorder', 'bare'] as const) {
        const database = `bench_${mode}_${round}`;
        const store = await connectStore({ url: engine.url, database });
        await ensureSchema(store);
        const seconds = await timed(
          { url: engine.url, database, workspaceId: newId(), mode, entries: entriesPerWriter, writer: 0 },
          writers,
        );
        figures[mode].push((entriesPerWriter * writers) / seconds);
        const [stats] = await store
          .collection('activity_logs')
          .aggregate([{ $collStats: { storageStats: {} } }])
          .toArray();
        indexBytesPerEntry = stats!.storageStats.totalIndexSize / stats!.storageStats.count;
        dataBytesPerEntry = stats!.storageStats.size / stats!.storageStats.count;
        await store.db.dropDatabase();
        await store.close();
      }
    }
  } finally {
    await engine.close();
    await sleep(6000);
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
  const recorderPerSecond = median(figures.recorder);
  const barePerSecond = median(figures.bare);
  return {
    recorderPerSecond,
    barePerSecond,
    ratio: recorderPerSecond / barePerSecond,
    indexBytesPerEntry,
    dataBytesPerEntry,
  };
}

async function timed(order: AppendOrder, writers: number): Promise<number> {
  const children = Array.from({ length: writers }, (_, writer) =>
    fork(program, [JSON.stringify({ ...order, writer })], { execArgv: ['--import', 'tsx'] }),
  );
  await Promise.all(children.map((child) => once(child, 'message')));
  const startedAt = performance.now();
  const done = children.map((child) => finished(child));
  for (const child of children) child.send('go');
  await Promise.all(done);
  const seconds = (performance.now() - startedAt) / 1000;
  await Promise.all(children.map((child) => (child.exitCode === null ? once(child, 'exit') : undefined)));
  return seconds;
}

async function finished(child: ChildProcess): Promise<void> {
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => [`exited with ${code}`]),
  ]);
  if (message !== 'done') throw new Error(`A writer ${message}`);
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await benchAppend());
