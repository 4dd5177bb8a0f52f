import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { silentLogger } from '../../src/base/logger.js';
import { openEngine } from '../../src/store/engine/engine.js';
import { startGateway } from '../support/gateway.js';
import { actionsOf, codesOf, isReady, passing, writeUntilThere } from './writer.js';

async function start(dataDir: string) {
  const engine = await openEngine({ dataDir, logger: silentLogger, idleMs: 500 });
  const gateway = await startGateway({ mongodbUrl: engine.url, env: { OPERATION_TIMEOUT_MS: '10000' } });
  onTestFinished(async () => {
    await gateway.close();
    await engine.close();
  });
  return { engine, gateway };
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'activity-gateway-faults-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 }));
  return path;
}

it('an engine that is killed comes back by itself, with all that was acknowledged', { timeout: 90_000 }, async () => {
  const { engine, gateway } = await start(folder());
  const keys = Array.from({ length: 20 }, (_, n) => `killed-${n}`);
  const writing = keys.map((key) => writeUntilThere(gateway.query, key));
  process.kill(engine.pid()!, 'SIGKILL');
  await Promise.all(writing);
  await expect.poll(() => isReady(gateway.url), { timeout: 20_000 }).toBe(true);
  expect((await actionsOf(gateway)).sort()).toEqual([...keys].sort());
});

/** The engine makes no index with less than 500 MB of room. */
const diskMb = 768;

/** A small disk of its own; undefined where this system lets nobody make one. */
function smallDisk(): string | undefined {
  const path = folder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMb}m`, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', path], { stdio: 'ignore' }));
  return path;
}

it('a disk that is full: writing is refused with a code, reading heals once there is room, and what was acknowledged is there', {
  timeout: 120_000,
}, async () => {
  const disk = smallDisk();
  if (disk === undefined) {
    console.warn('No tmpfs can be mounted here (that takes root), so a full disk was not tried');
    return;
  }
  const { gateway } = await start(disk);
  await writeUntilThere(gateway.query, 'before');
  const ballast = join(disk, 'ballast');
  onTestFinished(() => rmSync(ballast, { force: true }));
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - 512 * 1024)));
  // Large ones, until there is no room left.
  const padding = 'x'.repeat(200_000);
  const acknowledged = ['before'];
  let code: string | undefined;
  for (let n = 0; code === undefined && n < 200; n += 1) {
    const key = `full-${n}`;
    const input = { key, action: key, additionalData: { padding: `${n}${padding}` } };
    const answer = await gateway.query(
      'mutation($input: CreateActivityLogInput!) { createActivityLog(input: $input) { outcome } }',
      { input },
    );
    if (answer.data) acknowledged.push(key);
    else code = codesOf(answer)[0];
  }
  expect(passing).toContain(code);
  await expect.poll(() => isReady(gateway.url), { timeout: 20_000 }).toBe(false);
  rmSync(ballast);
  await expect.poll(() => isReady(gateway.url), { timeout: 60_000 }).toBe(true);
  await writeUntilThere(gateway.query, 'after');
  expect(await actionsOf(gateway)).toEqual(expect.arrayContaining([...acknowledged, 'after']));
});
