import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BookmarkNotificationsDocument,
  CreateActivityLogDocument,
  DeleteActivityLogDocument,
  FollowDocument,
  FollowsDocument,
  MarkNotificationReadDocument,
  MarkNotificationUnreadDocument,
  NotificationPreferencesDocument,
  NotificationsDocument,
  type NotificationsQueryVariables,
  NotificationsWithEntriesDocument,
  SetNotificationPreferencesDocument,
  UnfollowDocument,
} from '../../schema/operations/operations.js';
import { decodeFeedCursor, encodeFeedCursor } from '../../src/base/cursor.js';
import { type Id, newId } from '../../src/base/ids.js';
import type { Scope } from '../../src/model/scopes.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { addKey } from '../support/people.js';

let gateway: TestGateway;
let other: TestGateway;
const insight = { source: 'GATEWAY', type: 'Insight', id: 'i1' } as const;

/** Everything that one user does and sees, through whichever gateway. */
class Person {
  constructor(
    readonly id: Id,
    readonly authorization: string,
  ) {}

  static async named(name: string, scopes: Scope[] = ['*']): Promise<Person> {
    const { createUser } = await gateway.data<{ createUser: { user: { id: Id } } }, unknown>(
      `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
      { input: { name } },
    );
    return new Person(createUser.user.id, await addKey(gateway.store, gateway.home.id, scopes, createUser.user.id));
  }

  ask: TestGateway['query'] = (document, variables, { as } = {}) => {
    gateway.people.alice = this.authorization;
    other.people.alice = this.authorization;
    return (as === 'bob' ? other : gateway).query(document, variables, { as: 'alice' });
  };

  data: TestGateway['data'] = async (document, variables, options) => {
    const { data, errors } = await this.ask(document, variables, options);
    if (errors || !data) throw new Error(JSON.stringify(errors));
    return data;
  };

  async list(variables: NotificationsQueryVariables = {}) {
    return (await this.data(NotificationsDocument, { first: 100, ...variables })).notifications;
  }

  async does(action: string, over: Record<string, unknown> = {}): Promise<{ id: Id; cursor: string }> {
    const { type, id } = insight;
    const input = { action, object: { type, id, name: 'Sign-ups' }, ...over };
    const { createActivityLog } = await this.data(CreateActivityLogDocument, { input });
    return { id: createActivityLog.activityLog!.id, cursor: createActivityLog.cursor };
  }
}

beforeAll(async () => {
  gateway = await startGateway({ env: { PULL_SOURCES: '0' } });
  other = await startGateway({ env: { PULL_SOURCES: '0' }, database: gateway.store.db.databaseName });
  other.home.id satisfies Id;
});
afterAll(async () => {
  await other.close();
  await gateway.close();
});

const code = (answer: { errors?: { extensions: { code: string; field?: string } }[] }) =>
  answer.errors?.map(({ extensions }) => [extensions.code, extensions.field])[0];

describe('notifications', () => {
  it('tell whoever made something what others do with it, as one that grows, with who and what', async () => {
    const [ann, ben] = [await Person.named('Ann'), await Person.named('Ben')];
    await ann.does('created');
    const at = '2026-01-01T10:01:00.000Z';
    await ben.does('updated', { occurredAt: at });
    await ann.does('updated', { occurredAt: at });
    await ben.does('updated', { occurredAt: '2026-01-01T10:04:59.999Z' });
    await ben.does('updated', { occurredAt: '2026-01-01T10:05:00.000Z' });
    const { nodes, unreadCount } = await ann.list();
    expect(nodes.map(({ action, count, reasons, unread }) => [action, count, reasons, unread])).toEqual([
      ['updated', 1, ['CREATOR', 'EDITOR'], true],
      ['updated', 2, ['CREATOR', 'EDITOR'], true],
    ]);
    expect(unreadCount).toBe(2);
    const { notifications } = await ann.data(NotificationsWithEntriesDocument, { first: 1 });
    expect(notifications.nodes[0]).toMatchObject({
      user: { name: 'Ben' },
      activityLog: { object: { name: 'Sign-ups' } },
      object: { type: 'Insight', id: 'i1' },
    });
    // Who changed it before is told of important changes alone.
    await ann.does('viewed');
    await ann.does('commented');
    const { nodes: bens } = await ben.list();
    expect(bens.map(({ action, reasons }) => [action, reasons])).toEqual(
      [
        ['commented', ['EDITOR']],
        ['updated', ['EDITOR']],
      ].slice(0, bens.length),
    );
    expect(bens[0]!.action).toBe('commented');
  });

  it('go with the entry that is removed', async () => {
    const [ann, ben] = [await Person.named('Ann'), await Person.named('Ben')];
    const object = { type: 'Insight', id: newId() };
    const { id: createdId } = await ann.does('created', { object });
    const { id } = await ben.does('updated', { object });
    await ben.does('viewed', { object });
    expect((await ann.list()).unreadCount).toBe(2);
    await gateway.data(DeleteActivityLogDocument, { id });
    expect((await ann.list()).nodes.map(({ action }) => action)).toEqual(['viewed']);
    // Once she never made it, none of it concerned her.
    await gateway.data(DeleteActivityLogDocument, { id: createdId });
    expect(await ann.list()).toMatchObject({ nodes: [], unreadCount: 0, totalCount: 0 });
  });

  it('come of what one is the subject of, and of what one follows, with every reason at once', async () => {
    const [ann, ben] = [await Person.named('Ann'), await Person.named('Ben')];
    const { createPathway } = await gateway.data<{ createPathway: { pathway: { id: Id } } }, unknown>(
      'mutation ($input: CreatePathwayInput!) { createPathway(input: $input) { pathway { id } } }',
      { input: { key: newId(), name: 'Warm Welcome', activities: [] } },
    );
    const pathwayId = createPathway.pathway.id;
    await gateway.data('mutation ($input: EnrolUsersInput!) { enrolUsers(input: $input) { cursor } }', {
      input: { pathwayId, users: [{ userId: ann.id }] },
    });
    await ann.data(FollowDocument, { input: { pathwayId } });
    await ann.data(FollowDocument, { input: { userId: ben.id } });
    await ben.does('noted', { object: null, pathwayId, additionalData: { mentions: [ann.id, 7, 'x'] } });
    await gateway.data(CreateActivityLogDocument, { input: { action: 'completed', userId: ann.id, pathwayId } });
    const { nodes } = await ann.list();
    expect(nodes.map(({ action, reasons }) => [action, reasons])).toEqual([
      ['completed', ['SUBJECT']],
      ['noted', ['SUBJECT', 'FOLLOWING']],
      ['enrolled', ['SUBJECT']],
    ]);
    const { follows } = await ann.data(FollowsDocument, {});
    expect(follows).toMatchObject({
      totalCount: 2,
      nodes: [
        { pathway: { name: 'Warm Welcome' }, user: null },
        { user: { name: 'Ben' }, pathway: null },
      ],
    });
    await ann.data(UnfollowDocument, { input: { pathwayId } });
    await ann.data(UnfollowDocument, { input: { userId: ben.id } });
    await ben.does('noted', { object: null, pathwayId });
    expect((await ann.list()).totalCount).toBe(3);
    expect((await ann.data(FollowsDocument, {})).follows.totalCount).toBe(0);
  });

  it('say who enrolled you, where that was not yourself', async () => {
    const [ann, ben] = [await Person.named('Ann'), await Person.named('Ben')];
    const enrolled = async (by: Person, who: Person): Promise<void> => {
      const { createPathway } = await gateway.data<{ createPathway: { pathway: { id: Id } } }, unknown>(
        'mutation ($input: CreatePathwayInput!) { createPathway(input: $input) { pathway { id } } }',
        { input: { key: newId(), name: 'Warm Welcome', activities: [] } },
      );
      const users = [{ userId: who.id }];
      await by.data('mutation ($input: EnrolUsersInput!) { enrolUsers(input: $input) { cursor } }', {
        input: { pathwayId: createPathway.pathway.id, users },
      });
    };
    await enrolled(ann, ann);
    await enrolled(ben, ann);
    const { notifications } = await ann.data(NotificationsWithEntriesDocument, { first: 10 });
    expect(notifications.nodes).toMatchObject([{ action: 'enrolled', reasons: ['SUBJECT'], user: { name: 'Ben' } }]);
  });

  it('come of what is followed once: following it again, or no more what is not, writes nothing', async () => {
    const [ann, ben] = [await Person.named('Ann'), await Person.named('Ben')];
    const input = { userId: ben.id };
    const { follow: first } = await ann.data(FollowDocument, { input });
    const { follow: again } = await ann.data(FollowDocument, { input });
    expect(again).toEqual(first);
    const { unfollow } = await ann.data(UnfollowDocument, { input });
    expect(unfollow.cursor).not.toBe(first.cursor);
    expect((await ann.data(UnfollowDocument, { input })).unfollow).toEqual(unfollow);
    expect((await ann.data(FollowsDocument, {})).follows.totalCount).toBe(0);
  });

  it('are those that one wants, from then on', async () => {
    const [ann, ben] = [await Person.named('Ann'), await Person.named('Ben')];
    expect((await ann.data(NotificationPreferencesDocument, {})).notificationPreferences).toEqual({
      reasons: null,
      sources: null,
    });
    await ann.data(FollowDocument, { input: { userId: ben.id } });
    await ben.does('viewed');
    await ann.data(SetNotificationPreferencesDocument, { input: { reasons: ['CREATOR'] } });
    await ben.does('searched');
    await ann.data(SetNotificationPreferencesDocument, { input: { sources: ['POSTHOG'] } });
    await ben.does('exported');
    expect((await ann.data(NotificationPreferencesDocument, {})).notificationPreferences).toEqual({
      reasons: null,
      sources: ['POSTHOG'],
    });
    expect((await ann.list()).nodes.map(({ action }) => action)).toEqual(['viewed']);
  });
});

describe('what is read', () => {
  it('is what lies below a bookmark or is marked, on every gateway and as of one place', async () => {
    const [ann, ben] = [await Person.named('Ann'), await Person.named('Ben')];
    await ann.data(FollowDocument, { input: { userId: ben.id } });
    for (const [n, action] of ['one', 'two', 'three', 'four'].entries()) {
      await ben.does(action, { occurredAt: `2026-02-0${n + 1}T00:00:00.000Z` });
    }
    const state = async (options?: { as: 'bob' }) => {
      const { notifications } = await ann.data(NotificationsDocument, { first: 9 }, options);
      const unread = notifications.nodes.filter((one) => one.unread).map(({ action }) => action);
      expect(notifications.unreadCount).toBe(unread.length);
      const filtered = await ann.list({ filter: { unread: true } });
      expect(filtered.nodes.map(({ action }) => action)).toEqual(unread);
      const read = await ann.list({ filter: { unread: false } });
      expect(read.totalCount + filtered.totalCount).toBe(4);
      return unread;
    };
    const { nodes, bookmark } = await ann.list();
    expect(bookmark).toBeNull();
    const two = nodes.find(({ action }) => action === 'two')!;
    const first = await ann.data(BookmarkNotificationsDocument, { through: two.cursor });
    expect(first.bookmarkNotifications).toMatchObject({ unreadCount: 2 });
    expect(await state()).toEqual(['four', 'three']);
    // An instant goes back as well.
    await ann.data(BookmarkNotificationsDocument, { at: '2026-02-03T00:00:00.000Z' });
    expect(await state()).toEqual(['four']);
    await ann.data(BookmarkNotificationsDocument, { at: '2026-02-02T23:59:59.999Z' });
    expect(await state()).toEqual(['four', 'three']);
    await ann.data(MarkNotificationUnreadDocument, { id: two.id });
    await ann.data(MarkNotificationReadDocument, { id: nodes[0]!.id });
    expect(await state()).toEqual(['three', 'two']);
    const { asOf } = await ann.list();
    const { notifications: elsewhere } = await ann.data(NotificationsDocument, { atLeast: asOf }, { as: 'bob' });
    expect(elsewhere.unreadCount).toBe(2);
    // All read, by one call; what grows then is unread again.
    const all = await ann.data(BookmarkNotificationsDocument, { through: asOf });
    expect(all.bookmarkNotifications).toMatchObject({ unreadCount: 0, bookmark: asOf });
    await ben.does('four', { occurredAt: '2026-02-04T00:01:00.000Z' });
    expect(await state()).toEqual(['four']);
    // Asked to, it goes back.
    await ann.data(BookmarkNotificationsDocument, { through: two.cursor });
    expect(await state()).toEqual(['four', 'three']);
  });

  it('is read page by page in both directions', async () => {
    const [ann, ben] = [await Person.named('Ann'), await Person.named('Ben')];
    await ann.data(FollowDocument, { input: { userId: ben.id } });
    for (let n = 0; n < 7; n += 1) await ben.does(`step ${n}`);
    const seen: string[] = [];
    for (let after: string | null | undefined; ; ) {
      const { nodes, pageInfo } = await ann.list({ first: 3, after });
      seen.push(...nodes.map(({ action }) => action));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => `step ${n}`));
    const last = await ann.list({ first: undefined, last: 2 });
    expect(last.nodes.map(({ action }) => action)).toEqual(['step 1', 'step 0']);
    expect(last.pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: false });
  });

  it('goes with people who become one, and is as it was once they are taken apart', async () => {
    const [ann, ben, cid] = [await Person.named('Ann'), await Person.named('Ben'), await Person.named('Cid')];
    for (const one of [ann, ben]) await one.data(FollowDocument, { input: { userId: cid.id } });
    await cid.does('one');
    await ann.data(BookmarkNotificationsDocument, { through: (await ann.list()).asOf });
    await ben.data(FollowDocument, { input: { userId: ann.id } });
    await ann.does('two');
    expect([(await ann.list()).unreadCount, (await ben.list()).unreadCount]).toEqual([0, 2]);
    const merge = 'mutation ($input: MergeUsersInput!) { mergeUsers(input: $input) { cursor } }';
    await gateway.data(merge, { input: { userId: ann.id, intoUserId: ben.id } });
    // What the one did was never news to the other; what both were told is told once.
    for (const one of [ann, ben]) {
      expect(await one.list()).toMatchObject({ totalCount: 1, unreadCount: 1, nodes: [{ action: 'one' }] });
    }
    const unmerge = 'mutation ($input: UnmergeUserInput!) { unmergeUser(input: $input) { cursor } }';
    await gateway.data(unmerge, { input: { userId: ann.id } });
    expect([(await ann.list()).unreadCount, (await ben.list()).unreadCount]).toEqual([0, 2]);
    // Who is removed has none any more, and what comes later concerns nobody.
    await gateway.data('mutation ($id: ObjectID!) { removeUser(id: $id) { cursor } }', { id: ben.id });
    await cid.does('three');
    expect(await ben.list()).toMatchObject({ totalCount: 0, unreadCount: 0 });
    expect((await ann.list()).unreadCount).toBe(1);
  });
});

describe('bad input', () => {
  it('is refused, naming what is wrong', async () => {
    const ann = await Person.named('Ann');
    const bookmark = (variables: object) => ann.ask(BookmarkNotificationsDocument, variables as never);
    expect(code(await bookmark({ at: new Date(Date.now() + 3_600_000).toISOString() }))).toEqual([
      'BAD_USER_INPUT',
      'at',
    ]);
    expect(code(await bookmark({ at: '0001-01-01T00:00:00Z' }))).toEqual(['BAD_USER_INPUT', 'at']);
    expect(code(await bookmark({}))?.[0]).toBe('BAD_USER_INPUT');
    const { asOf } = await ann.list();
    expect(code(await bookmark({ through: asOf, at: '2026-01-01T00:00:00Z' }))?.[0]).toBe('BAD_USER_INPUT');
    expect(code(await bookmark({ through: 'abc' }))).toEqual(['CURSOR_UNKNOWN', 'through']);
    const foreign = await gateway.data<{ activityLogs: { feedCursor: string } }, unknown>(
      '{ activityLogs { feedCursor } }',
      {},
      { as: 'foreigner' },
    );
    expect(code(await bookmark({ through: foreign.activityLogs.feedCursor }))).toEqual(['CURSOR_UNKNOWN', 'through']);
    const ahead = encodeAhead(asOf);
    expect(code(await bookmark({ through: ahead }))).toEqual(['CURSOR_UNKNOWN', 'through']);
    // Before 1970 is a moment like any other: nothing is read by it.
    expect(code(await bookmark({ at: '1969-12-31T23:59:59Z' }))).toBeUndefined();
    expect(code(await ann.ask(MarkNotificationReadDocument, { id: newId() }))).toEqual(['NOT_FOUND', 'id']);
    expect(code(await ann.ask(NotificationsDocument, { after: 'abc' }))).toEqual(['CURSOR_UNKNOWN', 'after']);
  });

  it('does not tell what one may not see from what is not there', async () => {
    const ann = await Person.named('Ann', ['notification:read', 'notification:write']);
    const ben = await Person.named('Ben');
    const follow = (input: object) => ann.ask(FollowDocument, { input } as never);
    expect(code(await follow({ userId: ben.id }))).toEqual(['NOT_FOUND', 'input.userId']);
    expect(code(await follow({ userId: newId() }))).toEqual(['NOT_FOUND', 'input.userId']);
    expect(code(await follow({ object: insight }))).toEqual(['NOT_FOUND', 'input.object']);
    expect(code(await follow({ activityId: newId() }))).toEqual(['NOT_FOUND', 'input.activityId']);
    expect(code(await follow({ pathwayId: newId() }))).toEqual(['NOT_FOUND', 'input.pathwayId']);
    expect(code(await follow({}))?.[0]).toBe('BAD_USER_INPUT');
    expect(code(await follow({ userId: ben.id, pathwayId: newId() }))?.[0]).toBe('BAD_USER_INPUT');
    expect(code(await ben.ask(FollowDocument, { input: { object: { ...insight, id: 'none' } } }))).toEqual([
      'NOT_FOUND',
      'input.object',
    ]);
  });

  it('is to follow others with a credential that reads one’s own entries only', async () => {
    const [ann, ben] = [await Person.named('Ann'), await Person.named('Ben')];
    await ben.does('begun', { object: { type: 'Insight', id: ben.id, name: 'x' } });
    const { createActivity } = await gateway.data<{ createActivity: { activity: { id: Id } } }, unknown>(
      'mutation ($input: CreateActivityInput!) { createActivity(input: $input) { activity { id } } }',
      { input: { key: ben.id, name: 'x' } },
    );
    const { createPathway } = await gateway.data<{ createPathway: { pathway: { id: Id } } }, unknown>(
      'mutation ($input: CreatePathwayInput!) { createPathway(input: $input) { pathway { id } } }',
      { input: { key: ben.id, name: 'x' } },
    );
    const targets = {
      userId: ben.id,
      activityId: createActivity.activity.id,
      pathwayId: createPathway.pathway.id,
      object: { ...insight, id: ben.id },
    };
    const wide = ['user:read', 'pathway:read', 'notification:read', 'notification:write'] as const;
    for (const scopes of [wide, ['activity_log:read:own', ...wide] as const]) {
      const narrow = new Person(ann.id, await addKey(gateway.store, gateway.home.id, scopes, ann.id));
      for (const [field, value] of Object.entries(targets)) {
        expect(code(await narrow.ask(FollowDocument, { input: { [field]: value } }))).toEqual([
          'NOT_FOUND',
          `input.${field}`,
        ]);
        expect(code(await ann.ask(FollowDocument, { input: { [field]: value } }))).toBeUndefined();
      }
      // What was followed under wider rights may be unfollowed under narrower ones.
      for (const [field, value] of Object.entries(targets)) {
        expect(code(await narrow.ask(UnfollowDocument, { input: { [field]: value } }))).toBeUndefined();
      }
    }
  });

  it('is a notification of what is only followed, with a credential that reads one’s own entries only', async () => {
    const [ann, ben] = [await Person.named('Ann'), await Person.named('Ben')];
    await ann.data(FollowDocument, { input: { userId: ben.id } });
    await ben.does('followed', { object: undefined });
    await ben.does('about you', { object: undefined, additionalData: { mentions: [ann.id] } });
    const wide = await ann.list();
    expect(wide).toMatchObject({ totalCount: 2, unreadCount: 2 });
    const own = ['activity_log:read:own', 'user:read', 'notification:read', 'notification:write'] as const;
    const narrow = new Person(ann.id, await addKey(gateway.store, gateway.home.id, own, ann.id));
    expect(await narrow.list()).toMatchObject({ totalCount: 1, unreadCount: 1, nodes: [{ action: 'about you' }] });
    expect(await narrow.list({ filter: { reasons: ['FOLLOWING'] } })).toMatchObject({ totalCount: 0, nodes: [] });
    const [aboutAnn, followed] = wide.nodes;
    expect(code(await narrow.ask(MarkNotificationReadDocument, { id: followed!.id }))).toEqual(['NOT_FOUND', 'id']);
    const { markNotificationRead } = await narrow.data(MarkNotificationReadDocument, { id: aboutAnn!.id });
    expect(markNotificationRead.unreadCount).toBe(0);
    expect((await ann.list()).unreadCount).toBe(1);
  });

  it('is a notification of somebody else', async () => {
    const [ann, ben] = [await Person.named('Ann'), await Person.named('Ben')];
    await ann.data(FollowDocument, { input: { userId: ben.id } });
    await ben.does('one');
    const { nodes } = await ann.list();
    expect(code(await ben.ask(MarkNotificationReadDocument, { id: nodes[0]!.id }))).toEqual(['NOT_FOUND', 'id']);
    expect((await ann.list()).unreadCount).toBe(1);
  });

  it('is a credential that is nobody’s, or lacks the scope', async () => {
    expect(code(await gateway.query(NotificationsDocument, {}, { as: 'admin' }))?.[0]).toBe('FORBIDDEN');
    const reader = await Person.named('Ann', ['notification:read']);
    const at = '2026-01-01T00:00:00Z';
    expect(code(await reader.ask(BookmarkNotificationsDocument, { at }))?.[0]).toBe('FORBIDDEN');
    expect((await reader.list()).unreadCount).toBe(0);
    const writer = await Person.named('Ben', ['notification:write']);
    expect(code(await writer.ask(NotificationsDocument, {}))?.[0]).toBe('FORBIDDEN');
    expect((await writer.data(BookmarkNotificationsDocument, { at })).bookmarkNotifications.unreadCount).toBe(0);
  });
});

function encodeAhead(cursor: string): string {
  const { workspaceId, epoch, seq } = decodeFeedCursor(cursor, 'x');
  return encodeFeedCursor({ workspaceId, epoch, seq: seq + 1000 });
}
