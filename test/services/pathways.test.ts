import { beforeAll, describe, expect, it } from 'vitest';
import { decodeFeedCursor } from '../../src/base/cursor.js';
import { type Id, newId } from '../../src/base/ids.js';
import type { Viewer } from '../../src/model/viewer.js';
import { pathwaysCollection } from '../../src/store/pathways.js';
import { openServices, openTestServices, viewerOf } from '../support/services.js';

const services = await openTestServices();
const elsewhere = openServices(services.store);
const { pathwayService } = services;
let viewer: Viewer;

const freshViewer = async (): Promise<Viewer> => {
  const here = viewerOf(await services.workspace());
  await elsewhere.log.feeds.open(here.workspaceId);
  return here;
};
beforeAll(async () => {
  viewer = await freshViewer();
});

/** Definitions to build pathways of. */
async function definitions(who: Viewer, count: number): Promise<Id[]> {
  const inputs = Array.from({ length: count }, (_, n) => ({ key: `step-${n}-${newId()}`, name: `Step ${n}` }));
  return (await services.activityService.createMany(who, inputs)).results.map(({ node }) => node!.id);
}
const documents = async (who: Viewer) =>
  (await services.store.db.collection(pathwaysCollection).find({}).sort({ _id: 1 }).toArray()).filter(
    ({ workspaceId }) => workspaceId.toHexString() === who.workspaceId,
  );

describe('pathways', () => {
  it('are created, found, changed, put in order and archived, each change with its place in the log', async () => {
    const here = await freshViewer();
    const [first, second, third] = await definitions(here, 3);
    const created = await pathwayService.create(here, {
      key: 'EV67-ZCNS-56AD',
      name: ' Become A Store Owner ',
      activities: [
        { activityId: first!.toUpperCase(), level: 1, fulfilmentType: 'tracking' },
        { activityId: second!, level: 2, required: false },
      ],
    });
    const { node } = created;
    expect(node).toMatchObject({
      name: 'Become A Store Owner',
      levelsInOrder: false,
      archived: false,
      seq: created.seq,
      activities: [
        { activityId: first, level: 1, required: true, fulfilmentType: 'tracking' },
        { activityId: second, level: 2, required: false },
      ],
    });
    expect(decodeFeedCursor(created.cursor, 'cursor').seq).toBe(created.seq);
    for (const by of [{ id: node.id.toUpperCase() }, { key: 'EV67-ZCNS-56AD' }, { name: ' become a STORE owner ' }]) {
      expect(await pathwayService.get(here, by)).toEqual(node);
    }

    const activities = [...node.activities, { activityId: third!, level: 4 }];
    const updated = await pathwayService.update(here, { id: node.id, name: 'Owner', activities, levelsInOrder: true });
    expect(updated.seq).toBeGreaterThan(created.seq);
    expect(updated.node).toMatchObject({ key: 'EV67-ZCNS-56AD', name: 'Owner', levelsInOrder: true });
    const order = [third!, first!, second!];
    const reordered = await pathwayService.reorder(here, { id: node.id, activityIds: order });
    expect(reordered.node.activities.map(({ activityId }) => activityId)).toEqual(order);
    expect(reordered.node.activities[0]).toMatchObject({ level: 4, required: true });

    const archived = await pathwayService.archive(here, node.id, true);
    expect(archived.node).toEqual({
      ...reordered.node,
      archived: true,
      seq: archived.seq,
      updatedAt: archived.node.updatedAt,
    });
    expect(await pathwayService.get(here, { id: node.id })).toEqual(archived.node);
    // Again changes nothing, and so leaves no entry.
    expect(await pathwayService.archive(here, node.id, true)).toEqual({ ...archived });
    expect((await pathwayService.archive(here, node.id, false)).node.archived).toBe(false);
  });

  it('share names but no key, and a name of several is refused with their ids', async () => {
    const here = await freshViewer();
    const { node: one } = await pathwayService.create(here, { key: 'a', name: 'Same' });
    const { node: other } = await pathwayService.create(here, { key: 'b', name: 'same' });
    const taken = { code: 'CONFLICT', field: 'input.key' };
    await expect(pathwayService.create(here, { key: 'a', name: 'x' })).rejects.toMatchObject(taken);
    await expect(pathwayService.update(here, { id: other.id, key: 'a' })).rejects.toMatchObject(taken);
    await expect(pathwayService.update(here, { id: one.id, key: 'a' })).resolves.toBeDefined();
    const ambiguous = pathwayService.get(here, { name: 'Same' });
    await expect(ambiguous).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'name' });
    await expect(ambiguous).rejects.toThrow([one.id, other.id].sort().join(', '));
    await expect(pathwayService.create(await freshViewer(), { key: 'a', name: 'x' })).resolves.toBeDefined();
  });

  it('hold only what is defined, each once, on levels 1 to 4', async () => {
    const here = await freshViewer();
    const [first, second] = await definitions(here, 2);
    const refused = async (activities: object[], code: string, field: string) =>
      expect(
        pathwayService.create(here, { key: newId(), name: 'x', activities: activities as [] }),
      ).rejects.toMatchObject({ code, field });
    const ok = { activityId: first };
    await refused([ok, { activityId: newId() }], 'NOT_FOUND', 'input.activities[1].activityId');
    await refused([ok, ok], 'BAD_USER_INPUT', 'input.activities[1].activityId');
    await refused([{ activityId: 'x' }], 'BAD_USER_INPUT', 'input.activities[0].activityId');
    for (const level of [0, 5, 1.5, Number.NaN]) {
      await refused([{ ...ok, level }], 'BAD_USER_INPUT', 'input.activities[0].level');
    }
    await refused([{ ...ok, fulfilmentType: '' }], 'BAD_USER_INPUT', 'input.activities[0].fulfilmentType');
    await refused([{ ...ok, type: 'x'.repeat(101) }], 'BAD_USER_INPUT', 'input.activities[0].type');
    await refused(Array(501).fill(ok), 'BAD_USER_INPUT', 'input.activities');

    const activities = [{ activityId: first! }, { activityId: second! }];
    const { node } = await pathwayService.create(here, { key: 'k', name: 'K', activities });
    const wrong = { code: 'CONFLICT', field: 'input.activityIds' };
    for (const activityIds of [[first!], [first!, first!], [first!, second!, second!], [first!, newId()], []]) {
      await expect(pathwayService.reorder(here, { id: node.id, activityIds })).rejects.toMatchObject(wrong);
    }
    // What was defined once may stay when its definition goes; it cannot come anew.
    await services.activityService.remove(here, second!);
    const swapped = await pathwayService.reorder(here, { id: node.id, activityIds: [second!, first!] });
    expect(swapped.node.activities.map(({ activityId }) => activityId)).toEqual([second, first]);
    await pathwayService.update(here, { id: node.id, activities: null });
    const anew = pathwayService.update(here, { id: node.id, activities });
    await expect(anew).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'input.activities[1].activityId' });
  });

  it.each([
    [{ key: ' ', name: 'x' }, 'input.key'],
    [{ key: 'x', name: '' }, 'input.name'],
    [{ key: 'x', name: 'x\ud800' }, 'input.name'],
    [{ key: 'x'.repeat(201), name: 'x' }, 'input.key'],
    [{ key: 'x', name: 'x', description: 'x'.repeat(5001) }, 'input.description'],
  ])('refuse %j naming the field', async (input, field) => {
    await expect(pathwayService.create(viewer, input)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field });
  });

  it('are looked up by exactly one argument, and changed only where they are', async () => {
    for (const by of [{}, { id: null, key: null, name: null }, { key: 'a', name: 'b' }]) {
      await expect(pathwayService.get(viewer, by)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'id' });
    }
    const lone = pathwayService.get(viewer, { name: '\ud800' });
    await expect(lone).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'name' });
    const missing = { code: 'NOT_FOUND', field: 'input.id' };
    await expect(pathwayService.update(viewer, { id: newId() })).rejects.toMatchObject(missing);
    await expect(pathwayService.reorder(viewer, { id: newId(), activityIds: [] })).rejects.toMatchObject(missing);
    await expect(pathwayService.archive(viewer, newId(), true)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      field: 'id',
    });
  });

  it('are listed by name in pages, and filtered', async () => {
    const here = await freshViewer();
    const [step] = await definitions(here, 1);
    for (const [key, name] of [
      ['c', 'Élan'],
      ['a', 'zoo'],
      ['b', 'Apple pie'],
      ['d', 'apple'],
    ]) {
      await pathwayService.create(here, {
        key: key!,
        name: name!,
        activities: key === 'a' ? [{ activityId: step! }] : [],
      });
    }
    const { node: apple } = (await pathwayService.list(here, { page: { first: 1 } })).items[0]!;
    await pathwayService.archive(here, apple.id, true);
    const keys = async (filter: Parameters<typeof pathwayService.list>[1]['filter']) =>
      (await pathwayService.list(here, { filter, page: {} })).items.map(({ node }) => node.key);
    expect(await keys({})).toEqual(['d', 'b', 'a', 'c']);
    expect(await keys({ archived: true })).toEqual(['d']);
    expect(await keys({ archived: false, search: 'app' })).toEqual(['b']);
    expect(await keys({ keys: ['a', 'c'], activityIds: [step!] })).toEqual(['a']);
    expect(await keys({ ids: [] })).toEqual([]);
    const page = await pathwayService.list(here, { page: { first: 2 } });
    expect(await page.totalCount()).toBe(4);
    const next = await pathwayService.list(here, { page: { first: 2, after: page.items[1]!.cursor } });
    expect(next.items.map(({ node }) => node.key)).toEqual(['a', 'c']);
    expect([await next.hasPreviousPage(), await next.hasNextPage()]).toEqual([true, false]);
  });

  it('need a scope for everything', async () => {
    const forbidden = { code: 'FORBIDDEN' };
    const reader = viewerOf(viewer.workspaceId, { scopes: ['pathway:read'] });
    const writer = viewerOf(viewer.workspaceId, { scopes: ['pathway:write'] });
    const nobodys = viewerOf(viewer.workspaceId, { scopes: ['pathway:read:own'] });
    for (const who of [writer, nobodys]) {
      await expect(pathwayService.get(who, { key: 'x' })).rejects.toMatchObject(forbidden);
      await expect(pathwayService.list(who, { page: {} })).rejects.toMatchObject(forbidden);
      await expect(pathwayService.byId(who, [])).rejects.toMatchObject(forbidden);
      expect(() => pathwayService.ofUsers(who)).toThrow(expect.objectContaining(forbidden));
    }
    await expect(pathwayService.create(reader, { key: 'x', name: 'x' })).rejects.toMatchObject(forbidden);
    await expect(pathwayService.update(reader, { id: newId() })).rejects.toMatchObject(forbidden);
    await expect(pathwayService.reorder(reader, { id: newId(), activityIds: [] })).rejects.toMatchObject(forbidden);
    await expect(pathwayService.archive(reader, newId(), true)).rejects.toMatchObject(forbidden);
  });
});

describe('the history of pathways', () => {
  it('is rebuilt from the log alone, however late or often its entries are applied', async () => {
    const here = await freshViewer();
    const [first, second] = await definitions(here, 2);
    const activities = [
      { activityId: first! },
      { activityId: second!, level: 3, type: 'story', fulfilmentType: 'check-in' },
    ];
    const { node, seq } = await pathwayService.create(here, { key: 'a', name: 'A', description: 'd', activities });
    await pathwayService.create(here, { key: 'b', name: 'B' });
    await pathwayService.reorder(here, { id: node.id, activityIds: [second!, first!] });
    await pathwayService.update(here, { id: node.id, description: null, key: 'c' });
    await pathwayService.create(here, { key: 'a', name: 'A again' });
    await pathwayService.archive(here, node.id, true);
    const lived = await documents(here);
    expect(lived).toHaveLength(3);
    const early = (await services.links.at(here.workspaceId, seq))!;
    await elsewhere.pathwayService.applyPathwayControl(here.workspaceId, early);
    expect(await documents(here)).toEqual(lived);
    await services.store.db.collection(pathwaysCollection).deleteMany({ workspaceId: lived[0]!.workspaceId });
    const reborn = openServices(services.store);
    expect(await reborn.pathwayService.catchUp(here.workspaceId)).toBe(6);
    expect(await documents(here)).toEqual(lived);
    expect(await reborn.pathwayService.catchUp(here.workspaceId)).toBe(0);
  });

  it('lets no change of several processes overwrite or double another', async () => {
    const here = await freshViewer();
    const [first, second] = await definitions(here, 2);
    const activities = [{ activityId: first! }, { activityId: second! }];
    const { node } = await pathwayService.create(here, { key: 'a', name: 'A', activities });
    const both = [pathwayService, elsewhere.pathwayService];
    const same = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => both[n % 2]!.create(here, { key: 'same', name: `${n}` })),
    );
    expect(same.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of same) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'CONFLICT' });
    await Promise.all([
      both[0]!.update(here, { id: node.id, name: 'Named' }),
      both[1]!.reorder(here, { id: node.id, activityIds: [second!, first!] }),
      both[0]!.archive(here, node.id, true),
      both[1]!.update(here, { id: node.id, levelsInOrder: true }),
    ]);
    const changed = await elsewhere.pathwayService.get(here, { id: node.id });
    expect(changed).toMatchObject({ name: 'Named', archived: true, levelsInOrder: true });
    expect(changed!.activities.map(({ activityId }) => activityId)).toEqual([second, first]);
  });
});
