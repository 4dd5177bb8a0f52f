import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { builtProgram } from '../../../scripts/support/built-program.js';
import type { PullOrder } from '../../../scripts/support/pulling.js';
import { SeededRandom } from '../../../scripts/support/random.js';
import { sleep } from '../../../src/base/lifecycle.js';
import type { Source } from '../../../src/model/source.js';
import { openReading } from '../../ingest/reading.js';
import { sources } from './kits.js';

/** How many processes are killed for each source. */
const kills = Number(process.env.PULL_KILLS ?? 4);
const firstRows = 600;
const program = await builtProgram('scripts/support/puller.ts');
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

describe.each(sources)('$system', ({ connector, kit, system }) => {
  it(`is read once and whole though ${kills} of its readers are killed with -9 and rows keep coming`, {
    timeout: 240_000 + kills * 10_000,
  }, async () => {
    const seed = Number(process.env.PULL_SEED ?? 7);
    const random = new SeededRandom(seed);
    const reading = await openReading(connector);
    const { emulator, rows, settings, secrets } = await kit.start();
    const startMs = Date.now() - 3_600_000;
    for (let n = 1; n <= firstRows; n += 1) rows.add(kit.row(n, startMs + n * 300));
    const source = reading.add(emulator.url, { settings: settings as Source['settings'] }, secrets);
    const order: PullOrder = {
      url: inject('mongodbUrl'),
      database: reading.store.db.databaseName,
      source,
      secrets,
      leaseMs: 300,
    };
    const start = async (): Promise<ChildProcess> => {
      const child = fork(program, [JSON.stringify(order)], { execArgv: [] });
      children.add(child);
      await once(child, 'message');
      return child;
    };

    let n = firstRows + 1;
    let survived = 0;
    // Two at a time: whichever is killed, the other one or its successor goes on once the lease has run out.
    let running: readonly ChildProcess[] = await Promise.all([start(), start()]);
    while (survived < kills) {
      for (const last = n + random.between(1, 9); n < last; n += 1) rows.add(kit.row(n, Date.now()));
      await sleep(random.between(0, 350));
      const victim = running[random.between(0, 1)]!;
      const exited = once(victim, 'exit');
      victim.kill('SIGKILL');
      await exited;
      children.delete(victim);
      survived += 1;
      running = [...running.filter((child) => child !== victim), await start()];
    }
    const total = rows.count;
    // What was recorded before a kill and not counted comes again as a duplicate, so the log itself is asked.
    const patience = AbortSignal.timeout(180_000);
    const nativesOf = async () => (await reading.entries()).map(({ native }) => native!).sort();
    while ((await nativesOf()).length < total && !patience.aborted) await sleep(50);
    expect((await nativesOf()).length, `seed ${seed}`).toBe(total);
    expect(await nativesOf()).toEqual([...rows.texts].sort());
    const state = await reading.until(source, ({ coveredUntil, fault }) => coveredUntil !== undefined && !fault);
    expect(state.counts.conflicts).toBe(0);
    console.log(
      `${system}: ${survived} kills survived, ${total} rows, each once; ${state.counts.duplicates} came again`,
    );
    for (const child of running) {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
      children.delete(child);
    }
    await emulator.close();
  });
});
