import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeFeedCursor } from '../../src/base/cursor.js';
import { type Id, newId } from '../../src/base/ids.js';
import { emailIdentity, nativeActivityRef, nativeIdentity, userIdentity } from '../../src/model/identity.js';
import type { User } from '../../src/model/user.js';
import type { Viewer } from '../../src/model/viewer.js';
import { UserService } from '../../src/services/users.js';
import { activitiesCollection } from '../../src/store/activities.js';
import { usersCollection } from '../../src/store/users.js';
import { entryDraft, openServices, openTestServices, viewerOf } from '../support/services.js';

const services = await openTestServices();
const elsewhere = openServices(services.store);
let workspaceId: Id;
let viewer: Viewer;

beforeAll(async () => {
  workspaceId = await services.workspace();
  await elsewhere.log.feeds.open(workspaceId);
  viewer = viewerOf(workspaceId);
});

const freshViewer = async (): Promise<Viewer> => {
  const here = viewerOf(await services.workspace());
  await elsewhere.log.feeds.open(here.workspaceId);
  return here;
};

const all = async (who: Viewer) => (await services.userService.list(who, { page: { first: 1000 } })).items;

describe('users', () => {
  it('are created, found, changed and removed, each change with its place in the log', async () => {
    const created = await services.userService.create(viewer, {
      name: ' Ada Lovelace ',
      email: 'Ada@Example.org',
      username: 'ada',
      identities: [nativeIdentity('THRIVE', 'c1', '77')],
    });
    const { node } = created;
    expect(node).toMatchObject({ name: 'Ada Lovelace', email: 'Ada@Example.org', username: 'ada', seq: created.seq });
    expect(decodeFeedCursor(created.cursor, 'cursor')).toMatchObject({ workspaceId, seq: created.seq });
    expect(await services.userService.get(viewer, { id: node.id.toUpperCase() })).toEqual(node);
    expect(await services.userService.get(viewer, { email: 'ADA@example.org' })).toEqual(node);

    const updated = await services.userService.update(viewer, { id: node.id, email: 'ada@new.org', username: null });
    expect(updated.seq).toBeGreaterThan(created.seq);
    expect(updated.node).toMatchObject({ name: 'Ada Lovelace', email: 'ada@new.org', username: undefined });
    expect(updated.node.identities).toEqual([
      userIdentity(node.id),
      emailIdentity('ada@new.org'),
      nativeIdentity('THRIVE', 'c1', '77'),
    ]);
    expect(await services.userService.get(viewer, { email: 'ada@example.org' })).toBeUndefined();
    expect(await services.userService.get(viewer, { id: node.id })).toEqual(updated.node);

    const removed = await services.userService.remove(viewer, node.id);
    expect(removed).toMatchObject({ deletedId: node.id });
    expect(removed.seq).toBeGreaterThan(updated.seq);
    expect(await services.userService.get(viewer, { id: node.id })).toBeUndefined();
    const missing = { code: 'NOT_FOUND', field: 'id' };
    await expect(services.userService.remove(viewer, node.id)).rejects.toMatchObject(missing);
    const again = await services.userService.create(viewer, { name: 'Other', email: 'ada@new.org' });
    expect(again.node.id).not.toBe(node.id);
  });

  it('share no email: a conflict names the field, also within a batch', async () => {
    const here = await freshViewer();
    const { node: first } = await services.userService.create(here, { name: 'One', email: 'one@x.org' });
    const taken = services.userService.create(here, { name: 'Two', email: 'ONE@x.org' });
    await expect(taken).rejects.toMatchObject({ code: 'CONFLICT', field: 'input.email' });
    const { results, cursor } = await services.userService.createMany(here, [
      { name: 'Three', email: 'three@x.org' },
      { name: 'Four', email: 'One@X.org' },
      { name: 'Five', email: 'three@X.org' },
      { name: '' },
      { name: 'Six', email: 'nope' },
      { name: 'Seven' },
    ]);
    expect(results.map(({ node, error }) => node?.name ?? [error!.code, error!.field])).toEqual([
      'Three',
      ['CONFLICT', 'inputs[1].email'],
      ['CONFLICT', 'inputs[2].email'],
      ['BAD_USER_INPUT', 'inputs[3].name'],
      ['BAD_USER_INPUT', 'inputs[4].email'],
      'Seven',
    ]);
    expect(decodeFeedCursor(cursor, 'cursor').seq).toBe(results[0]!.node!.seq);
    const three = results[0]!.node!;
    const changing = services.userService.update(here, { id: three.id, email: 'one@x.org' });
    await expect(changing).rejects.toMatchObject({ code: 'CONFLICT', field: 'input.email' });
    await expect(services.userService.update(here, { id: first.id, email: 'ONE@x.org' })).resolves.toBeDefined();
    await expect(
      services.userService.create(await freshViewer(), { name: 'One', email: 'one@x.org' }),
    ).resolves.toBeDefined();
  });

  it.each([
    [{ name: ' ' }, 'input.name'],
    [{ name: 'x'.repeat(201) }, 'input.name'],
    [{ name: 'x\ud800' }, 'input.name'],
    [{ name: 'x', email: 'x' }, 'input.email'],
    [{ name: 'x', username: '' }, 'input.username'],
  ])('refuses %j naming the field', async (input, field) => {
    await expect(services.userService.create(viewer, input)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field });
  });

  it('are looked up by exactly one argument', async () => {
    for (const by of [{}, { id: null, email: null }, { id: newId(), email: 'a@b.c' }]) {
      await expect(services.userService.get(viewer, by)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'id' });
    }
    await expect(services.userService.get(viewer, { id: 'x' })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('are listed by name in pages of any size and direction, and filtered', async () => {
    const here = await freshViewer();
    const names = ['zoe Ruiz', 'Émile', 'adam', 'Adam', 'Bob Marley', 'ａlan', 'Bob Dylan'];
    const { results } = await services.userService.createMany(
      here,
      names.map((name, index) => ({ name, email: `u${index}@x.org`, username: `nick${index}` })),
    );
    const whole = await all(here);
    const folded = whole.map(({ node }) => node.name.normalize('NFKC').toLowerCase());
    expect(folded).toEqual([...folded].sort());
    expect(whole).toHaveLength(names.length);
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.nat(8), fc.nat(6), async (backward, size, at) => {
        const { cursor } = whole[at]!;
        const page = await services.userService.list(here, {
          page: backward ? { last: size, before: cursor } : { first: size, after: cursor },
        });
        const expected = backward ? whole.slice(Math.max(0, at - size), at) : whole.slice(at + 1, at + 1 + size);
        expect(page.items.map(({ node }) => node.id)).toEqual(expected.map(({ node }) => node.id));
        expect(await page.totalCount()).toBe(names.length);
        if (expected.length === 0) return;
        expect(await page.hasPreviousPage()).toBe(whole.indexOf(expected[0]!) > 0);
        expect(await page.hasNextPage()).toBe(whole.indexOf(expected.at(-1)!) < whole.length - 1);
      }),
      { numRuns: 25 },
    );
    const found = async (filter: Parameters<typeof services.userService.list>[1]['filter']) =>
      (await services.userService.list(here, { filter, page: {} })).items.map(({ node }) => node.name);
    expect(await found({ search: 'bo' })).toEqual(['Bob Dylan', 'Bob Marley']);
    expect(await found({ search: 'bob DYL' })).toEqual(['Bob Dylan']);
    expect(await found({ search: 'ｎick0' })).toEqual(['zoe Ruiz']);
    expect(await found({ search: '.*' })).toHaveLength(names.length);
    expect(await found({ emails: ['U1@x.org'], ids: [results[1]!.node!.id] })).toEqual(['Émile']);
    expect(await found({ ids: [] })).toEqual([]);
    await expect(found({ ids: ['x'] })).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'filter.ids[0]' });
  });

  it('answer a loader in the order of its keys', async () => {
    const here = await freshViewer();
    const { node: ann } = await services.userService.create(here, { name: 'Ann', email: 'ann@x.org' });
    const { node: bob } = await services.userService.create(here, { name: 'Bob' });
    const keys = [userIdentity(bob.id), emailIdentity('ann@x.org'), 'n:none', userIdentity(ann.id)];
    expect(await services.userService.byIdentity(here, keys)).toEqual([bob, ann, undefined, ann]);
    const blind = viewerOf(here.workspaceId, { scopes: ['activity_log:read'] });
    await expect(services.userService.byIdentity(blind, keys)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await services.userService.byIdentity(await freshViewer(), keys)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('need a scope for everything', async () => {
    const reader = viewerOf(workspaceId, { scopes: ['user:read', 'activity_log:write'] });
    const writer = viewerOf(workspaceId, { scopes: ['user:write'] });
    const forbidden = { code: 'FORBIDDEN' };
    await expect(services.userService.list(writer, { page: {} })).rejects.toMatchObject(forbidden);
    await expect(services.userService.get(writer, { id: newId() })).rejects.toMatchObject(forbidden);
    await expect(services.userService.create(reader, { name: 'x' })).rejects.toMatchObject(forbidden);
    await expect(services.userService.createMany(reader, [])).rejects.toMatchObject(forbidden);
    await expect(services.userService.update(reader, { id: newId() })).rejects.toMatchObject(forbidden);
    await expect(services.userService.remove(reader, newId())).rejects.toMatchObject(forbidden);
  });
});

describe('activities', () => {
  it('are created, found, changed and removed', async () => {
    const here = await freshViewer();
    const { node } = await services.activityService.create(here, {
      key: 'bike-to-work',
      name: 'Bike to work',
      description: 'By bike',
      sourceIds: [{ source: 'AWORLD', id: 'abc' }],
    });
    expect(await services.activityService.get(here, { key: 'bike-to-work' })).toEqual(node);
    expect(await services.activityService.byRef(here, [nativeActivityRef('AWORLD', 'abc'), 'x'])).toEqual([
      node,
      undefined,
    ]);
    const same = services.activityService.create(here, { key: 'bike-to-work', name: 'x' });
    await expect(same).rejects.toMatchObject({ code: 'CONFLICT', field: 'input.key' });
    const sameId = services.activityService.create(here, {
      key: 'y',
      name: 'x',
      sourceIds: [{ source: 'AWORLD', id: 'abc' }],
    });
    await expect(sameId).rejects.toMatchObject({ code: 'CONFLICT', field: 'input.sourceIds' });
    const { node: updated } = await services.activityService.update(here, {
      id: node.id,
      name: 'Cycle',
      sourceIds: null,
    });
    expect(updated).toMatchObject({ key: 'bike-to-work', name: 'Cycle', sourceIds: [], refs: [`a:${node.id}`] });
    expect(await services.activityService.get(here, { id: node.id })).toEqual(updated);
    const { results } = await services.activityService.createMany(here, [
      { key: 'run', name: 'Run', sourceIds: [{ source: 'THRIVE', id: '1' }] },
      { key: 'run', name: 'Run again' },
    ]);
    expect(results[1]!.error).toMatchObject({ code: 'CONFLICT', field: 'inputs[1].key' });
    const listed = async (filter: Parameters<typeof services.activityService.list>[1]['filter']) =>
      (await services.activityService.list(here, { filter, page: {} })).items.map((item) => item.node.key);
    expect(await listed({})).toEqual(['bike-to-work', 'run']);
    expect(await listed({ sources: ['THRIVE'] })).toEqual(['run']);
    expect(await listed({ keys: ['bike-to-work'], search: 'cyc' })).toEqual(['bike-to-work']);
    await services.activityService.remove(here, node.id);
    expect(await services.activityService.get(here, { key: 'bike-to-work' })).toBeUndefined();
    const reader = viewerOf(here.workspaceId, { scopes: ['activity_log:read'] });
    await expect(services.activityService.remove(reader, node.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('the history of a noun', () => {
  const documents = (collection: string, who: Viewer) =>
    services.store.db
      .collection(collection)
      .find({})
      .sort({ _id: 1 })
      .toArray()
      .then((found) => found.filter((document) => document.workspaceId.toHexString() === who.workspaceId));

  it('is rebuilt from the log alone, and applying it twice or late changes nothing', async () => {
    const here = await freshViewer();
    const { results } = await services.userService.createMany(here, [
      { name: 'Ann', email: 'a@x.org' },
      { name: 'Bob', email: 'b@x.org' },
    ]);
    const [ann, bob] = results.map(({ node }) => node!);
    await services.userService.update(here, { id: ann!.id, name: 'Anna' });
    await services.userService.remove(here, bob!.id);
    await services.userService.create(here, { name: 'Bob II', email: 'b@x.org' });
    const lived = await documents(usersCollection, here);
    const first = await services.links.at(here.workspaceId, ann!.seq);
    await services.userService.applyUserControl(here.workspaceId, first!);
    await elsewhere.userService.applyUserControl(here.workspaceId, first!);
    expect(await documents(usersCollection, here)).toEqual(lived);

    await services.store.db.collection(usersCollection).deleteMany({ workspaceId: lived[0]!.workspaceId });
    const reborn = openServices(services.store);
    await reborn.userService.catchUp(here.workspaceId);
    expect(await documents(usersCollection, here)).toEqual(lived);
    await reborn.userService.catchUp(here.workspaceId);
    expect(await documents(usersCollection, here)).toEqual(lived);
  });

  it('heals what a crash left between the log and the documents', async () => {
    const here = await freshViewer();
    const { users } = services;
    let crash: string | undefined = 'Ann';
    const dying = new UserService({
      ...services,
      users: new Proxy(users, {
        get: (target, name) => {
          const value = Reflect.get(target, name);
          if (name === 'write') {
            return (written: readonly User[], seq: number) =>
              written[0]!.name === crash ? Promise.reject(new Error('killed')) : target.write(written, seq);
          }
          return typeof value === 'function' ? value.bind(target) : value;
        },
      }),
    });
    await expect(dying.create(here, { name: 'Ann', email: 'a@x.org' })).rejects.toThrow('killed');
    expect(await all(here)).toEqual([]);
    // Whoever writes next finishes it first, and so sees that the email is taken.
    const second = elsewhere.userService.create(here, { name: 'Ann II', email: 'a@x.org' });
    await expect(second).rejects.toMatchObject({ code: 'CONFLICT', field: 'input.email' });
    expect((await all(here)).map(({ node }) => node.name)).toEqual(['Ann']);

    crash = 'Bob';
    await expect(dying.create(here, { name: 'Bob' })).rejects.toThrow('killed');
    await elsewhere.userService.catchUp(here.workspaceId);
    expect((await all(here)).map(({ node }) => node.name)).toEqual(['Ann', 'Bob']);
    crash = undefined;
    await expect(dying.create(here, { name: 'Cid' })).resolves.toBeDefined();
  });

  it('finishes a batch of which only a part was written', async () => {
    const here = await freshViewer();
    const { results } = await services.userService.createMany(here, [
      { name: 'Ann' },
      { name: 'Bob' },
      { name: 'Cid' },
    ]);
    const lived = await documents(usersCollection, here);
    await services.store.db.collection(usersCollection).deleteOne({ _id: lived[1]!._id });
    const { node } = await elsewhere.userService.update(here, { id: results[1]!.node!.id, name: 'Bobby' });
    expect(node.name).toBe('Bobby');
    expect((await all(here)).map((item) => item.node.name)).toEqual(['Ann', 'Bobby', 'Cid']);
  });

  it('lets no change of several processes overwrite or double another', async () => {
    const here = await freshViewer();
    const { node } = await services.userService.create(here, { name: 'Ann' });
    const both = [services.userService, elsewhere.userService];
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 10 }, (_, i) => both[i % 2]!.create(here, { name: `same ${i}`, email: 'same@x.org' })),
      ...Array.from({ length: 10 }, (_, i) => both[i % 2]!.create(here, { name: `own ${i}`, email: `${i}@x.org` })),
      services.userService.update(here, { id: node.id, username: 'ann' }),
      elsewhere.userService.update(here, { id: node.id, email: 'ann@x.org' }),
      services.userService.update(here, { id: node.id, name: 'Anna' }),
    ]);
    const same = outcomes.slice(0, 10);
    expect(same.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of same) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONFLICT' });
    }
    expect(outcomes.slice(10).map(({ status }) => status)).toEqual(Array.from({ length: 13 }, () => 'fulfilled'));
    const changed = await services.userService.get(here, { id: node.id });
    expect(changed).toMatchObject({ name: 'Anna', username: 'ann', email: 'ann@x.org' });
    expect(await all(here)).toHaveLength(12);
    const lived = await documents(usersCollection, here);
    await services.store.db.collection(usersCollection).deleteMany({ workspaceId: lived[0]!.workspaceId });
    await openServices(services.store).userService.catchUp(here.workspaceId);
    expect(await documents(usersCollection, here)).toEqual(lived);
  });

  it('keeps users, activities and entries apart', async () => {
    const here = await freshViewer();
    await services.activityService.create(here, { key: 'k', name: 'Run' });
    await services.userService.create(here, { name: 'Ann' });
    await services.writer.append(here.workspaceId, entryDraft());
    await services.activityService.create(here, { key: 'l', name: 'Walk' });
    expect(await documents(usersCollection, here)).toHaveLength(1);
    expect(await documents(activitiesCollection, here)).toHaveLength(2);
    const page = await services.logs.list(here, { page: {} });
    expect(await page.totalCount()).toBe(1);
  });

  it('refuses documents that are none, whoever writes them', async () => {
    const bad = { workspaceId: 'x', seq: 1 };
    await expect(services.store.db.collection(usersCollection).insertOne({ ...bad })).rejects.toThrow('validation');
    await expect(services.store.db.collection(activitiesCollection).insertOne({ ...bad })).rejects.toThrow(
      'validation',
    );
  });
});
