import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import { isAlive } from '../../src/store/engine/alive.js';
import { openEngine } from '../../src/store/engine/engine.js';

const idleMs = 1000;

/** Runs a benchmark on an engine of its own, in a folder that goes afterwards. */
export async function withEngine<T>(work: (url: string) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'activity-gateway-bench-'));
  const engine = await openEngine({ dataDir, logger: silentLogger, progress: (line) => console.error(line), idleMs });
  try {
    return await work(engine.url);
  } finally {
    const pid = engine.pid();
    await engine.close();
    // It writes what it holds before it ends: of a large log that takes long.
    while (pid !== undefined && isAlive(pid)) await sleep(idleMs / 10);
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
