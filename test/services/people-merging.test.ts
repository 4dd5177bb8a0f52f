import { beforeAll, describe, expect, it } from 'vitest';
import { decodeFeedCursor } from '../../src/base/cursor.js';
import { type Id, newId } from '../../src/base/ids.js';
import { emailIdentity, nativeIdentity, userIdentity } from '../../src/model/identity.js';
import type { User } from '../../src/model/user.js';
import type { CreateUserInput } from '../../src/model/user-input.js';
import type { Viewer } from '../../src/model/viewer.js';
import { UserService } from '../../src/services/users.js';
import { usersCollection } from '../../src/store/users.js';
import { entryDraft, openServices, openTestServices, viewerOf } from '../support/services.js';

const services = await openTestServices();
const elsewhere = openServices(services.store);
let here: Viewer;

beforeAll(async () => {
  here = viewerOf(await services.workspace());
  await elsewhere.log.feeds.open(here.workspaceId);
});

const freshViewer = async (): Promise<Viewer> => {
  const viewer = viewerOf(await services.workspace());
  await elsewhere.log.feeds.open(viewer.workspaceId);
  return viewer;
};
const add = async (who: Viewer, input: CreateUserInput): Promise<User> =>
  (await services.userService.create(who, input)).node;
const merge = async (who: Viewer, user: { id: Id }, into: { id: Id }): Promise<User> =>
  (await services.userService.merge(who, { userId: user.id, intoUserId: into.id })).node;
const unmerge = (who: Viewer, user: { id: Id }) => services.userService.unmerge(who, { userId: user.id });
const get = (who: Viewer, id: Id) => services.userService.get(who, { id });
const documents = async (who: Viewer) =>
  (await services.store.db.collection(usersCollection).find({}).sort({ _id: 1 }).toArray()).filter(
    (document) => document.workspaceId.toHexString() === who.workspaceId,
  );
/** Whatever of a person does not tell when they were last changed. */
const lasting = ({ seq: _seq, updatedAt: _updatedAt, identities, ...rest }: User) => ({
  ...rest,
  identities: [...identities].sort(),
});
const native = (n: number) => nativeIdentity('THRIVE', 'c1', String(n));

async function threePeople(who: Viewer): Promise<[User, User, User]> {
  return [
    await add(who, { name: 'Ann', email: 'ann@x.org', username: 'ann', identities: [native(1)] }),
    await add(who, { name: 'Ben', identities: [native(2)] }),
    await add(who, { name: 'Cid', email: 'cid@x.org', identities: [native(3)] }),
  ];
}

describe('merging', () => {
  it('makes one of two: the one who stays has all identities and keeps what it has', async () => {
    const [ann, ben, cid] = await threePeople(here);
    const { node, seq, cursor } = await services.userService.merge(here, { userId: ann.id, intoUserId: cid.id });
    expect(node).toMatchObject({ id: cid.id, name: 'Cid', email: 'cid@x.org', username: 'ann', seq });
    expect(node.identities).toEqual([...cid.identities, ...ann.identities]);
    expect(node.mergedFrom).toMatchObject([{ id: ann.id, into: cid.id, name: 'Ann', email: 'ann@x.org' }]);
    expect(decodeFeedCursor(cursor, 'cursor').seq).toBe(seq);
    for (const id of [ann.id, cid.id]) expect(await get(here, id)).toEqual(node);
    expect(await services.userService.get(here, { email: 'Ann@x.org' })).toEqual(node);
    const takes = await merge(here, node, ben);
    expect(takes).toMatchObject({ id: ben.id, name: 'Ben', email: 'cid@x.org', username: 'ann' });
    expect(await get(here, ann.id)).toEqual(takes);
    const { items } = await services.userService.list(here, { filter: { ids: [ann.id, cid.id] }, page: {} });
    expect(items.map((item) => item.node)).toEqual([takes]);
    for (const search of ['ann', 'cid', 'ben']) {
      const found = await services.userService.list(here, { filter: { search }, page: {} });
      expect(found.items.map((item) => item.node.id)).toEqual([ben.id]);
    }
  });

  it('is one entry of the log, and one change of documents that leaves a stub', async () => {
    const who = await freshViewer();
    const [ann, ben] = await threePeople(who);
    const before = (await services.reader.settle(who.workspaceId)).seq;
    const node = await merge(who, ann, ben);
    expect(node.seq).toBe(before + 1);
    const stub = (await documents(who)).find((document) => document._id.toHexString() === ann.id);
    expect(Object.keys(stub!).sort()).toEqual(['_id', 'mergedInto', 'seq', 'workspaceId']);
    expect(stub!.mergedInto.toHexString()).toBe(ben.id);
  });

  it('refuses who is the same, unknown, of another workspace or merged already, naming the field', async () => {
    const who = await freshViewer();
    const abroad = await add(await freshViewer(), { name: 'Zoe' });
    const [ann, ben, cid] = await threePeople(who);
    const refused = (userId: Id, intoUserId: Id) =>
      services.userService.merge(who, { userId, intoUserId }).then(
        () => undefined,
        ({ code, field }) => [code, field],
      );
    expect(await refused(ann.id, ann.id.toUpperCase())).toEqual(['BAD_USER_INPUT', 'input.intoUserId']);
    expect(await refused('x', ann.id)).toEqual(['BAD_USER_INPUT', 'input.userId']);
    expect(await refused(ann.id, 'x')).toEqual(['BAD_USER_INPUT', 'input.intoUserId']);
    expect(await refused(newId(), ann.id)).toEqual(['NOT_FOUND', 'input.userId']);
    expect(await refused(ann.id, abroad.id)).toEqual(['NOT_FOUND', 'input.intoUserId']);
    expect(await refused(abroad.id, ann.id)).toEqual(['NOT_FOUND', 'input.userId']);
    await merge(who, ann, ben);
    expect(await refused(ann.id, ben.id)).toEqual(['CONFLICT', 'input.userId']);
    expect(await refused(ann.id, cid.id)).toEqual(['CONFLICT', 'input.userId']);
    expect(await refused(ben.id, ann.id)).toEqual(['CONFLICT', 'input.intoUserId']);
    const reader = viewerOf(who.workspaceId, { scopes: ['user:read', 'activity_log:write'] });
    const forbidden = { code: 'FORBIDDEN' };
    const input = { userId: ben.id, intoUserId: cid.id };
    await expect(services.userService.merge(reader, input)).rejects.toMatchObject(forbidden);
    await expect(services.userService.unmerge(reader, input)).rejects.toMatchObject(forbidden);
    await services.userService.remove(who, cid.id);
    expect(await refused(ben.id, cid.id)).toEqual(['NOT_FOUND', 'input.intoUserId']);
  });

  it('lets the id of who was merged stand for the one: but not to remove it', async () => {
    const who = await freshViewer();
    const [ann, ben] = await threePeople(who);
    await merge(who, ann, ben);
    const { node } = await services.userService.update(who, { id: ann.id, name: 'Benjamin', email: 'ben@x.org' });
    expect(node).toMatchObject({ id: ben.id, name: 'Benjamin', email: 'ben@x.org' });
    // What came with Ann goes with Ann.
    expect(node.identities).toContain(emailIdentity('ann@x.org'));
    const removing = services.userService.remove(who, ann.id);
    await expect(removing).rejects.toMatchObject({ code: 'CONFLICT', field: 'id' });
    const { user } = await unmerge(who, ann).then(({ node: user }) => ({ user }));
    expect(lasting(user)).toEqual(lasting(ann));
    expect(await get(who, ben.id)).toMatchObject({ email: 'ben@x.org' });
  });
});

describe('unmerging', () => {
  it('gives back precisely what came, and leaves what was gained since', async () => {
    const who = await freshViewer();
    const [ann, ben] = await threePeople(who);
    const merged = await merge(who, ann, ben);
    const { node } = await services.userService.update(who, { id: ben.id, name: 'Benno' });
    expect([...node.identities].sort()).toEqual([...merged.identities].sort());
    const apart = await unmerge(who, ann);
    expect(lasting(apart.node)).toEqual(lasting(ann));
    expect(lasting(apart.survivor)).toEqual({ ...lasting(ben), name: 'Benno' });
    expect(apart.node.seq).toBe(apart.survivor.seq);
    expect(await get(who, ann.id)).toEqual(apart.node);
    expect(await get(who, ben.id)).toEqual(apart.survivor);
    const again = { code: 'CONFLICT', field: 'input.userId' };
    await expect(unmerge(who, ann)).rejects.toMatchObject(again);
    await expect(unmerge(who, { id: newId() })).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'input.userId' });
    // And the other way round.
    const back = await merge(who, ben, ann);
    expect(back).toMatchObject({ id: ann.id, email: 'ann@x.org', username: 'ann' });
  });

  it.each([
    ['the first', [0, 1]],
    ['the last', [1, 0]],
  ])('takes a chain apart in any order, %s link first', async (_name, order) => {
    const who = await freshViewer();
    const people = await threePeople(who);
    const [ann, ben, cid] = people;
    const both = await merge(who, ann, ben);
    await merge(who, ben, cid);
    for (const index of order) await unmerge(who, people[index]!);
    for (const [index, one] of [ann, ben, cid].entries()) {
      const now = (await get(who, one.id))!;
      expect(now.id, String(index)).toBe(one.id);
      expect(lasting(now)).toEqual(lasting(one));
    }
    expect(both.mergedFrom).toHaveLength(1);
  });

  it('takes out of a chain who came first, or a link with whoever came by it', async () => {
    const who = await freshViewer();
    const [ann, ben, cid] = await threePeople(who);
    const both = await merge(who, ann, ben);
    const all = await merge(who, ben, cid);
    expect(all.mergedFrom!.map(({ id, into }) => [id, into])).toEqual([
      [ben.id, cid.id],
      [ann.id, ben.id],
    ]);
    const link = await unmerge(who, ben);
    expect(lasting(link.node)).toEqual(lasting(both));
    expect(lasting(link.survivor)).toEqual(lasting(cid));
    await merge(who, ben, cid);
    const first = await unmerge(who, ann);
    expect(lasting(first.node)).toEqual(lasting(ann));
    expect(first.survivor.identities).toEqual([...cid.identities, ...ben.identities]);
    // Ben had the email and the short name of Ann only.
    expect(first.survivor.mergedFrom).toMatchObject([{ id: ben.id, email: undefined, username: undefined }]);
    expect(first.survivor.username).toBeUndefined();
  });

  it('is of no use once the one is removed: all identities went with it', async () => {
    const who = await freshViewer();
    const [ann, ben] = await threePeople(who);
    await merge(who, ann, ben);
    await services.userService.remove(who, ben.id);
    await expect(unmerge(who, ann)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await get(who, ann.id)).toBeUndefined();
    expect((await add(who, { name: 'New Ann', email: 'ann@x.org' })).email).toBe('ann@x.org');
  });
});

describe('the history of merges', () => {
  it('rebuilds the documents from the log alone', async () => {
    const who = await freshViewer();
    const [ann, ben, cid] = await threePeople(who);
    await merge(who, ann, ben);
    await merge(who, ben, cid);
    await unmerge(who, ann);
    await merge(who, cid, ann);
    await services.userService.update(who, { id: cid.id, name: 'All of them' });
    const lived = await documents(who);
    await services.store.db.collection(usersCollection).deleteMany({ workspaceId: lived[0]!.workspaceId });
    const reborn = openServices(services.store);
    await reborn.userService.catchUp(who.workspaceId);
    expect(await documents(who)).toEqual(lived);
    // And again from its middle, as one who comes late does.
    const first = await services.links.byKey(who.workspaceId, 'user:after:0');
    for (let record = first; record; ) {
      await reborn.userService.applyUserControl(who.workspaceId, record);
      record = await services.links.byKey(who.workspaceId, `user:after:${record.seq}`);
    }
    expect(await documents(who)).toEqual(lived);
  });

  it('finishes what was killed between the log and the documents', async () => {
    const who = await freshViewer();
    const [ann, ben, cid] = await threePeople(who);
    const dying = new UserService({ ...services, users: unwritable(services.users, cid.seq) });
    await expect(dying.merge(who, { userId: ann.id, intoUserId: ben.id })).rejects.toThrow('killed');
    expect(await get(who, ann.id)).toEqual(ann);
    expect(await elsewhere.userService.catchUp(who.workspaceId)).toBe(1);
    expect((await get(who, ann.id))!.id).toBe(ben.id);
    const again = new UserService({ ...services, users: unwritable(services.users, cid.seq + 1) });
    await expect(again.unmerge(who, { userId: ann.id })).rejects.toThrow('killed');
    // Whoever writes next finishes it first.
    await services.userService.update(who, { id: cid.id, username: 'cid' });
    expect((await merge(who, ann, cid)).identities).toEqual([...cid.identities, ...ann.identities]);
    expect(await get(who, ben.id)).toMatchObject({ identities: ben.identities });
  });

  it('refuses nothing for what the documents do not show yet', async () => {
    const who = await freshViewer();
    const [ann, ben] = await threePeople(who);
    const { seq } = await services.reader.settle(who.workspaceId);
    const dying = new UserService({ ...services, users: unwritable(services.users, seq) });
    await expect(dying.merge(who, { userId: ann.id, intoUserId: ben.id })).rejects.toThrow('killed');
    expect((await elsewhere.userService.unmerge(who, { userId: ann.id })).node.identities).toEqual(ann.identities);
  });

  it('lets one of several processes win, the others see what it did', async () => {
    const who = await freshViewer();
    const [ann, ben, cid] = await threePeople(who);
    const both = [services.userService, elsewhere.userService];
    const outcomes = await Promise.allSettled(
      [
        [ann, ben],
        [ben, ann],
        [ann, cid],
        [cid, ann],
      ].map(([user, into], index) => both[index % 2]!.merge(who, { userId: user!.id, intoUserId: into!.id })),
    );
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONFLICT' });
    }
    const merged = outcomes.filter(({ status }) => status === 'fulfilled').length;
    const { items } = await services.userService.list(who, { page: {} });
    expect(items).toHaveLength(3 - merged);
    const owned = items.flatMap(({ node }) => node.identities).sort();
    expect(owned).toEqual([...ann.identities, ...ben.identities, ...cid.identities].sort());
    const apart = await Promise.allSettled([0, 1].map((n) => both[n]!.unmerge(who, { userId: ann.id })));
    for (const outcome of apart) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONFLICT' });
    }
  });
});

describe('entries', () => {
  it('of either are the one’s at once, in filters, look-ups and what is one’s own', async () => {
    const who = await freshViewer();
    const [ann, ben] = await threePeople(who);
    const asAnn = viewerOf(who.workspaceId, {
      userId: ann.id,
      scopes: ['activity_log:read:own', 'activity_log:write:own'],
    });
    const asBen = viewerOf(who.workspaceId, { userId: ben.id, scopes: [...asAnn.scopes] });
    await services.logs.create(who, { action: 'by-ann', userId: ann.id });
    await services.logs.create(who, { action: 'by-ben', userId: ben.id });
    await services.writer.append(
      who.workspaceId,
      entryDraft({ action: 'by-native', actor: { kind: 'USER', key: native(1) } }),
    );
    const actions = async (viewer: Viewer, users?: string[]) => {
      const filter = users && { users };
      const page = await services.logs.list(viewer, { filter, orderBy: 'RECORDED_ASC', page: {} });
      return page.items.map(({ node }) => node.action);
    };
    expect(await actions(asAnn)).toEqual(['by-ann', 'by-native']);
    await merge(who, ann, ben);
    const all = ['by-ann', 'by-ben', 'by-native'];
    for (const name of [ann.id, ben.id, 'Ann', 'ben', 'ann@x.org']) expect(await actions(who, [name])).toEqual(all);
    expect(await actions(asAnn)).toEqual(all);
    expect(await actions(asBen)).toEqual(all);
    // Who was merged writes under the id that their credential names, and takes it along.
    const own = await services.logs.create(asAnn, { action: 'own' });
    expect(own.activityLog!.actor).toEqual({ kind: 'USER', key: userIdentity(ann.id), name: 'Ben' });
    const other = await services.logs.create(asAnn, { action: 'other', userId: ben.id });
    expect(other.activityLog!.actor.key).toBe(userIdentity(ben.id));
    await unmerge(who, ann);
    expect(await actions(asAnn)).toEqual(['by-ann', 'by-native', 'own']);
    expect(await actions(asBen)).toEqual(['by-ben', 'other']);
    const denied = services.logs.create(asAnn, { action: 'x', userId: ben.id });
    await expect(denied).rejects.toMatchObject({ code: 'FORBIDDEN', field: 'input.userId' });
  });
});

/** Documents that die before they are written for what comes after a number of the log. */
const unwritable = (users: typeof services.users, last: number): typeof services.users =>
  new Proxy(users, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (name === 'write') {
        return (written: readonly User[], seq: number) =>
          seq > last ? Promise.reject(new Error('killed')) : target.write(written, seq);
      }
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
