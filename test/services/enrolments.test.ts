import { describe, expect, it } from 'vitest';
import { decodeFeedCursor } from '../../src/base/cursor.js';
import { type Id, newId } from '../../src/base/ids.js';
import type { Viewer } from '../../src/model/viewer.js';
import { enrolmentsCollection } from '../../src/store/enrolments.js';
import { openServices, openTestServices, viewerOf } from '../support/services.js';

const services = await openTestServices();
const elsewhere = openServices(services.store);
const { enrolmentService, pathwayService, userService } = services;

/** A workspace with a pathway and some people, whose emails are `p0@x.org` and so on. */
async function world(count: number) {
  const here = viewerOf(await services.workspace());
  await elsewhere.log.feeds.open(here.workspaceId);
  const inputs = Array.from({ length: count }, (_, n) => ({ name: `Person ${n}`, email: `p${n}@x.org` }));
  const people = (await userService.createMany(here, inputs)).results.map(({ node }) => node!);
  const { node: pathway } = await pathwayService.create(here, { key: 'p', name: 'Pathway' });
  return { here, people, ids: people.map(({ id }) => id), pathway };
}
const enrol = (who: Viewer, pathwayId: Id, userIds: readonly Id[], groups?: string[]) =>
  enrolmentService.enrol(who, { pathwayId, users: userIds.map((userId) => ({ userId, groups })) });
type Filter = Parameters<typeof enrolmentService.list>[1]['filter'];
const listed = async (who: Viewer, filter: Filter = {}) =>
  (await enrolmentService.list(who, { filter, page: { first: 1000 } })).items.map(({ node }) => node.userId);
const documents = async (who: Viewer) =>
  (await services.store.db.collection(enrolmentsCollection).find({}).sort({ _id: 1 }).toArray()).filter(
    ({ workspaceId }) => workspaceId.toHexString() === who.workspaceId,
  );
const controls = async (who: Viewer) =>
  services.store.db.collection('activity_logs').countDocuments({
    workspaceId: (await documents(who))[0]!.workspaceId,
    'control.noun': 'enrolment',
  });

describe('enrolments', () => {
  it('begin, change their groups and end, each person of a batch on their own', async () => {
    const { here, ids, pathway } = await world(3);
    const first = await enrolmentService.enrol(here, {
      pathwayId: pathway.id.toUpperCase(),
      users: [
        { userId: ids[0]!.toUpperCase(), groups: [' Group A ', 'Group B', 'Group A'] },
        { userEmail: 'P1@x.org' },
        { userId: newId() },
        { userId: ids[2]!, userEmail: 'p2@x.org' },
        {},
        { userEmail: 'nobody@x.org' },
        { userId: ids[2]!, groups: [''] },
        { userId: ids[0]! },
      ],
    });
    expect(first.results.map(({ outcome, error }) => outcome ?? [error!.code, error!.field])).toEqual([
      'ENROLLED',
      'ENROLLED',
      ['NOT_FOUND', 'input.users[2].userId'],
      ['BAD_USER_INPUT', 'input.users[3].userId'],
      ['BAD_USER_INPUT', 'input.users[4].userId'],
      ['NOT_FOUND', 'input.users[5].userEmail'],
      ['BAD_USER_INPUT', 'input.users[6].groups[0]'],
      'UNCHANGED',
    ]);
    const [alice, bob] = first.results.map(({ node }) => node!);
    expect(alice).toMatchObject({ userId: ids[0], pathwayId: pathway.id, groups: ['Group A', 'Group B'] });
    expect(decodeFeedCursor(first.cursor, 'cursor').seq).toBe(alice!.seq);
    expect(await listed(here)).toEqual([ids[0], ids[1]]);

    const again = await enrol(here, pathway.id, [ids[0]!, ids[1]!]);
    expect(again).toEqual({
      results: [
        { node: alice, outcome: 'UNCHANGED' },
        { node: bob, outcome: 'UNCHANGED' },
      ],
      cursor: first.cursor,
    });
    const changed = await enrol(here, pathway.id, [ids[0]!], ['Group C']);
    expect(changed.results[0]).toMatchObject({ outcome: 'CHANGED', node: { id: alice!.id, groups: ['Group C'] } });
    expect(changed.results[0]!.node!.enrolledAt).toEqual(alice!.enrolledAt);

    const left = await enrolmentService.withdraw(here, {
      pathwayId: pathway.id,
      userIds: [ids[0]!, ids[2]!, ids[0]!, 'x'],
    });
    expect(left.results.map(({ node, error }) => node?.id ?? [error!.code, error!.field])).toEqual([
      alice!.id,
      ['NOT_FOUND', 'input.userIds[1]'],
      ['NOT_FOUND', 'input.userIds[2]'],
      ['BAD_USER_INPUT', 'input.userIds[3]'],
    ]);
    expect(left.results[0]!.node!.withdrawnAt).toBeInstanceOf(Date);
    expect(await listed(here)).toEqual([ids[1]]);
    const returned = await enrol(here, pathway.id, [ids[0]!]);
    expect(returned.results[0]).toMatchObject({ outcome: 'ENROLLED', node: { groups: [] } });
    expect(returned.results[0]!.node!.id).not.toBe(alice!.id);
    expect(await listed(here)).toEqual([ids[1], ids[0]]);
  });

  it('of a thousand people are one entry of the log, and a thousand and one are refused', async () => {
    const { here, ids, pathway } = await world(1000);
    const { results } = await enrol(here, pathway.id, ids, ['G'.repeat(100)]);
    expect(new Set(results.map(({ node }) => node!.seq)).size).toBe(1);
    expect(await controls(here)).toBe(1);
    expect(await listed(here)).toHaveLength(1000);
    const tooMany = { code: 'TOO_LARGE', field: 'input.users' };
    await expect(enrol(here, pathway.id, [...ids, newId()])).rejects.toMatchObject(tooMany);
    await enrolmentService.withdraw(here, { pathwayId: pathway.id, userIds: ids });
    expect(await controls(here)).toBe(2);
    expect(await listed(here)).toEqual([]);
  });

  it('need a pathway that is there and open', async () => {
    const { here, ids, pathway } = await world(1);
    const field = 'input.pathwayId';
    await expect(enrol(here, newId(), ids)).rejects.toMatchObject({ code: 'NOT_FOUND', field });
    await expect(enrol(here, 'x', ids)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field });
    await enrol(here, pathway.id, ids);
    await pathwayService.archive(here, pathway.id, true);
    await expect(enrol(here, pathway.id, ids)).rejects.toMatchObject({ code: 'CONFLICT', field });
    expect(await listed(here)).toEqual(ids);
    await enrolmentService.withdraw(here, { pathwayId: pathway.id, userIds: ids });
    expect(await listed(here)).toEqual([]);
  });

  it('are those of the one whom somebody was merged into, until they are taken apart', async () => {
    const { here, ids, pathway } = await world(3);
    const [alice, bob, cid] = ids as [Id, Id, Id];
    await enrol(here, pathway.id, [alice, cid]);
    await userService.merge(here, { userId: alice, intoUserId: bob });
    expect((await enrol(here, pathway.id, [bob])).results[0]!.outcome).toBe('UNCHANGED');
    for (const name of [alice, bob, 'Person 0', 'p1@x.org'])
      expect(await listed(here, { users: [name] })).toEqual([alice]);
    await userService.unmerge(here, { userId: alice });
    expect(await listed(here, { users: [bob] })).toEqual([]);
    await enrol(here, pathway.id, [bob]);
    // Both are enrolled: as one person they leave with both.
    const { node } = await userService.merge(here, { userId: alice, intoUserId: bob });
    const pages = pathwayService.ofUsers(here);
    expect((await pages(node, {})).items.map((item) => item.node.id)).toEqual([pathway.id]);
    await enrolmentService.withdraw(here, { pathwayId: pathway.id, userIds: [alice] });
    expect(await listed(here)).toEqual([cid]);
    // Somebody who was removed can still leave.
    await userService.remove(here, cid);
    const gone = await enrolmentService.withdraw(here, { pathwayId: pathway.id, userIds: [cid] });
    expect(gone.results[0]!.node).toMatchObject({ userId: cid });
  });

  it('are listed in the order they began, in pages, and filtered by names', async () => {
    const { here, ids, pathway } = await world(7);
    const { node: other } = await pathwayService.create(here, { key: 'q', name: 'Other' });
    await enrol(here, pathway.id, ids.slice(0, 3), ['A']);
    await enrol(here, other.id, ids.slice(2, 5), ['A', 'B']);
    await enrol(here, pathway.id, ids.slice(3), ['B']);
    const order = [0, 1, 2, 2, 3, 4, 3, 4, 5, 6].map((n) => ids[n]!);
    expect(await listed(here)).toEqual(order);
    expect(await listed(here, { pathways: ['q'] })).toEqual(ids.slice(2, 5));
    expect(await listed(here, { pathways: ['OTHER', pathway.id] })).toEqual(order);
    expect(await listed(here, { pathways: ['p'], groups: ['B'] })).toEqual(ids.slice(3));
    expect(await listed(here, { users: ['Person 3'] })).toEqual([ids[3], ids[3]]);
    for (const filter of [{ pathways: ['no'] }, { users: ['no'] }, { users: [] }, { ids: [] }, { groups: [] }]) {
      expect(await listed(here, filter)).toEqual([]);
    }
    const whole = (await enrolmentService.list(here, { page: {} })).items;
    for (let at = 0; at < whole.length; at += 1) {
      const { cursor } = whole[at]!;
      const next = await enrolmentService.list(here, { page: { first: 3, after: cursor } });
      expect(next.items.map(({ node }) => node)).toEqual(whole.slice(at + 1, at + 4).map(({ node }) => node));
      expect(await next.hasNextPage()).toBe(at + 4 < whole.length);
      const before = await enrolmentService.list(here, { page: { last: 3, before: cursor } });
      expect(before.items.map(({ node }) => node)).toEqual(
        whole.slice(Math.max(0, at - 3), at).map(({ node }) => node),
      );
      expect(await before.totalCount()).toBe(10);
    }
    const malformed = enrolmentService.list(here, { filter: { ids: ['x'] }, page: {} });
    await expect(malformed).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'filter.ids[0]' });
  });

  it('of many pathways are paged together as each would be alone', async () => {
    const { here, ids } = await world(9);
    const pathways: Id[] = [];
    // More than one look-up holds.
    for (let n = 0; n < 3; n += 1) {
      const { node } = await pathwayService.create(here, { key: `k${n}`, name: `N${n}` });
      pathways.push(node.id);
      await enrol(here, node.id, ids.slice(n), ['A']);
    }
    const asked = [...pathways, ...Array.from({ length: 120 }, () => newId())];
    const of = enrolmentService.ofPathways(here);
    const pages = await Promise.all(asked.map((pathwayId) => of({ pathwayId, page: { first: 4 } })));
    expect(pages.map(({ items }) => items.length)).toEqual([4, 4, 4, ...Array(120).fill(0)]);
    expect(await Promise.all(pages.map((page) => page.totalCount()))).toEqual([9, 8, 7, ...Array(120).fill(0)]);
    for (const [n, pathwayId] of pathways.entries()) {
      expect(pages[n]!.items.map(({ node }) => node.userId)).toEqual(ids.slice(n, n + 4));
      const next = await of({ pathwayId, page: { first: 4, after: pages[n]!.items[3]!.cursor } });
      expect(next.items.map(({ node }) => node.userId)).toEqual(ids.slice(n + 4, n + 8));
      expect([await next.hasPreviousPage(), await next.hasNextPage()]).toEqual([true, n === 0]);
      const last = await of({ pathwayId, groups: ['A'], page: { last: 2 } });
      expect(last.items.map(({ node }) => node.userId)).toEqual(ids.slice(-2));
    }
    const costly = Promise.all(asked.map((pathwayId) => of({ pathwayId, page: { first: 1000 } })));
    await expect(costly).rejects.toMatchObject({ code: 'TOO_COSTLY' });
  });

  it('and pathways of others are not there for who may see their own', async () => {
    const { here, ids, pathway } = await world(3);
    const [alice, bob, cid] = ids as [Id, Id, Id];
    const { node: other } = await pathwayService.create(here, { key: 'q', name: 'Other' });
    await enrol(here, pathway.id, [alice, bob]);
    await enrol(here, other.id, [bob, cid]);
    const own = viewerOf(here.workspaceId, { scopes: ['pathway:read:own'], userId: alice });
    const seen = async () => (await pathwayService.list(own, { page: {} })).items.map(({ node }) => node.key);
    expect(await seen()).toEqual(['p']);
    expect(await pathwayService.get(own, { key: 'q' })).toBeUndefined();
    expect(await pathwayService.get(own, { id: other.id })).toBeUndefined();
    expect(await pathwayService.get(own, { name: 'Pathway' })).toEqual(pathway);
    expect(await pathwayService.byId(own, [other.id, pathway.id])).toEqual([undefined, pathway]);
    expect(await (await pathwayService.list(own, { filter: { ids: [other.id] }, page: {} })).totalCount()).toBe(0);
    expect(await listed(own)).toEqual([alice]);
    for (const filter of [{ users: [bob] }, { pathways: ['q'] }]) expect(await listed(own, filter)).toEqual([]);
    const of = enrolmentService.ofPathways(own);
    const mine = await of({ pathwayId: pathway.id, page: {} });
    expect([mine.items.map(({ node }) => node.userId), await mine.totalCount()]).toEqual([[alice], 1]);
    expect((await of({ pathwayId: other.id, page: {} })).items).toEqual([]);
    const pages = pathwayService.ofUsers(own);
    const people = await userService.byIdentity(here, [`u:${alice}`, `u:${bob}`]);
    expect((await pages(people[0]!, {})).items.map(({ node }) => node.key)).toEqual(['p']);
    expect((await pages(people[1]!, {})).items).toEqual([]);
    await expect(enrol(own, pathway.id, [alice])).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(enrolmentService.withdraw(own, { pathwayId: pathway.id, userIds: [alice] })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });

    // Whoever they are one with is their own, too.
    await userService.merge(here, { userId: cid, intoUserId: alice });
    expect(await seen()).toEqual(['q', 'p']);
    expect(await listed(own)).toEqual([alice, cid]);
    const none = viewerOf(here.workspaceId, { scopes: ['user:read'], userId: alice });
    await expect(enrolmentService.list(none, { page: {} })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it("page through a user's pathways by name", async () => {
    const { here, people, ids } = await world(2);
    for (const name of ['b', 'D', 'a', 'C', 'e']) {
      const { node } = await pathwayService.create(here, { key: `key ${name}`, name });
      await enrol(here, node.id, name === 'e' ? [ids[1]!] : ids);
    }
    const pages = pathwayService.ofUsers(here);
    const names = async (page: Parameters<typeof pages>[1]) =>
      (await pages(people[0]!, page)).items.map(({ node }) => node.name);
    const all = await pages(people[0]!, {});
    expect([await names({}), await all.totalCount()]).toEqual([['a', 'b', 'C', 'D'], 4]);
    const { cursor } = all.items[1]!;
    expect(await names({ first: 1, after: cursor })).toEqual(['C']);
    expect(await names({ last: 3, before: cursor })).toEqual(['a']);
    expect(await names({ last: 2 })).toEqual(['C', 'D']);
    const one = await pages(people[0]!, { first: 1, after: cursor });
    expect([await one.hasPreviousPage(), await one.hasNextPage()]).toEqual([true, true]);
    expect(await names({ first: 0 })).toEqual([]);
  });
});

describe('the history of enrolments', () => {
  it('is rebuilt from the log alone, however late or often its entries are applied', async () => {
    const { here, ids, pathway } = await world(5);
    const first = await enrol(here, pathway.id, ids);
    await enrol(here, pathway.id, [ids[1]!], ['A']);
    await enrolmentService.withdraw(here, { pathwayId: pathway.id, userIds: ids.slice(0, 3) });
    await enrol(here, pathway.id, [ids[0]!], ['B']);
    const lived = await documents(here);
    expect(lived).toHaveLength(6);
    const early = (await services.links.at(here.workspaceId, first.results[0]!.node!.seq))!;
    await elsewhere.enrolmentService.applyEnrolmentControl(here.workspaceId, early);
    expect(await documents(here)).toEqual(lived);
    await services.store.db.collection(enrolmentsCollection).deleteMany({ workspaceId: lived[0]!.workspaceId });
    const reborn = openServices(services.store);
    expect(await reborn.enrolmentService.catchUp(here.workspaceId)).toBe(4);
    expect(await documents(here)).toEqual(lived);
  });

  it('enrols nobody twice, whatever processes do at once', async () => {
    const { here, ids, pathway } = await world(20);
    const both = [enrolmentService, elsewhere.enrolmentService];
    const users = ids.map((userId) => ({ userId }));
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, n) => both[n % 2]!.enrol(here, { pathwayId: pathway.id, users: users.slice(n) })),
    );
    const enrolled = all.flatMap(({ results }) => results.filter(({ outcome }) => outcome === 'ENROLLED'));
    expect(enrolled.map(({ node }) => node!.userId).sort()).toEqual([...ids].sort());
    expect((await listed(here)).sort()).toEqual([...ids].sort());
    const left = await Promise.all(
      both.map((service) => service.withdraw(here, { pathwayId: pathway.id, userIds: ids })),
    );
    expect(left.flatMap(({ results }) => results.filter(({ node }) => node))).toHaveLength(20);
    expect(await listed(here)).toEqual([]);
    const lived = await documents(here);
    await services.store.db.collection(enrolmentsCollection).deleteMany({ workspaceId: lived[0]!.workspaceId });
    await openServices(services.store).enrolmentService.catchUp(here.workspaceId);
    expect(await documents(here)).toEqual(lived);
  });
});
