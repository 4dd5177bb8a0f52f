import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Document, MongoClient } from 'mongodb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../src/base/logger.js';
import { type Engine, openEngine } from '../../src/store/engine/engine.js';
import { type Client, gone, isAlive, killed, startClient } from '../support/engine-processes.js';

const idleMs = 200;
const durable = { writeConcern: { w: 1, j: true } } as const;
const undo: (() => Promise<void> | void)[] = [];
const engines = new Set<number>();
const folders: string[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  await Promise.all([...engines].map(gone));
  engines.clear();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'engine-test-'));
  folders.push(folder);
  return folder;
}

async function open(dataDir: string, idle = idleMs): Promise<Engine> {
  const engine = await openEngine({ dataDir, idleMs: idle, logger: silentLogger });
  undo.push(() => {
    const pid = engine.pid();
    if (pid) engines.add(pid);
    return engine.close();
  });
  return engine;
}

async function startedClient(dataDir: string): Promise<Client> {
  const client = await startClient(dataDir, idleMs);
  engines.add(client.pid);
  undo.push(() => killed(client.process));
  return client;
}

function connect(url: string): MongoClient {
  const driver = new MongoClient(url);
  undo.push(() => driver.close());
  return driver;
}

const items = (driver: MongoClient) => driver.db('test').collection<Document & { _id: number }>('items');

/** What a killed server's clients see is an error of the driver or of the socket; both end once it is back. */
async function eventually<T>(action: () => Promise<T>): Promise<T> {
  return vi.waitFor(action, { timeout: 15_000, interval: 10 });
}

describe('the embedded engine', () => {
  it('keeps its data after it has ended', async () => {
    const dataDir = newFolder();
    const first = await open(dataDir);
    const pid = first.pid()!;
    const driver = connect(first.url);
    await items(driver).insertOne({ _id: 1 }, durable);
    await driver.close();
    await first.close();
    await gone(pid);

    const second = await open(dataDir);
    expect(second.pid()).not.toBe(pid);
    expect(second.url).toBe(first.url);
    expect(await items(connect(second.url)).find().toArray()).toEqual([{ _id: 1 }]);
  });

  it('is one process for every client, in a session of its own', async () => {
    const dataDir = newFolder();
    const engine = await open(dataDir);
    const [a, b] = await Promise.all([startedClient(dataDir), startedClient(dataDir)]);
    expect([a.pid, b.pid]).toEqual([engine.pid(), engine.pid()]);
    expect([a.url, b.url]).toEqual([engine.url, engine.url]);
    const [, , , , , session] = readFileSync(`/proc/${engine.pid()}/stat`, 'utf8').split(' ');
    expect(Number(session)).toBe(engine.pid());

    await killed(a.process);
    await killed(b.process);
    await items(connect(engine.url)).insertOne({ _id: 1 }, durable);
    expect(isAlive(a.pid)).toBe(true);
  });

  it('inherits no secret of the process that started it', async () => {
    vi.stubEnv('TOKEN_SECRET', 'not for the engine');
    undo.push(() => void vi.unstubAllEnvs());
    const engine = await open(newFolder());
    expect(readFileSync(`/proc/${engine.pid()}/environ`, 'utf8')).not.toContain('not for the engine');
  });

  it('is started once by clients that start at the same moment', async () => {
    const dataDir = newFolder();
    const clients = await Promise.all(Array.from({ length: 4 }, () => startedClient(dataDir)));
    expect(new Set(clients.map(({ pid }) => pid)).size).toBe(1);
    expect(readFileSync(join(dataDir, 'engine.log'), 'utf8').match(/ serving /g)).toHaveLength(1);
  });

  it('comes back when killed, with all that was acknowledged, under the same URL', async () => {
    const dataDir = newFolder();
    const engine = await open(dataDir);
    const other = await startedClient(dataDir);
    const driver = connect(engine.url);
    const acknowledged: number[] = [];
    const pids = new Set([engine.pid()]);
    let next = 0;
    for (let kill = 0; kill < 3; kill++) {
      const pid = engine.pid()!;
      for (const end = next + 50; next < end; next++) {
        if (next === end - 20) process.kill(pid, 'SIGKILL');
        await items(driver)
          .insertOne({ _id: next }, durable)
          .then(() => acknowledged.push(next))
          .catch(() => {});
      }
      await vi.waitFor(() => expect(engine.pid() ?? pid).not.toBe(pid), { timeout: 15_000, interval: 10 });
      const found = await eventually(() => items(driver).distinct('_id'));
      expect(acknowledged.filter((id) => !found.includes(id))).toEqual([]);
      pids.add(engine.pid());
    }
    expect(pids.size).toBe(4);
    expect(acknowledged.length).toBeGreaterThan(60);
    expect(other.process.exitCode).toBeNull();
  });

  it('ends soon after its only client was killed', async () => {
    const client = await startedClient(newFolder());
    expect(isAlive(client.pid)).toBe(true);
    await killed(client.process);
    await gone(client.pid);
  });

  it('serves a client that comes just as it is ending', async () => {
    const dataDir = newFolder();
    for (let round = 0; round < 8; round++) {
      const engine = await open(dataDir, 0);
      const driver = connect(engine.url);
      await items(driver).insertOne({ _id: round }, durable);
      await driver.close();
      await engine.close();
    }
    const engine = await open(dataDir, 0);
    expect(await items(connect(engine.url)).countDocuments()).toBe(8);
  });

  it('opens a folder whose path is longer than a socket may have and has spaces', async () => {
    const dataDir = join(newFolder(), 'a folder with spaces and ünïcode %2F', 'long '.repeat(30).trim());
    const engine = await open(dataDir);
    const driver = connect(engine.url);
    await items(driver).insertOne({ _id: 1 }, durable);
    expect(await items(driver).countDocuments()).toBe(1);
  });

  it('serves two folders independently', async () => {
    const [one, two] = await Promise.all([open(newFolder()), open(newFolder())]);
    expect(one.pid()).not.toBe(two.pid());
    await items(connect(one.url)).insertOne({ _id: 1 }, durable);
    process.kill(one.pid()!, 'SIGKILL');
    expect(await items(connect(two.url)).countDocuments()).toBe(0);
    expect(await eventually(() => items(connect(one.url)).countDocuments())).toBe(1);
  });

  it('begins afresh when its data was removed while it lingered', async () => {
    const dataDir = newFolder();
    const first = await open(dataDir, 60_000);
    const pid = first.pid()!;
    const driver = connect(first.url);
    await items(driver).insertOne({ _id: 1 }, durable);
    await driver.close();
    await first.close();
    rmSync(dataDir, { recursive: true });

    const second = await open(dataDir);
    expect(await items(connect(second.url)).countDocuments()).toBe(0);
    await gone(pid);
  });
});

describe('an engine that cannot be opened', () => {
  const opening = (dataDir: string, kind?: 'mongod' | 'embedded') =>
    openEngine({ dataDir, kind, idleMs, logger: silentLogger });

  it('says so when the data is damaged, and where to read on', async () => {
    const dataDir = newFolder();
    const engine = await open(dataDir);
    const pid = engine.pid()!;
    await engine.close();
    await gone(pid);
    writeFileSync(join(dataDir, engine.kind, 'WiredTiger.wt'), 'no longer a database');
    writeFileSync(join(dataDir, engine.kind, 'WiredTiger.turtle'), 'no longer a database');
    await expect(opening(dataDir)).rejects.toThrow(join(dataDir, 'engine.log'));
  });

  it('refuses the data of another version', async () => {
    const dataDir = newFolder();
    mkdirSync(join(dataDir, 'embedded-0.0.9'));
    await expect(opening(dataDir)).rejects.toThrow(
      /holds data of embedded-0\.0\.9, but what is installed is embedded-/,
    );
  });

  it('says what to install when a mongod is asked for and there is none', async () => {
    vi.stubEnv('PATH', newFolder());
    undo.push(() => void vi.unstubAllEnvs());
    await expect(opening(newFolder(), 'mongod')).rejects.toThrow(/no mongod on PATH.*MONGODB_URL/);
  });

  it('stays with mongod where a mongod made the data', async () => {
    const dataDir = newFolder();
    mkdirSync(join(dataDir, 'mongod-7.0'));
    vi.stubEnv('PATH', newFolder());
    undo.push(() => void vi.unstubAllEnvs());
    await expect(opening(dataDir)).rejects.toThrow(/no mongod on PATH/);
  });

  it('says so when the folder cannot be made', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    await expect(opening(join(file, 'data'))).rejects.toThrow(/ENOTDIR/);
  });
});
