import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import type { Store } from '../../src/store/connect.js';
import { UnscopedStore } from '../../src/store/unscoped.js';
import { openAuthStore } from './support.js';

let store: Store;
let unscoped: UnscopedStore;
beforeAll(async () => {
  store = await openAuthStore();
  unscoped = new UnscopedStore(store);
});
afterAll(() => store.close());

const at = (seconds: number): Date => new Date(Date.parse('2026-03-01T00:00:00Z') + seconds * 1000);

it('a workspace is found by key or id, and its key is taken once', async () => {
  const workspace = { id: newId(), key: 'acme', name: 'Acme', createdAt: at(0) };
  await unscoped.insertWorkspace(workspace);
  await unscoped.insertWorkspace({ ...workspace, id: newId(), key: 'abc' });
  expect(await unscoped.findWorkspace('acme')).toEqual(workspace);
  expect(await unscoped.findWorkspace(workspace.id)).toEqual(workspace);
  expect(await unscoped.findWorkspace('nobody')).toBeUndefined();
  expect((await unscoped.listWorkspaces()).map(({ key }) => key)).toEqual(['abc', 'acme']);
  await expect(unscoped.insertWorkspace({ ...workspace, id: newId() })).rejects.toMatchObject({
    code: 'CONFLICT',
    field: 'key',
  });
});

it('the validator refuses a key that could not stand in a path', async () => {
  for (const key of ['', 'Acme', 'a/b', '-a', 'a b']) {
    await expect(unscoped.insertWorkspace({ id: newId(), key, name: 'x', createdAt: at(0) })).rejects.toThrow();
  }
});

it('a lease has one holder at a time, and each holder a higher number', async () => {
  const first = (await unscoped.acquireLease('feeder', 'one', 10_000, at(0)))!;
  expect(first).toEqual({ name: 'feeder', holder: 'one', fence: 1, expiresAt: at(10) });
  expect(await unscoped.acquireLease('feeder', 'two', 10_000, at(9))).toBeUndefined();
  const renewed = (await unscoped.renewLease(first, 10_000, at(9)))!;
  expect(renewed.expiresAt).toEqual(at(19));
  expect(await unscoped.acquireLease('feeder', 'two', 10_000, at(18))).toBeUndefined();
  const second = (await unscoped.acquireLease('feeder', 'two', 10_000, at(19)))!;
  expect(second.fence).toBe(2);
  expect(await unscoped.renewLease(renewed, 10_000, at(20))).toBeUndefined();
  await unscoped.releaseLease(renewed);
  expect(await unscoped.acquireLease('feeder', 'one', 10_000, at(20))).toBeUndefined();
  await unscoped.releaseLease(second);
  expect((await unscoped.acquireLease('feeder', 'one', 10_000, at(20)))!.fence).toBe(3);
});

it('of many that want a lease at once, one gets it', async () => {
  const holders = Array.from({ length: 20 }, (_, index) => `process ${index}`);
  const leases = await Promise.all(holders.map((holder) => unscoped.acquireLease('race', holder, 10_000, at(0))));
  expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
  const other = await unscoped.acquireLease('another', 'process 0', 10_000, at(0));
  expect(other!.fence).toBe(1);
});
