import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { newId } from '../../src/base/ids.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { ensureSchema } from '../../src/store/schema.js';
import type { AppendOrder } from './append-writer.js';
import { median, withEngine } from './bench-engine.js';

const program = fileURLToPath(new URL('./append-writer.ts', import.meta.url));

export interface AppendFigures {
  readonly recorderPerSecond: number;
  readonly barePerSecond: number;
  readonly ratio: number;
  readonly indexBytesPerEntry: number;
  readonly dataBytesPerEntry: number;
}

/** Two processes append through the recorder, then two insert the same documents bare; rounds alternate in one run. */
export function benchAppend(entriesPerWriter = 20_000, rounds = 3, writers = 2): Promise<AppendFigures> {
  return withEngine(async (url) => {
    const perSecond = { recorder: [] as number[], bare: [] as number[] };
    let sizes = { indexBytesPerEntry: 0, dataBytesPerEntry: 0 };
    for (let round = 0; round < rounds; round += 1) {
      for (const mode of ['recorder', 'bare'] as const) {
        const database = `bench_${mode}_${round}`;
        const store = await connectStore({ url, database });
        await ensureSchema(store);
        const order = { url, database, workspaceId: newId(), mode, entries: entriesPerWriter, writer: 0 };
        perSecond[mode].push((entriesPerWriter * writers) / (await timed(order, writers)));
        sizes = await sizesOf(store);
        await store.db.dropDatabase();
        await store.close();
      }
    }
    const recorderPerSecond = median(perSecond.recorder);
    const barePerSecond = median(perSecond.bare);
    return { recorderPerSecond, barePerSecond, ratio: recorderPerSecond / barePerSecond, ...sizes };
  });
}

async function sizesOf(store: Store): Promise<Pick<AppendFigures, 'indexBytesPerEntry' | 'dataBytesPerEntry'>> {
  const [stats] = await store
    .collection('activity_logs')
    .aggregate([{ $collStats: { storageStats: {} } }])
    .toArray();
  const { totalIndexSize, size, count } = stats!.storageStats;
  return { indexBytesPerEntry: totalIndexSize / count, dataBytesPerEntry: size / count };
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
