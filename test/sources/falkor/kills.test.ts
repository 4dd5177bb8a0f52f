import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { ObjectId } from 'mongodb';
import { afterAll, expect, inject, it } from 'vitest';
import { builtProgram } from '../../../scripts/support/built-program.js';
import type { PullOrder } from '../../../scripts/support/pulling.js';
import { SeededRandom } from '../../../scripts/support/random.js';
import { falkorToken } from '../../../scripts/upstreams/falkor.js';
import { sleep } from '../../../src/base/lifecycle.js';
import { allConnectors } from '../../../src/sources/connectors.js';
import { openReading } from '../../ingest/reading.js';
import { row, startPathways, storeOwner } from './support.js';

const kills = Number(process.env.PULL_KILLS ?? 4);
const program = await builtProgram('scripts/support/puller.ts');
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

it(`records each change of each row once, in a line, though ${kills} of its readers are killed with -9`, {
  timeout: 240_000 + kills * 10_000,
}, async () => {
  const random = new SeededRandom(Number(process.env.PULL_SEED ?? 11));
  const reading = await openReading(allConnectors.get('FALKOR')!);
  const { emulator, source, secrets } = await (async () => {
    const emulator = await startPathways();
    const secrets = { token: falkorToken };
    const source = reading.add(emulator.url, { settings: { pathways: [storeOwner.ID] } }, secrets);
    return { emulator, source, secrets };
  })();
  const people = Array.from({ length: 150 }, (_, n) => `P${n}`);
  let tick = 0;
  const move = (who: string): void => {
    tick += 1;
    const timestamp = new Date(Date.UTC(2026, 0, 1) + tick * 1000).toISOString().replace('.000Z', '+00:00');
    emulator.rows.add(row(who, { progress: random.between(0, 10) * 10, timestamp }));
  };
  for (const who of people) move(who);

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
  const stop = async (child: ChildProcess, end: () => void): Promise<void> => {
    const exited = once(child, 'exit');
    end();
    await exited;
    children.delete(child);
  };
  let running: readonly ChildProcess[] = await Promise.all([start(), start()]);
  for (let survived = 0; survived < kills; survived += 1) {
    const until = performance.now() + random.between(50, 500);
    while (performance.now() < until) {
      for (let n = 0; n < 40; n += 1) move(people[random.between(0, people.length - 1)]!);
      if (random.between(0, 3) === 0)
        emulator.rows.remove(storeOwner.ID, `user.p${random.between(0, 149)}@example.com`);
      await sleep(20);
    }
    const victim = running[random.between(0, 1)]!;
    await stop(victim, () => victim.kill('SIGKILL'));
    running = [...running.filter((child) => child !== victim), await start()];
  }

  const expected = new Map(emulator.rows.texts.map((text) => [emailOf(text), text]));
  const lastOf = async () => {
    const last = new Map<string, string | undefined>();
    for (const { actor, native } of await reading.entries()) last.set(actor.email!, native);
    return new Map([...last].filter(([, native]) => native !== undefined).sort());
  };
  const patience = AbortSignal.timeout(180_000);
  const wanted = JSON.stringify([...expected].sort());
  while (JSON.stringify([...(await lastOf())]) !== wanted && !patience.aborted) await sleep(50);
  expect(await lastOf()).toEqual(new Map([...expected].sort()));

  // Each entry of a row names the one before it, and no two name the same.
  const documents = await reading.store.db
    .collection<{ _id: ObjectId; nativeKey: string }>('activity_logs')
    .find({ connectionId: source.id }, { sort: { seq: 1 } })
    .toArray();
  const heads = new Map<string, string>();
  for (const { _id, nativeKey } of documents) {
    const [rowKey, previous] = nativeKey.split(':') as [string, string];
    expect(previous).toBe(heads.get(rowKey) ?? 'first');
    heads.set(rowKey, _id.toHexString());
  }
  console.log(
    `FALKOR: ${kills} kills survived, ${documents.length} entries of ${heads.size} rows, each after the one before`,
  );
  for (const child of running) await stop(child, () => child.disconnect());
  await emulator.close();
});

const emailOf = (text: string): string => (JSON.parse(text) as { log: { email: string } }).log.email;
