import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { contents } from '../../scripts/demo/contents.js';
import { historyCount } from '../../scripts/demo/history.js';
import { demoSourceIds, demoUserEmail, makePeople } from '../../scripts/demo/people.js';
import { demoSystems } from '../../scripts/demo/scenario.js';
import { builtProgram } from '../../scripts/support/built-program.js';
import { faultPath } from '../../scripts/upstreams/faults.js';
import type { Id } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { Sealing } from '../../src/base/sealing.js';
import { openLog } from '../../src/log/log.js';
import { emailIdentity, nativeActivityRef } from '../../src/model/identity.js';
import type { Store } from '../../src/store/connect.js';
import { LogStates } from '../../src/store/log-states.js';
import { Sources } from '../../src/store/sources.js';
import { UnscopedStore } from '../../src/store/unscoped.js';
import { startGateway } from '../support/gateway.js';
import { openTestStore } from '../support/store.js';
import { DemoProcess, sourceSecretKey } from './demo-process.js';
import { DemoStore, entriesOf } from './support.js';

const adminProgram = await builtProgram('scripts/admin.ts');
const start = (store: Store): DemoProcess =>
  new DemoProcess({ url: inject('mongodbUrl'), database: store.db.databaseName });

/** Resolves once a follower of the log has seen every kind of source being fed. */
async function seeAllSources(store: Store, workspaceId: Id): Promise<void> {
  const log = openLog({ store, logger: silentLogger, holeMs: 200, pollMs: 50 });
  const feed = await log.feeds.open(workspaceId);
  const seen = new Set<string>();
  await new Promise<void>((resolve) => {
    feed.follow((event) => {
      if (event.type === 'records') for (const { source } of entriesOf(event.records)) seen.add(source);
      if (seen.size === demoSystems.length) resolve();
    });
  });
  await log.close();
}

describe('the demo on one store', { timeout: 120_000 }, async () => {
  const store = await openTestStore();
  const demo = new DemoStore(store);
  let workspaceId: Id;

  it('is made, and then every source is fed', async () => {
    const first = start(store);
    await first.heard('ready');
    workspaceId = await demo.workspaceId();
    // Where a gateway begins to read: its first page must not be empty.
    expect((await new LogStates(store).read(workspaceId))!.mark).toBeGreaterThanOrEqual(historyCount);
    await first.heard('feeding');
    // What is emulated beside the demo is read by a gateway.
    const gateway = await startGateway({
      database: store.db.databaseName,
      env: { SOURCE_SECRET_KEY: sourceSecretKey },
    });
    await seeAllSources(store, workspaceId);
    await gateway.close();
    expect(await first.terminate()).toBe(0);
    await demo.expectWhole();
  });

  it('names only people and activities that are there', async () => {
    const entries = await demo.entries();
    const keys = new Set(entries.flatMap(({ actor }) => (actor.kind === 'DEVICE_ACCOUNT' ? [] : (actor.key ?? []))));
    const users = await demo.users.byIdentities(workspaceId, [...keys]);
    const owned = new Set(users.flatMap(({ identities }) => identities));
    expect([...keys].filter((key) => !owned.has(key))).toEqual([]);
    const refs = new Set(entries.flatMap(({ activityRef }) => activityRef ?? []));
    const activities = await demo.activities.byRefs(workspaceId, [...refs]);
    const defined = new Set(activities.flatMap((activity) => activity.refs));
    // What Thrive has beside its courses is no activity of ours; a row that was read keeps its id as it is.
    const others = contents
      .filter(({ key }) => key === undefined)
      .map((one) => nativeActivityRef('THRIVE', one.contextId));
    expect([...refs].filter((ref) => !defined.has(ref) && !others.includes(ref))).toEqual([]);
    const [dana] = await demo.users.byIdentities(workspaceId, [emailIdentity(demoUserEmail)]);
    expect(dana).toMatchObject({ name: makePeople()[0]!.name, email: demoUserEmail });
    const key = (await new UnscopedStore(store).slowApiKeys()).find(({ userId }) => userId === dana!.id);
    expect(key).toMatchObject({ workspaceId, kind: 'API_KEY', scopes: ['*'] });
  });

  it('is not made again, and ends when its gateway is gone', async () => {
    const again = start(store);
    await again.heard('feeding');
    expect(again.messages.some((message) => 'made' in message)).toBe(false);
    expect(await again.leaveAlone()).toBe(0);
    await demo.expectWhole();
  });

  it('lets an administrator make an emulated system go wrong, and right again', async () => {
    const demo = start(store);
    await demo.heard('feeding');
    const sources = new Sources(store, new Sealing(sourceSecretKey));
    const before = (await sources.get(workspaceId, demoSourceIds.THRIVE!))!;
    const connected = () => sources.get(workspaceId, before.id);
    // Every run has emulators of its own, somewhere else.
    await expect.poll(async () => (await connected())!.version, { timeout: 20_000 }).toBeGreaterThan(before.version);
    const { baseUrl } = (await connected())!;
    const fault = async () =>
      ((await fetch(baseUrl + faultPath)).json() as Promise<{ kind: string }>).then(({ kind }) => kind);
    const admin = (...args: string[]) =>
      promisify(execFile)(process.execPath, [adminProgram, 'emulator', ...args], {
        env: { PATH: process.env.PATH, MONGODB_URL: inject('mongodbUrl'), DATABASE: store.db.databaseName },
      });
    expect((await admin('thrive', 'away')).stdout).toMatch(/^fault +away$/m);
    expect(await fault()).toBe('away');
    await admin('thrive', 'none');
    expect(await fault()).toBe('none');
    await expect(admin('thrive', 'nonsense')).rejects.toThrow('Allowed choices');
    expect(await demo.terminate()).toBe(0);
  });

  it('is no longer fed by a process that stood still while another took over', async () => {
    const paused = start(store);
    const { feeding } = await paused.heard('feeding');
    const other = start(store);
    await other.heard('ready');
    expect(other.messages.some((message) => 'feeding' in message)).toBe(false);
    paused.pause();
    expect((await other.heard('feeding')).feeding).toBeGreaterThan(feeding!);
    paused.resume();
    await paused.stoppedFeeding();
  });
});

describe('the demo under kills', { timeout: 120_000 }, () => {
  it('is completed without doubles after it was killed half way, twice', async () => {
    const store = await openTestStore();
    const demo = new DemoStore(store);
    for (const done of [3000, 7000]) {
      const killed = start(store);
      await killed.progressed(done);
      await killed.kill();
    }
    await expect(demo.expectWhole()).rejects.toThrow();
    const last = start(store);
    await last.heard('ready');
    expect(await last.terminate()).toBe(0);
    await demo.expectWhole();
  });

  it('is made once by two processes, and fed by the other once the one that feeds is killed', async () => {
    const store = await openTestStore();
    const demo = new DemoStore(store);
    const both = [start(store), start(store)];
    await Promise.all(both.map((one) => one.heard('ready')));
    const holder = await Promise.race(both.map((one) => one.heard('feeding').then(() => one)));
    await demo.expectWhole();
    await holder.kill();
    const other = both.find((one) => one !== holder)!;
    const { feeding } = await other.heard('feeding');
    await expect.poll(() => demo.fences().then((fences) => fences.at(-1)), { timeout: 20_000 }).toBe(feeding);
    expect(await other.terminate()).toBe(0);
    await demo.expectWhole();
    // Of two that fed at once, the numbers of their leases would alternate.
    const fences = await demo.fences();
    expect(fences).toEqual(fences.toSorted((one, next) => one - next));
  });
});
