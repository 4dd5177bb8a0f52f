import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../src/base/logger.js';
import { chooseEngine } from '../../src/store/engine/choice.js';
import { type Engine, openEngine } from '../../src/store/engine/engine.js';
import { gone } from '../support/engine-processes.js';

let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mongod-test-'));
  const { node } = await chooseEngine(folder, 'embedded', () => {});
  const script = [...node, '--import', createRequire(import.meta.url).resolve('tsx')];
  const standIn = join(import.meta.dirname, '../support/engine-mongod.ts');
  const command = [...script, standIn].map((word) => `'${word}'`).join(' ');
  writeFileSync(join(folder, 'mongod'), `#!/bin/sh\nTMPDIR='${folder}' exec ${command} "$@"\n`, { mode: 0o700 });
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** The processes whose parent is `pid`. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

describe('a mongod on PATH', () => {
  it('is run, comes back when its keeper is killed, and ends with its last client', async () => {
    const dataDir = join(folder, 'data');
    const open = (): Promise<Engine> => openEngine({ dataDir, kind: 'mongod', idleMs: 100, logger: silentLogger });
    const engine = await open();
    const second = await open();
    expect(engine.kind).toBe('mongod-7.0');
    expect(second.pid()).toBe(engine.pid());
    const driver = new MongoClient(engine.url);
    const items = driver.db('test').collection<{ _id: number }>('items');
    await items.insertOne({ _id: 1 }, { writeConcern: { w: 1, j: true } });

    const keeper = engine.pid()!;
    const [mongod] = childrenOf(keeper) as [number];
    process.kill(keeper, 'SIGKILL');
    await gone(mongod);
    const count = await vi.waitFor(() => items.countDocuments(), { timeout: 15_000 });
    expect(count).toBe(1);
    await vi.waitFor(() => expect(engine.pid() ?? keeper).not.toBe(keeper), { timeout: 15_000 });

    const [successor] = childrenOf(engine.pid()!) as [number];
    process.kill(successor, 'SIGKILL');
    const before = engine.pid()!;
    await gone(before);
    expect(await vi.waitFor(() => items.countDocuments(), { timeout: 15_000 })).toBe(1);
    await vi.waitFor(() => expect(engine.pid()).toBeDefined(), { timeout: 15_000 });

    const last = engine.pid()!;
    const [lastMongod] = childrenOf(last) as [number];
    await driver.close();
    await engine.close();
    await second.close();
    await gone(last);
    await gone(lastMongod);
    const [sockets] = /activity-gateway-[^/]+/.exec(decodeURIComponent(engine.url))!;
    // A keeper that a client was starting when it was closed stays until nobody has come to it for five seconds.
    await expect.poll(() => readdirSync('/tmp').filter((entry) => entry.startsWith(sockets))).toEqual([]);
  });
});
