import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  CreateActivityDocument,
  CreatePathwayDocument,
  DeleteActivityLogDocument,
  EnrolUsersDocument,
  EraseUserDocument,
  FollowDocument,
  MarkNotificationReadDocument,
  NotificationsDocument,
  PathwayProgressDocument,
  UserErasureDocument,
  type UserErasureQuery,
} from '../../schema/operations/operations.js';
import { encodeFeedCursor } from '../../src/base/cursor.js';
import { type Id, newId } from '../../src/base/ids.js';
import { activityRef, emailIdentity, nativeIdentity, userIdentity } from '../../src/model/identity.js';

import { FoldStates } from '../../src/store/fold-states.js';
import { Following, stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { type As, addKey } from '../support/people.js';
import { entryDraft, viewerOf } from '../support/services.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ foldTuning: { graceMs: 100, pollMs: 100 } });
  gateway.people.alice = await addKey(gateway.store, gateway.home.id, ['*'], gateway.users.alice);
});
afterAll(() => gateway.close());

const carol = { name: 'Carolina Quandt', email: 'carolina@quandt.example', username: 'cquandt' };
const maiden = { name: 'Lina Oberholzer', email: 'lina@oberholzer.example' };
const forgotten = /carolina|quandt|oberholzer|secretnote/i;
const keyOf = (tag: string) => nativeIdentity('POSTHOG', 'conn', `uuid-${tag}`);
const namingKey = nativeIdentity('THRIVE', 'conn', carol.email);

const viewer = () => viewerOf(gateway.home.id);
const record = (...drafts: ReturnType<typeof entryDraft>[]) =>
  gateway.gateway.log.recorder.appendMany(gateway.home.id, drafts);

/** Somebody who was another before, renamed, merged, and named in every way by entries. */
async function somebody(over: { tag: string }): Promise<{ id: Id; formerId: Id }> {
  const { users } = gateway.gateway.services;
  const { node: former } = await users.create(viewer(), maiden);
  const { node } = await users.create(viewer(), { ...carol, identities: [keyOf(over.tag), namingKey] });
  await users.update(viewer(), { id: node.id, name: 'Carolina Quandt-Oberholzer', email: 'old@quandt.example' });
  await users.update(viewer(), { id: node.id, name: carol.name, email: carol.email });
  await users.merge(viewer(), { userId: former.id, intoUserId: node.id });
  await gateway.data(FollowDocument, { input: { userId: node.id } }, { as: 'alice' });
  const said = {
    actionClass: 'UPDATED' as const,
    activityRef: activityRef(newId()),
    progress: { percent: 50 },
    summary: 'Carolina wrote a secretnote',
    additionalData: '{"note":"secretnote"}',
    changes: '[{"field":"name","before":"Oberholzer","after":"Quandt"}]',
    native: '{"who":"Carolina","text":"secretnote"}',
    tags: [over.tag, 'for cquandt', 'open'],
    object: { type: 'profile', id: carol.email, name: 'Profile of Carolina Quandt' },
  };
  const actor = { kind: 'USER' as const, name: carol.name, email: carol.email, username: carol.username };
  const keys = [userIdentity(node.id), userIdentity(former.id), keyOf(over.tag), namingKey];
  const emails = [carol.email, 'old@quandt.example', maiden.email].map(emailIdentity);
  await record(
    ...[...keys, ...emails].map((key, index) =>
      entryDraft(
        { ...said, source: 'POSTHOG', actor: { ...actor, key, nativeId: `uuid-${over.tag}` } },
        `${over.tag}-${index}`,
      ),
    ),
    entryDraft({
      summary: 'Bob slept',
      tags: [over.tag],
      actor: { kind: 'USER', key: userIdentity(gateway.users.bob), name: 'Bob Baker' },
    }),
  );
  return { id: node.id, formerId: former.id };
}

const entriesOf = async (filter: object) => {
  const { activityLogs } = await gateway.data<
    { activityLogs: { totalCount: number; nodes: Record<string, unknown>[] } },
    object
  >(
    `query ($filter: ActivityLogFilter) { activityLogs(filter: $filter, orderBy: RECORDED_ASC, first: 100) { totalCount
      nodes { id cursor action summary additionalData changes { field } native tags textsErasedAt recordedAt occurredAt source
        user { id name email erasedAt } actor { kind name email username nativeId } object { type id name } } } }`,
    { filter },
  );
  return activityLogs;
};

async function done(userId: Id): Promise<NonNullable<UserErasureQuery['userErasure']>> {
  for (;;) {
    const { userErasure } = await gateway.data(UserErasureDocument, { userId });
    if (userErasure?.state === 'DONE') return userErasure;
  }
}

const folds = ['pathway-progress', 'notifications'];
const foldsSettled = () => Promise.all(folds.map((fold) => gateway.gateway.log.folds.settle(gateway.home.id, fold)));

/** Where in the whole database a text is found. */
async function found(text: RegExp): Promise<string[]> {
  const collections = await gateway.store.db.listCollections().toArray();
  const all = await Promise.all(
    collections.map(async ({ name }) => {
      const documents = await gateway.store.db.collection(name).find().toArray();
      return documents.filter((one) => text.test(JSON.stringify(one))).map((one) => `${name} ${JSON.stringify(one)}`);
    }),
  );
  return all.flat();
}

it('erases what a person is called from everything, and keeps ids, counts and places', async () => {
  const { id, formerId } = await somebody({ tag: 'erased' });
  const gone = entryDraft({
    summary: 'secretnote',
    actor: { kind: 'USER', key: emailIdentity(carol.email) },
    tags: ['cquandt'],
  });
  await record(gone);
  await gateway.gateway.log.removal.remove(gateway.home.id, gone.id);
  const before = await entriesOf({ tags: ['erased'] });
  await foldsSettled();
  const holding = new Set((await found(forgotten)).map((one) => one.split(' ')[0]));
  for (const name of ['activity_logs', 'users', 'progress_cells', 'notifications', 'item_interest'])
    expect(holding).toContain(name);

  const begun = await gateway.data(EraseUserDocument, { id });
  expect(begun.eraseUser).toMatchObject({
    erasure: { userId: id },
    user: { id, name: 'Erased user', email: null, username: null, erasedAt: expect.any(String) },
  });
  expect(await done(id)).toMatchObject({ entries: 7, finishedAt: expect.any(String) });
  expect(await found(forgotten)).toEqual([]);

  const now = await entriesOf({ tags: ['erased'] });
  const places = (list: typeof now) =>
    list.nodes.map(({ id, cursor, action, source, recordedAt, occurredAt }) => ({
      id,
      cursor,
      action,
      source,
      recordedAt,
      occurredAt,
    }));
  expect(places(now)).toEqual(places(before));
  expect(now.totalCount).toBe(8);
  const theirs = now.nodes.slice(0, 7);
  for (const entry of theirs) {
    expect(entry).toMatchObject({
      summary: null,
      additionalData: null,
      changes: null,
      native: null,
      tags: ['erased', 'open'],
      textsErasedAt: begun.eraseUser.erasure.startedAt,
      actor: { kind: 'USER', name: null, email: null, username: null, nativeId: 'uuid-erased' },
      object: { type: 'profile', id: null, name: null },
      user: { id, name: 'Erased user', email: null },
    });
  }
  expect(now.nodes[7]).toEqual(before.nodes[7]);
  for (const users of [[id], [formerId]]) expect((await entriesOf({ users })).totalCount).toBe(7);
  for (const users of [[carol.email], [carol.name], [maiden.name]])
    expect((await entriesOf({ users })).totalCount).toBe(0);
  for (const search of ['secretnote', 'quandt']) expect((await entriesOf({ search })).totalCount).toBe(0);
  expect((await entriesOf({ search: 'open' })).totalCount).toBe(7);
});

it('keeps how far they are and what others were told of them, as folds made anew from the log have it', async () => {
  const email = 'verena@sutter.example';
  const { node } = await gateway.gateway.services.users.create(viewer(), { name: 'Verena Sutter', email });
  const { createActivity } = await gateway.data(CreateActivityDocument, { input: { key: 'read', name: 'To read' } });
  const activityId = createActivity.activity.id;
  const { createPathway } = await gateway.data(CreatePathwayDocument, {
    input: { key: 'erased', name: 'Erased', activities: [{ activityId }] },
  });
  const pathwayId = createPathway.pathway.id;
  await gateway.data(EnrolUsersDocument, { input: { pathwayId, users: [{ userId: node.id }] } });
  const actor = { kind: 'USER' as const, key: emailIdentity(email), email };
  const object = { type: 'Insight', id: 'i1', name: 'x' };
  const made = { action: 'created', actionClass: 'CREATED' as const, object };
  const changed = entryDraft({ action: 'updated', actionClass: 'UPDATED', object, actor });
  const exported = entryDraft({ action: 'exported', actionClass: 'EXPORTED', object, actor });
  const percentOf = (percent: number) =>
    entryDraft({ activityRef: activityRef(activityId), actor, progress: { percent } });
  // Each happens no sooner than the one before, however the clock goes on between.
  const [stays, removed] = [percentOf(70), percentOf(90)];
  await record(
    entryDraft({ ...made, actor: { kind: 'USER', key: userIdentity(gateway.users.alice) } }),
    exported,
    changed,
    stays,
    removed,
  );
  const progress = async () =>
    (await gateway.data(PathwayProgressDocument, { pathwayId })).pathwayProgress.nodes.map(({ state, percent }) => [
      state,
      percent,
    ]);
  const ofTheirs = async () => {
    const { notifications } = await gateway.data(NotificationsDocument, { first: 50 }, { as: 'alice' });
    const theirs = notifications.nodes.filter((one) => one.object?.id === object.id);
    const { unreadCount } = notifications;
    return { unreadCount, theirs: theirs.map(({ action, count, unread }) => [action, count, unread]) };
  };
  expect(await progress()).toEqual([['IN_PROGRESS', 90]]);
  const { notifications } = await gateway.data(NotificationsDocument, { first: 50 }, { as: 'alice' });
  const { id: readId } = notifications.nodes.find(({ action }) => action === 'exported')!;
  await gateway.data(MarkNotificationReadDocument, { id: readId }, { as: 'alice' });
  const before = await ofTheirs();
  expect(before.theirs).toEqual([
    ['updated', 1, true],
    ['exported', 1, false],
  ]);

  await gateway.data(EraseUserDocument, { id: node.id });
  await done(node.id);
  expect(await found(/verena|sutter/i)).toEqual([]);
  expect(await progress()).toEqual([['IN_PROGRESS', 90]]);
  expect(await ofTheirs()).toEqual(before);

  await gateway.data(DeleteActivityLogDocument, { id: removed.id });
  await gateway.data(DeleteActivityLogDocument, { id: changed.id });
  expect(await progress()).toEqual([['IN_PROGRESS', 70]]);
  expect(await ofTheirs()).toEqual({ unreadCount: before.unreadCount - 1, theirs: [['exported', 1, false]] });

  const states = new FoldStates(gateway.store);
  const serving = async () =>
    Promise.all(folds.map(async (fold) => (await states.read(gateway.home.id, fold))!.serving!.generation));
  const former = await serving();
  for (const fold of folds) await states.requestRebuild(gateway.home.id, fold);
  await vi.waitFor(
    async () =>
      (await serving()).forEach((generation, index) => void expect(generation).toBeGreaterThan(former[index]!)),
    { timeout: 30_000 },
  );
  expect(await progress()).toEqual([['IN_PROGRESS', 70]]);
  expect(await ofTheirs()).toEqual({ unreadCount: before.unreadCount - 1, theirs: [['exported', 1, false]] });
}, 90_000);

it('tells nobody again what was told of them before', async () => {
  const after = encodeFeedCursor(await gateway.gateway.log.feeds.settle(gateway.home.id));
  const client = stockClient(gateway);
  const first = new Following(client, { filter: { tags: ['told'] }, after });
  const { id } = await somebody({ tag: 'told' });
  await first.count(8);
  expect(JSON.stringify(first.events)).toMatch(forgotten);
  const again = new Following(client, { filter: { tags: ['told'] }, after });
  await again.count(8);
  expect(again.events).toEqual(first.events);

  await gateway.data(EraseUserDocument, { id });
  await done(id);
  await gateway.gateway.log.feeds.settle(gateway.home.id);
  const later = new Following(client, { filter: { tags: ['told'] }, after });
  await later.count(8);
  expect(later.events.map(({ activityLogId }) => activityLogId)).toEqual(
    first.events.map(({ activityLogId }) => activityLogId),
  );
  expect(JSON.stringify(later.events)).not.toMatch(forgotten);
  await client.close();
});

it('is not undone by a source that names them again', async () => {
  const { id } = await somebody({ tag: 'named again' });
  await gateway.data(EraseUserDocument, { id });
  await done(id);
  const person = { ...carol, key: keyOf('named again'), isEmailVerified: true };
  await gateway.gateway.services.users.recognise(gateway.home.id, [person]);
  expect(await found(forgotten)).toEqual([]);
  await gateway.data(EraseUserDocument, { id });
  expect(await done(id)).toMatchObject({ entries: 0 });
});

it('is for who may do everything, and of whole people', async () => {
  const { id, formerId } = await somebody({ tag: 'whose' });
  const codeOf = async (as: As, userId: Id) =>
    (await gateway.query(EraseUserDocument, { id: userId }, { as })).errors?.[0]?.extensions.code;
  expect(await codeOf('writer', id)).toBe('FORBIDDEN');
  expect(await codeOf('foreigner', id)).toBe('NOT_FOUND');
  expect(await codeOf('admin', formerId)).toBe('CONFLICT');
  expect(await codeOf('admin', newId())).toBe('NOT_FOUND');
  const asked = (as: As) => gateway.query(UserErasureDocument, { userId: id }, { as });
  expect((await asked('reader')).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await asked('admin')).data).toEqual({ userErasure: null });
  await gateway.data(EraseUserDocument, { id });
  await done(id);
  expect((await asked('foreigner')).data).toEqual({ userErasure: null });
});
