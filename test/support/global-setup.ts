import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { silentLogger } from '../../src/base/logger.js';
import { openEngine } from '../../src/store/engine/engine.js';

declare module 'vitest' {
  export interface ProvidedContext {
    mongodbUrl: string;
  }
}

/** One real engine for the whole run; every test file has a database of its own on it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'activity-gateway-test-'));
  const engine = await openEngine({
    dataDir,
    logger: silentLogger,
    progress: (line) => console.log(line),
    idleMs: 1000,
  });
  project.provide('mongodbUrl', engine.url);
  return async () => {
    // Whatever failed meanwhile may have failed of that.
    const log = readFileSync(join(dataDir, 'engine.log'), 'utf8');
    if (log.split(' serving ').length > 2) console.error(`The shared engine ended amid the run:\n${log}`);
    await engine.close();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  };
}
