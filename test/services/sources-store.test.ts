import { beforeAll, describe, expect, it } from 'vitest';
import { type Id, newId } from '../../src/base/ids.js';
import { SealBroken, Sealing } from '../../src/base/sealing.js';
import type { Source } from '../../src/model/source.js';
import type { Store } from '../../src/store/connect.js';
import { type SourceDocument, sourceCollection } from '../../src/store/source-document.js';
import { Sources } from '../../src/store/sources.js';
import { UnscopedStore } from '../../src/store/unscoped.js';
import { openTestStore } from '../support/store.js';

const key = 'the key of now, of more than thirty-two characters';
const oldKey = 'the key of before, of more than thirty-two characters';
const at = new Date('2026-03-01T12:00:00Z');

let store: Store;
let sources: Sources;
beforeAll(async () => {
  store = await openTestStore();
  sources = new Sources(store, new Sealing(key));
});

const sourceOf = (workspaceId: Id, over: Partial<Source> = {}): Source => ({
  id: newId(),
  workspaceId,
  system: 'THRIVE',
  name: `Thrive ${newId()}`,
  baseUrl: 'https://thrive.example/rest',
  settings: { tenant: 'acme', $where: ['a.b'] },
  secretNames: [],
  isPaused: false,
  trustsEmails: false,
  writesThrough: false,
  acceptsUnsigned: false,
  everyMs: 60_000,
  version: 1,
  createdAt: at,
  updatedAt: at,
  ...over,
});

const add = (over: Partial<Source> = {}, secrets = { token: 'very secret' }, to = sources): Promise<Source> =>
  to.insert(sourceOf(over.workspaceId ?? newId(), over), secrets);

const documentOf = async ({ id }: Source): Promise<SourceDocument> => {
  const documents = await store.collection<SourceDocument>(sourceCollection).find().toArray();
  return documents.find(({ _id }) => _id.toHexString() === id)!;
};

describe('sources in the store', () => {
  it('come back as they were put in, with the names of their secrets only', async () => {
    const source = await add();
    expect(source.secretNames).toEqual(['token']);
    expect(await sources.get(source.workspaceId, source.id)).toEqual(source);
    expect(await sources.byIds(source.workspaceId, [source.id, newId()])).toEqual([source]);
    expect(await sources.open(source)).toEqual({ token: 'very secret' });
    expect(JSON.stringify(await documentOf(source))).not.toContain('very secret');
  });

  it('do not exist for another workspace', async () => {
    const source = await add();
    const elsewhere = newId();
    expect(await sources.get(elsewhere, source.id)).toBeUndefined();
    expect(await sources.open({ ...source, workspaceId: elsewhere })).toEqual({});
    expect(await sources.remove(elsewhere, source.id, at)).toBe(false);
    expect(await sources.change({ ...source, workspaceId: elsewhere }, { isPaused: true })).toBeUndefined();
    expect(await sources.list(elsewhere)).toEqual([]);
    expect(await sources.byIds(elsewhere, [source.id])).toEqual([]);
  });

  it('are listed by name, and only those that nobody paused are active', async () => {
    const workspaceId = newId();
    await add({ workspaceId, name: 'b' });
    await add({ workspaceId, name: 'a', isPaused: true });
    expect((await sources.list(workspaceId)).map(({ name }) => name)).toEqual(['a', 'b']);
    expect((await sources.active(workspaceId)).map(({ name }) => name)).toEqual(['b']);
  });

  it('have a name of their own in the workspace, until they are removed', async () => {
    const source = await add({ name: 'Main' });
    const { workspaceId } = source;
    await add({ name: 'Main' });
    await expect(add({ workspaceId, name: 'Main' })).rejects.toMatchObject({ code: 'CONFLICT', field: 'input.name' });
    const other = await add({ workspaceId, name: 'Other' });
    await expect(sources.change(other, { name: 'Main' })).rejects.toMatchObject({ field: 'input.name' });
    await sources.remove(workspaceId, source.id, at);
    const again = await add({ workspaceId, name: 'Main' });
    await sources.remove(workspaceId, again.id, at);
  });

  it('are written through one of a system at a time', async () => {
    const source = await add({ writesThrough: true });
    const { workspaceId } = source;
    const refused = { code: 'CONFLICT', field: 'input.writeThrough' };
    await expect(add({ workspaceId, writesThrough: true })).rejects.toMatchObject(refused);
    const other = await add({ workspaceId });
    await expect(sources.change(other, { writesThrough: true })).rejects.toMatchObject(refused);
    await add({ workspaceId, system: 'AWORLD', writesThrough: true });
    await sources.remove(workspaceId, source.id, at);
    expect(await sources.change(other, { writesThrough: true })).toMatchObject({ writesThrough: true, version: 2 });
  });

  it('change only from what the caller read', async () => {
    const source = await add();
    const outcomes = await Promise.all([
      sources.change(source, { name: 'one' }),
      sources.change(source, { everyMs: 5000 }),
    ]);
    expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1);
    expect(await sources.get(source.workspaceId, source.id)).toMatchObject({ version: 2 });
  });

  it('leave a stub that keeps the id and explains it', async () => {
    const source = await add({ name: 'Gone' });
    expect(await new UnscopedStore(store).workspaceOfSource(source.id)).toBe(source.workspaceId);
    expect(await sources.remove(source.workspaceId, source.id, at)).toBe(true);
    expect(await sources.get(source.workspaceId, source.id)).toBeUndefined();
    expect(await sources.remove(source.workspaceId, source.id, at)).toBe(false);
    expect(await new UnscopedStore(store).workspaceOfSource(source.id)).toBeUndefined();
    const stub = { name: 'Gone', system: 'THRIVE', settings: '{}', secrets: {}, removedAt: at };
    expect(await documentOf(source)).toMatchObject(stub);
    await expect(sources.insert(source, {})).rejects.toThrow();
  });

  it('never hold a secret that is not sealed', async () => {
    const source = await add();
    const raw = store.collection(sourceCollection);
    const { _id } = await documentOf(source);
    await expect(raw.updateOne({ _id }, { $set: { 'secrets.token': 'very secret' } })).rejects.toThrow();
  });
});

describe('secrets of a source', () => {
  it('are replaced one by one, and erased where it goes to another origin', async () => {
    const source = await add({}, { token: 'first', webhook: 'second' } as never);
    const replaced = (await sources.change(source, {}, { token: 'third' }))!;
    expect(await sources.open(replaced)).toEqual({ token: 'third', webhook: 'second' });
    const samePlace = (await sources.change(replaced, { baseUrl: 'https://thrive.example/other' }))!;
    expect(await sources.open(samePlace)).toEqual({ token: 'third', webhook: 'second' });
    const moved = (await sources.change(samePlace, { baseUrl: 'https://mallory.example' }, { token: 'fourth' }))!;
    expect(moved.secretNames).toEqual(['token']);
    expect(await sources.open(moved)).toEqual({ token: 'fourth' });
    // Whoever still works with the source as it was gets nothing to send there.
    await expect(sources.open(samePlace)).rejects.toThrow(SealBroken);
  });

  it('do not open for another source, workspace, origin or name', async () => {
    const source = await add();
    const { secrets } = await documentOf(source);
    const raw = store.collection<SourceDocument>(sourceCollection);
    const thief = await add({ workspaceId: source.workspaceId, name: 'thief' }, {} as never);
    await raw.updateOne({ _id: (await documentOf(thief))._id }, { $set: { secrets } });
    await expect(sources.open(thief)).rejects.toThrow(SealBroken);

    const { _id } = await documentOf(source);
    await raw.updateOne({ _id }, { $set: { baseUrl: 'https://mallory.example/rest' } });
    const redirected = (await sources.get(source.workspaceId, source.id))!;
    await expect(sources.open(redirected)).rejects.toThrow(SealBroken);
    await raw.updateOne({ _id }, { $set: { baseUrl: source.baseUrl, secrets: { other: secrets.token! } } });
    await expect(sources.open(source)).rejects.toThrow(SealBroken);
    await raw.updateOne({ _id }, { $set: { secrets } });
    expect(await sources.open(source)).toEqual({ token: 'very secret' });
  });

  it('do not open when a bit of them is changed, or for another key', async () => {
    const sealing = new Sealing(key);
    const sealed = sealing.seal('very secret', ['a', 'b']);
    expect(sealing.open(sealed, ['a', 'b'])).toBe('very secret');
    expect(sealing.seal('very secret', ['a', 'b'])).not.toBe(sealed);
    const bytes = Buffer.from(sealed.split('.')[2]!, 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = changed[index]! ^ 1;
      const text = [...sealed.split('.').slice(0, 2), changed.toString('base64url')].join('.');
      expect(() => sealing.open(text, ['a', 'b'])).toThrow(SealBroken);
    }
    for (const binding of [['a'], ['a,b'], ['ab', ''], ['b', 'a']]) {
      expect(() => sealing.open(sealed, binding)).toThrow(SealBroken);
    }
    for (const text of ['', 's1', sealed.slice(0, 20), `s2${sealed.slice(2)}`]) {
      expect(() => sealing.open(text, ['a', 'b'])).toThrow(SealBroken);
    }
    expect(() => new Sealing(oldKey).open(sealed, ['a', 'b'])).toThrow(SealBroken);
    expect(new Sealing(oldKey, key).open(sealed, ['a', 'b'])).toBe('very secret');
  });

  it('are sealed anew with the key of now, and readable all the while', async () => {
    const before = new Sources(store, new Sealing(oldKey));
    const during = new Sources(store, new Sealing(key, oldKey));
    const workspaceId = newId();
    const secrets = { token: 'one', webhook: 'two' } as never;
    const old = await add({ workspaceId, name: 'old' }, secrets, before);
    const lost = await add({ workspaceId, name: 'lost' }, secrets, new Sources(store, new Sealing('x'.repeat(32))));
    await add({ workspaceId, name: 'new' }, secrets, sources);

    expect(await during.open(old)).toEqual(secrets);
    expect(await during.reseal(workspaceId)).toEqual({ resealed: 2, unreadable: [lost.id] });
    expect(await sources.open(old)).toEqual(secrets);
    expect(await sources.get(workspaceId, old.id)).toEqual(old);
    expect(await during.reseal(workspaceId)).toEqual({ resealed: 0, unreadable: [lost.id] });
  });
});
