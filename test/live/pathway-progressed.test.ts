import { print } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  CreateActivityDocument,
  CreateActivityLogsDocument,
  CreatePathwayDocument,
  CreateUsersDocument,
  EnrolUsersDocument,
  PathwayProgressDocument,
  PathwayProgressedDocument,
  type PathwayProgressedSubscription,
  UpdatePathwayDocument,
  WithdrawUsersDocument,
} from '../../schema/operations/operations.js';
import { decodeFeedCursor, encodeFeedCursor } from '../../src/base/cursor.js';
import { type StockClient, stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { addKey } from '../support/people.js';

type Told = PathwayProgressedSubscription['pathwayProgressed'];

let here: TestGateway;
let there: TestGateway;
let activityIds: string[];
const clients: StockClient[] = [];
beforeAll(async () => {
  here = await startGateway({ env: { PULL_SOURCES: '0' } });
  there = await startGateway({ env: { PULL_SOURCES: '0' }, database: here.store.db.databaseName });
  Object.assign(there.people, here.people);
  const define = async (key: string) =>
    (await here.data(CreateActivityDocument, { input: { key, name: key } })).createActivity.activity.id;
  activityIds = [await define('one'), await define('two'), await define('three')];
});
afterAll(async () => {
  await Promise.all(clients.map((stock) => stock.close()));
  await there.close();
  await here.close();
});

async function pathwayOf(people: readonly string[]): Promise<string> {
  const key = `p${people.length}-${Math.random()}`;
  const activities = activityIds.map((activityId) => ({ activityId }));
  const { createPathway } = await here.data(CreatePathwayDocument, { input: { key, name: key, activities } });
  const pathwayId = createPathway.pathway.id;
  await here.data(EnrolUsersDocument, { input: { pathwayId, users: people.map((userId) => ({ userId })) } });
  return pathwayId;
}

async function peopleOf(count: number): Promise<string[]> {
  const inputs = Array.from({ length: count }, (_, n) => ({ name: `P ${n}` }));
  return (await here.data(CreateUsersDocument, { inputs })).createUsers.results.map(({ user }) => user!.id);
}

const did = (userId: string, activityKey: string, pathwayId: string, percent = 100) =>
  here.data(CreateActivityLogsDocument, {
    inputs: [{ action: 'did', userId, activityKey, pathwayId, progress: { percent } }],
  });
const asOf = async (pathwayId: string): Promise<string> =>
  (await here.data(PathwayProgressDocument, { pathwayId, first: 1 })).pathwayProgress.feedCursor;

/** Follows a pathway, coming back with the last cursor whenever it is cut off. */
class Follower {
  readonly events: Told[] = [];
  readonly errors: unknown[] = [];
  readonly stock: StockClient;

  constructor(gateway: TestGateway, pathwayId: string, last?: string, as: 'admin' | 'bob' = 'admin') {
    this.stock = stockClient(gateway, as);
    clients.push(this.stock);
    let after = last;
    this.stock.client.subscribe<PathwayProgressedSubscription>(
      {
        query: print(PathwayProgressedDocument),
        variables: {
          pathwayId,
          get after() {
            return after;
          },
        },
      },
      {
        next: ({ data }) => {
          const told = data!.pathwayProgressed;
          after = told.cursor;
          this.events.push(told);
        },
        error: (error) => this.errors.push(error),
        complete: () => {},
      },
    );
  }

  /** What it knows by now of everybody's activities. */
  get known(): Record<string, string[]> {
    const known: Record<string, string[]> = {};
    for (const { userId, progress } of this.events) {
      if (progress) known[userId] = progress.activities.map(({ state }) => state);
      else delete known[userId];
    }
    return known;
  }

  /** What it knows by now of how many have completed what. */
  get counted(): { total?: number; completed: Record<string, number> } {
    const counted: { total?: number; completed: Record<string, number> } = { completed: {} };
    for (const { statistics } of this.events) {
      counted.total = statistics!.total;
      for (const { activityId, completed } of statistics!.activities) counted.completed[activityId] = completed;
    }
    return counted;
  }
}

const shown = async (pathwayId: string): Promise<Record<string, string[]>> => {
  const { pathwayProgress } = await here.data(PathwayProgressDocument, { pathwayId, first: 1000 });
  return Object.fromEntries(
    pathwayProgress.nodes.map(({ userId, activities }) => [userId, activities.map(({ state }) => state)]),
  );
};

describe('pathwayProgressed', () => {
  it('tells what changes, with its cursor and the numbers that are new by it, in every process', async () => {
    const [ann, bob] = (await peopleOf(2)) as [string, string];
    const pathwayId = await pathwayOf([ann, bob]);
    const after = await asOf(pathwayId);
    const followers = [new Follower(here, pathwayId, after), new Follower(there, pathwayId, after)];
    const { createActivityLogs } = await did(ann, 'two', pathwayId);
    for (const { events } of followers) {
      await vi.waitFor(() => expect(events).toHaveLength(1), 5000);
      const [told] = events;
      expect(told).toMatchObject({
        type: 'CHANGED',
        userId: ann,
        cursor: createActivityLogs.cursor,
        progress: { state: 'IN_PROGRESS', user: { name: 'P 0' } },
        statistics: {
          total: 2,
          notStarted: 1,
          inProgress: 1,
          completed: 0,
          activities: [{ activityId: activityIds[1], total: 2, completed: 1 }],
        },
      });
    }
    // Saying the same again changes nothing that is shown but which entry decides.
    await here.data(WithdrawUsersDocument, { input: { pathwayId, userIds: [bob] } });
    for (const { events } of followers) {
      await vi.waitFor(() => expect(events).toHaveLength(2), 5000);
      expect(events[1]).toMatchObject({ type: 'LEFT', userId: bob, progress: null, statistics: { total: 1 } });
      expect(events[1]!.statistics!.activities).toEqual(
        activityIds.map((activityId, index) => ({ activityId, total: 1, completed: index === 1 ? 1 : 0 })),
      );
    }
    await here.data(EnrolUsersDocument, { input: { pathwayId, users: [{ userId: bob }] } });
    for (const { events } of followers) {
      await vi.waitFor(() => expect(events).toHaveLength(3), 5000);
      expect(events[2]!.statistics!.activities.map(({ total }) => total)).toEqual(activityIds.map(() => 2));
    }
  });

  it('tells who comes back each change once as it is then, and all that one entry changed', async () => {
    const people = await peopleOf(60);
    const pathwayId = await pathwayOf(people);
    const after = await asOf(pathwayId);
    for (const userId of people.slice(0, 5))
      for (const percent of [10, 50, 100]) await did(userId, 'one', pathwayId, percent);
    const reversed = [...activityIds].reverse().map((activityId) => ({ activityId }));
    // One entry of the log that changes everybody's.
    await here.data(UpdatePathwayDocument, { input: { id: pathwayId, activities: reversed } });
    const follower = new Follower(here, pathwayId, after);
    await vi.waitFor(() => expect(follower.events).toHaveLength(60), 5000);
    expect(new Set(follower.events.map(({ userId }) => userId)).size).toBe(60);
    expect(follower.known).toEqual(await shown(pathwayId));
    const seqs = follower.events.map(({ cursor }) => decodeFeedCursor(cursor, 'cursor').seq);
    const [last] = seqs.slice(-1);
    expect(seqs).toEqual([...Array(59).fill(last! - 1), last]);
    expect(follower.counted).toMatchObject({ total: 60, completed: { [activityIds[0]!]: 5 } });
    // From any of those cursors nothing is stepped over; from the last nothing comes again.
    const again = new Follower(here, pathwayId, follower.events[30]!.cursor);
    const atEnd = new Follower(here, pathwayId, follower.events[59]!.cursor);
    await vi.waitFor(() => expect(again.events).toHaveLength(60), 5000);
    await did(people[7]!, 'three', pathwayId);
    await vi.waitFor(() => expect(atEnd.events).toHaveLength(1), 5000);
    expect(atEnd.events[0]).toMatchObject({ userId: people[7] });
  });

  it('comes to what is so, however often one is cut off', async () => {
    const people = await peopleOf(12);
    const pathwayId = await pathwayOf(people);
    const start = await asOf(pathwayId);
    const followers = [here, there, here].map((gateway) => new Follower(gateway, pathwayId, start));
    for (let round = 0; round < 60; round += 1) {
      const userId = people[(round * 7) % 12]!;
      await did(userId, ['one', 'two', 'three'][round % 3]!, pathwayId, (round * 37) % 101 > 50 ? 100 : 30);
      if (round % 10 === 4) await here.data(WithdrawUsersDocument, { input: { pathwayId, userIds: [userId] } });
      if (round % 10 === 9)
        await here.data(EnrolUsersDocument, { input: { pathwayId, users: people.map((id) => ({ userId: id })) } });
      if (round % 7 === 0) followers[round % 3]!.stock.cut();
    }
    const wanted = await shown(pathwayId);
    const done = (index: number): number =>
      Object.values(wanted).filter((states) => states[index] === 'COMPLETED').length;
    for (const follower of followers) {
      await vi.waitFor(
        () =>
          expect({
            ...Object.fromEntries(people.map((id) => [id, Array(3).fill('NOT_STARTED')])),
            ...follower.known,
          }).toMatchObject(wanted),
        5000,
      );
      await vi.waitFor(() => expect(follower.counted.total).toBe(12), 5000);
      for (const [activityId, completed] of Object.entries(follower.counted.completed))
        expect(completed).toBe(done(activityIds.indexOf(activityId)));
      expect(follower.errors).toEqual([]);
    }
  });

  it('is executed once for all who ask for the same', async () => {
    const [ann] = (await peopleOf(1)) as [string];
    const pathwayId = await pathwayOf([ann]);
    const after = await asOf(pathwayId);
    const followers = Array.from({ length: 20 }, () => new Follower(here, pathwayId, after));
    // Everybody is there once everybody was told the first change.
    await did(ann, 'one', pathwayId, 10);
    for (const { events } of followers) await vi.waitFor(() => expect(events).toHaveLength(1), 5000);
    const before = here.gateway.live.counts().executions;
    const sent = await here.commandsOf(async () => {
      await did(ann, 'one', pathwayId, 20);
      for (const { events } of followers) await vi.waitFor(() => expect(events).toHaveLength(2), 5000);
    });
    expect(here.gateway.live.counts().executions - before).toBe(1);
    expect(sent.filter((one) => one === 'find pathway_stats')).toHaveLength(1);
  });

  it('shows who may see only their own nothing of others, and is no way to what is not there', async () => {
    const [ann] = (await peopleOf(1)) as [string];
    const pathwayId = await pathwayOf([ann, here.users.bob]);
    here.people.bob = await addKey(here.store, here.home.id, ['pathway:read:own', 'user:read'], here.users.bob);
    const after = await asOf(pathwayId);
    const own = new Follower(here, pathwayId, after, 'bob');
    await did(ann, 'one', pathwayId);
    await did(here.users.bob, 'one', pathwayId);
    await vi.waitFor(() => expect(own.events).toHaveLength(1), 5000);
    expect(own.events[0]).toMatchObject({ userId: here.users.bob, statistics: null });
    const nowhere = new Follower(here, 'f'.repeat(24));
    await vi.waitFor(() => expect(nowhere.errors).toHaveLength(1), 5000);
    expect(nowhere.errors[0]).toMatchObject([{ extensions: { code: 'NOT_FOUND', field: 'pathwayId' } }]);
  });

  it('leaves nothing behind of who was refused', async () => {
    const gateway = await startGateway({ env: { PULL_SOURCES: '0' }, liveTuning: { lingerMs: 50 } });
    const { createPathway } = await gateway.data(CreatePathwayDocument, { input: { key: 'p', name: 'P' } });
    const stock = stockClient(gateway, 'admin');
    const after = encodeFeedCursor({ workspaceId: gateway.abroad.id, epoch: 1, seq: 1 });
    const variables = { pathwayId: createPathway.pathway.id, after };
    const refusals = Array.from({ length: 5 }, (_, n) => {
      const query = print(PathwayProgressedDocument).replace('pathwayProgressed(', `told${n}: pathwayProgressed(`);
      return new Promise((resolve) => {
        const sink = { next: () => {}, error: resolve, complete: () => resolve(undefined) };
        stock.client.subscribe({ query, variables }, sink);
      });
    });
    for (const refusal of await Promise.all(refusals)) {
      expect(refusal).toMatchObject([{ extensions: { code: 'CURSOR_UNKNOWN' } }]);
    }
    await vi.waitFor(() => expect(gateway.gateway.live.counts().cohorts).toBe(0), 5000);
    await stock.close();
    await gateway.close();
  });
});
