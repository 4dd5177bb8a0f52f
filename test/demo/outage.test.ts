import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { silentLogger } from '../../src/base/logger.js';
import { connectStore } from '../../src/store/connect.js';
import { type Engine, openEngine } from '../../src/store/engine/engine.js';
import { DemoProcess } from './demo-process.js';
import { DemoStore } from './support.js';

const dataDir = mkdtempSync(join(tmpdir(), 'activity-gateway-demo-'));
let engine: Engine | undefined;
afterAll(async () => {
  await engine?.close();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 50, retryDelay: 200 });
});

/** With -9, as soon as there is one. */
async function killEngine(running: Engine): Promise<void> {
  await expect.poll(() => running.pid(), { timeout: 20_000 }).toBeDefined();
  process.kill(running.pid()!, 'SIGKILL');
}

it('goes on where it was when the engine is killed, while it makes its data and while it feeds', {
  timeout: 120_000,
}, async () => {
  engine = await openEngine({ dataDir, logger: silentLogger, idleMs: 1000 });
  const demo = new DemoProcess({ url: engine.url, database: 'demo' });
  await demo.progressed(4000);
  await killEngine(engine);
  await demo.heard('feeding');
  await killEngine(engine);

  const store = await connectStore({ url: engine.url, database: 'demo', serverSelectionTimeoutMs: 20_000 });
  const left = new DemoStore(store);
  const countThen = (await left.documents()).length;
  await expect.poll(async () => (await left.documents()).length, { timeout: 20_000 }).toBeGreaterThan(countThen);
  expect(await demo.terminate()).toBe(0);
  await left.expectWhole();
  await store.close();
});
