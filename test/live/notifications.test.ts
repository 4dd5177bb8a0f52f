import { print } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  BookmarkNotificationsDocument,
  CreateActivityLogDocument,
  DeleteActivityLogDocument,
  FollowDocument,
  MarkNotificationReadDocument,
  MergeUsersDocument,
  NotificationReceivedDocument,
  type NotificationReceivedSubscription,
  NotificationsDocument,
} from '../../schema/operations/operations.js';
import { notificationsFold } from '../../src/model/notification.js';
import { FoldStates } from '../../src/store/fold-states.js';
import { type StockClient, stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { type As, addKey } from '../support/people.js';

type Event = NotificationReceivedSubscription['notificationReceived'];

let gateway: TestGateway;
let other: TestGateway;
const clients: StockClient[] = [];
beforeAll(async () => {
  gateway = await startGateway({ env: { PULL_SOURCES: '0' }, liveTuning: { lingerMs: 0 } });
  other = await startGateway({ env: { PULL_SOURCES: '0' }, database: gateway.store.db.databaseName });
  const { store, home, users } = gateway;
  gateway.people.alice = await addKey(store, home.id, ['*'], users.alice);
  gateway.people.bob = await addKey(store, home.id, ['*'], users.bob);
  Object.assign(other.people, { alice: gateway.people.alice, bob: gateway.people.bob });
  await gateway.data(FollowDocument, { input: { userId: users.bob } }, { as: 'alice' });
});
afterAll(async () => {
  await Promise.all(clients.map((stock) => stock.close()));
  await other.close();
  await gateway.close();
});

/** What somebody's client is told; it goes on with the last cursor that it got. */
class Bell {
  readonly events: Event[] = [];
  readonly stock: StockClient;
  last: string | undefined;
  #more = (): void => {};

  constructor(as: As, after: string, at = gateway) {
    this.last = after;
    this.stock = stockClient({ url: at.url, people: gateway.people }, as);
    clients.push(this.stock);
    const bell = this;
    const variables = {
      get after() {
        return bell.last;
      },
    };
    this.stock.client.subscribe<NotificationReceivedSubscription>(
      { query: print(NotificationReceivedDocument), variables },
      {
        next: ({ data }) => {
          this.events.push(data!.notificationReceived);
          this.last = data!.notificationReceived.cursor;
          this.#more();
        },
        error: (error) => {
          throw new Error(JSON.stringify(error));
        },
        complete: () => {},
      },
    );
  }

  get latest(): Event | undefined {
    return this.events.at(-1);
  }

  async until(isSo: (event: Event) => boolean): Promise<Event> {
    while (!this.events.some(isSo)) {
      await new Promise<void>((resolve) => {
        this.#more = resolve;
      });
    }
    return this.events.find(isSo)!;
  }
}

const list = async (at = gateway) =>
  (await at.data(NotificationsDocument, { first: 100 }, { as: 'alice' })).notifications;
const bobDoes = async (action: string, at = gateway): Promise<string> =>
  (await at.data(CreateActivityLogDocument, { input: { action } }, { as: 'bob' })).createActivityLog.activityLog!.id;
const holds = (action: string) => (event: Event) => event.notifications.some((one) => one.action === action);

it('tells what is new, grown, gone and read, on whichever gateway it happens, with the count of that place', async () => {
  const bell = new Bell('alice', (await list()).asOf);
  await bobDoes('one', other);
  const one = await bell.until(holds('one'));
  expect(one).toMatchObject({ unreadCount: 1, removedIds: [], readChanged: false, isComplete: true });
  expect(one.notifications).toMatchObject([{ action: 'one', count: 1, unread: true, reasons: ['FOLLOWING'] }]);

  await bobDoes('one');
  const grown = await bell.until((event) => event.notifications[0]?.count === 2);
  expect(grown).toMatchObject({ unreadCount: 1 });

  const gone = await bobDoes('two');
  await bell.until(holds('two'));
  await gateway.data(DeleteActivityLogDocument, { id: gone });
  const removed = await bell.until((event) => event.removedIds.length > 0);
  expect(removed).toMatchObject({ unreadCount: 1, notifications: [] });

  // On another device.
  const { id } = grown.notifications[0]!;
  await other.data(MarkNotificationReadDocument, { id }, { as: 'alice' });
  const marked = await bell.until((event) => event.notifications[0]?.unread === false);
  expect(marked).toMatchObject({ unreadCount: 0, readChanged: true, notifications: [{ id }] });
  await bobDoes('one');
  expect(await bell.until((event) => event.notifications[0]?.count === 3)).toMatchObject({ unreadCount: 1 });
  await other.data(BookmarkNotificationsDocument, { through: (await list(other)).asOf }, { as: 'alice' });
  const all = await bell.until((event) => event.bookmark !== null);
  expect(all).toMatchObject({ unreadCount: 0, readChanged: true, notifications: [] });

  const now = await list();
  expect(now.unreadCount).toBe(bell.latest!.unreadCount);
  expect(now.bookmark).toBe(bell.latest!.bookmark);
});

it('tells who reads only their own entries nothing of what they only follow, not even that it happened', async () => {
  const { store, home, users } = gateway;
  const scopes = ['activity_log:read:own', 'user:read', 'notification:read', 'notification:write'] as const;
  gateway.people.reader = await addKey(store, home.id, scopes, users.alice);
  const { asOf } = await list();
  const [narrow, wide] = [new Bell('reader', asOf), new Bell('alice', asOf)];
  await bobDoes('unseen');
  await wide.until(holds('unseen'));
  const input = { action: 'about you', additionalData: { mentions: [users.alice] } };
  await gateway.data(CreateActivityLogDocument, { input }, { as: 'bob' });
  const told = await narrow.until(holds('about you'));
  expect(narrow.events).toEqual([told]);
  expect(told.notifications).toHaveLength(1);
  const shown = (await gateway.data(NotificationsDocument, { first: 100 }, { as: 'reader' })).notifications;
  expect(told.unreadCount).toBe(shown.unreadCount);
  expect((await list()).unreadCount).toBeGreaterThan(shown.unreadCount);
});

it('tells one who comes back each thing once, as it is by then', async () => {
  const { asOf } = await list();
  await bobDoes('three');
  await bobDoes('three');
  const gone = await bobDoes('four');
  await gateway.data(DeleteActivityLogDocument, { id: gone });
  const { asOf: end } = await list();
  const bell = new Bell('alice', asOf, other);
  await bell.until(() => bell.last === end);
  const told = bell.events.flatMap(({ notifications }) => notifications.map(({ action, count }) => [action, count]));
  expect(told).toEqual([['three', 2]]);
  expect(bell.latest!.unreadCount).toBe((await list()).unreadCount);
  bell.stock.cut();
  await bobDoes('five');
  await bell.until(holds('five'));
  expect(bell.events.filter(holds('three'))).toHaveLength(1);
});

it('is told to nobody else, and costs one look for all whose notifications did not change', async () => {
  const { asOf } = (await gateway.data(NotificationsDocument, {}, { as: 'bob' })).notifications;
  const bell = new Bell('bob', asOf);
  const alice = new Bell('alice', asOf);
  await bobDoes('six');
  await alice.until(holds('six'));
  await gateway.data(FollowDocument, { input: { userId: gateway.users.alice } }, { as: 'bob' });
  await gateway.data(CreateActivityLogDocument, { input: { action: 'seven' } }, { as: 'alice' });
  await bell.until(holds('seven'));
  expect(bell.events.flatMap(({ notifications }) => notifications.map(({ action }) => action))).toEqual(['seven']);
});

it('tells one who comes back to what was made anew meanwhile to load afresh, since what is gone is told no more', async () => {
  // Who still follows here has been told of it, and what they were told is kept for who comes back.
  await Promise.all(clients.splice(0).map((stock) => stock.close()));
  const gone = await bobDoes('gone before');
  const { asOf, totalCount } = await list();
  await gateway.data(DeleteActivityLogDocument, { id: gone });
  // Folded before anything is made anew.
  expect((await list()).totalCount).toBe(totalCount! - 1);
  const states = new FoldStates(gateway.store);
  const generation = async () => (await states.read(gateway.home.id, notificationsFold))!.serving!.generation;
  const before = await generation();
  await states.requestRebuild(gateway.home.id, notificationsFold);
  await expect.poll(generation, { timeout: 20_000 }).toBeGreaterThan(before);
  // What is later than the change of generations is only in the new one: from here on this gateway reads that.
  await bobDoes('made anew');
  expect((await list()).totalCount).toBe(totalCount!);
  const bell = new Bell('alice', asOf);
  const told = await bell.until(() => true);
  expect(told).toMatchObject({ isComplete: false });
  await bobDoes('after');
  expect(await bell.until(holds('after'))).toMatchObject({ isComplete: true });
  expect(bell.events).toHaveLength(2);
});

it('tells that others are one’s own where people become one', async () => {
  const { createUser } = await gateway.data<{ createUser: { user: { id: string } } }, unknown>(
    'mutation { createUser(input: {name: "Twin"}) { user { id } } }',
  );
  const bell = new Bell('alice', (await list()).asOf);
  await gateway.data(MergeUsersDocument, { input: { userId: createUser.user.id, intoUserId: gateway.users.alice } });
  expect((await bell.until(({ readChanged }) => readChanged)).unreadCount).toBe((await list()).unreadCount);
});

it('tells that others are theirs where people become one and are taken apart, and that none is left of one who is removed', async () => {
  const named = async (name: string): Promise<string> => {
    const create = 'mutation ($name: String!) { createUser(input: {name: $name}) { user { id } } }';
    type Made = { createUser: { user: { id: string } } };
    return (await gateway.data<Made, unknown>(create, { name })).createUser.user.id;
  };
  const [cid, twin] = [await named('Cid'), await named('Twin')];
  const { store, home, people } = gateway;
  Object.assign(people, {
    reader: await addKey(store, home.id, ['*'], cid),
    writer: await addKey(store, home.id, ['*'], twin),
  });
  for (const as of ['reader', 'writer'] as const) {
    await gateway.data(FollowDocument, { input: { userId: gateway.users.bob } }, { as });
  }
  await gateway.data(FollowDocument, { input: { userId: gateway.users.alice } }, { as: 'writer' });
  await gateway.data(CreateActivityLogDocument, { input: { action: 'eight' } }, { as: 'alice' });
  const { asOf } = (await gateway.data(NotificationsDocument, {}, { as: 'reader' })).notifications;
  const bell = new Bell('reader', asOf);
  const change = async (field: string, input: string): Promise<Event> => {
    const told = new Set(bell.events);
    await gateway.data(`mutation { ${field}(${input}) { cursor } }`);
    return bell.until((event) => !told.has(event));
  };
  const whole = { readChanged: true, isComplete: false, notifications: [], removedIds: [] };
  const merged = await change('mergeUsers', `input: {userId: "${twin}", intoUserId: "${cid}"}`);
  expect(merged).toMatchObject({ ...whole, unreadCount: 1 });
  await bobDoes('nine');
  expect(await bell.until(holds('nine'))).toMatchObject({ isComplete: true, unreadCount: 2 });
  const apart = await change('unmergeUser', `input: {userId: "${twin}"}`);
  expect(apart).toMatchObject({ isComplete: false, readChanged: true });
  expect(apart.unreadCount).toBe(
    (await gateway.data(NotificationsDocument, {}, { as: 'reader' })).notifications.unreadCount,
  );
  await bobDoes('ten');
  await bell.until(holds('ten'));
  expect(await change('removeUser', `id: "${cid}"`)).toMatchObject({ ...whole, unreadCount: 0 });
});
