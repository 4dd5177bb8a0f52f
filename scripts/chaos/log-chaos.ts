import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '../../src/base/ids.js';
import { sleep } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import { openLog } from '../../src/log/log.js';
import { connectStore } from '../../src/store/connect.js';
import { type Engine, openEngine } from '../../src/store/engine/engine.js';
import { ensureSchema } from '../../src/store/schema.js';
import { SeededRandom } from '../support/random.js';
import { ChaosFollower } from './log-follower.js';
import { verifyLog } from './log-verdict.js';
import { ChaosWriter } from './log-writers.js';

export interface LogChaosOptions {
  /** How many times something is killed: the engine or a writer, by chance. */
  readonly kills: number;
  readonly seed: number;
  readonly writers?: number;
  readonly followers?: number;
  progress?(line: string): void;
}

export interface LogChaosResult {
  readonly engineKills: number;
  readonly writerKills: number;
  readonly acknowledged: number;
  readonly removed: number;
  readonly records: number;
  readonly voids: number;
  /** What is wrong; empty when the log kept every promise. */
  readonly violations: readonly string[];
}

/**
 * Writers append and remove in processes of their own and followers read along, while the engine and the writers are
 * killed with -9 at random moments. Afterwards the log is compared with what was acknowledged and with what was followed.
 */
export async function runLogChaos(options: LogChaosOptions): Promise<LogChaosResult> {
  const random = new SeededRandom(options.seed);
  const dataDir = mkdtempSync(join(tmpdir(), 'activity-gateway-chaos-'));
  const engine = await openEngine({ dataDir, logger: silentLogger, idleMs: 1000 });
  const target = { url: engine.url, database: `chaos_${randomBytes(4).toString('hex')}`, workspaceId: newId() };
  const store = await connectStore({ ...target, serverSelectionTimeoutMs: 10_000 });
  await ensureSchema(store);
  const judge = openLog({ store, logger: silentLogger, holeMs: 200, signals: false });
  await judge.feeds.open(target.workspaceId);
  const followers = await Promise.all(
    Array.from({ length: options.followers ?? 2 }, () => ChaosFollower.start(target)),
  );
  const writers = Array.from(
    { length: options.writers ?? 4 },
    (_, index) => new ChaosWriter(`w${index}`, target, () => random.between(1, 1e9)),
  );
  try {
    await Promise.all(writers.map((writer) => writer.start()));
    const kills = await killAround(options, random, engine, writers);
    await Promise.all(writers.map((writer) => writer.finish()));
    const end = (await judge.states.read(target.workspaceId))!.seq;
    await Promise.all(followers.map((follower) => follower.reach(end)));
    const verdict = await verifyLog(store, target.workspaceId, writers, followers);
    return { ...kills, ...verdict };
  } finally {
    for (const writer of writers) writer.kill();
    await Promise.all(followers.map((follower) => follower.close()));
    await judge.close();
    await store.close();
    await engine.close();
    await removeWhenIdle(dataDir);
  }
}

async function killAround(
  options: LogChaosOptions,
  random: SeededRandom,
  engine: Engine,
  writers: readonly ChaosWriter[],
): Promise<{ engineKills: number; writerKills: number }> {
  let engineKills = 0;
  let writerKills = 0;
  while (engineKills + writerKills < options.kills) {
    await someProgress(writers);
    await sleep(random.between(0, 250));
    if (random.next() < 0.5) {
      const pid = engine.pid();
      if (pid === undefined) continue;
      process.kill(pid, 'SIGKILL');
      engineKills += 1;
    } else {
      const writer = writers[random.between(0, writers.length - 1)]!;
      if (!writer.kill()) continue;
      writerKills += 1;
      void writer.start();
    }
    options.progress?.(
      `kill ${engineKills + writerKills}/${options.kills}: ${engineKills} engine, ${writerKills} writer`,
    );
  }
  return { engineKills, writerKills };
}

/** Until something was acknowledged since the last kill, so that each kill meets a log that is being written. */
async function someProgress(writers: readonly ChaosWriter[]): Promise<void> {
  const count = (): number => writers.reduce((total, writer) => total + writer.acknowledged.size, 0);
  const before = count();
  for (let waited = 0; waited < 5000 && count() === before; waited += 20) await sleep(20);
}

/** The engine holds its files until it has noticed that nobody is left. */
async function removeWhenIdle(dataDir: string): Promise<void> {
  await sleep(1500);
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
}
