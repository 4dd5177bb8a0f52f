import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { runDemo } from '../../scripts/demo/demo.js';
import type { Id } from '../../src/base/ids.js';
import { deferred } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import type { Example } from '../../src/server/pages/example.js';
import { examples } from '../../src/server/pages/examples.js';
import { allFolded } from '../support/folds.js';
import { Following, stockClient } from '../support/following.js';
import { type GraphqlError, startGateway, type TestGateway } from '../support/gateway.js';
import { TestSystems } from '../support/sources.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ connectors: new TestSystems().connectors });
  const ready = deferred<Id>();
  const stopping = new AbortController();
  const running = runDemo(
    {
      url: inject('mongodbUrl'),
      database: gateway.store.db.databaseName,
      keys: { apiKey: 'demo-key', secret: 'demo-secret', readerSecret: 'demo-reader-secret' },
      sourceSecretKey: '-'.repeat(32),
    },
    {
      logger: silentLogger,
      signal: stopping.signal,
      tell: (message) => void ('ready' in message && ready.resolve(message.ready)),
    },
  );
  const workspaceId = await Promise.race([ready.promise, running.then(() => Promise.reject(new Error('It ended')))]);
  stopping.abort();
  await running;
  // As the gateway does before it says that it is ready.
  await allFolded(gateway, workspaceId);
}, 300_000);
afterAll(() => gateway?.close());

type Row = Record<string, unknown> & { source: string; user: object | null };
interface List {
  readonly totalCount: number;
  readonly nodes: Row[];
}

interface Bell {
  readonly unreadCount: number;
  readonly asOf: string;
  readonly nodes: readonly { readonly unread: boolean; readonly reasons: readonly string[] }[];
}

const exampleOf = (title: string): Example => examples.find((example) => example.title === title)!;

async function ask<T>(query: string, variables: object): Promise<T> {
  const { data, errors } = await answerTo<T>(query, variables);
  expect(errors).toBeUndefined();
  return data;
}

async function answerTo<T>(query: string, variables: object, own: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer demo-key', ...own },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as { data: T; errors?: GraphqlError[]; extensions?: Record<string, unknown> };
}

/** What the page's example answers where the demo's key is filled in. */
const answerOf = <T>(title: string): Promise<T> => ask<T>(exampleOf(title).query, exampleOf(title).variables);

const record = (inputs: object[]) =>
  ask<{ createActivityLogs: object }>(
    'mutation ($inputs: [CreateActivityLogInput!]!) { createActivityLogs(inputs: $inputs) { cursor } }',
    { inputs },
  );

/** What the page's example is told of entries that are recorded, if it goes on from the place before them. */
async function toldBy(title: string, actions: string[], count: number): Promise<object[]> {
  const { query, variables } = exampleOf(title);
  const { activityLogs } = await ask<{ activityLogs: { feedCursor: string } }>(
    '{ activityLogs(first: 0) { feedCursor } }',
    {},
  );
  await record(actions.map((action) => ({ action, summary: `${action} for ${title}` })));
  const stock = stockClient({ url: gateway.url, people: { ...gateway.people, admin: 'Bearer demo-key' } });
  const following = new Following(stock, { ...variables, after: activityLogs.feedCursor }, query);
  await following.until(({ events }) => events.length === count);
  expect([following.errors, following.eventErrors]).toEqual([undefined, []]);
  await stock.close();
  return following.events;
}

describe('on the data of the demo', () => {
  const shown: Record<string, () => Promise<void>> = {
    'A page with users': async () => {
      const { activityLogs } = await answerOf<{ activityLogs: List }>('A page with users');
      expect(activityLogs.nodes).toHaveLength(20);
      expect(new Set(activityLogs.nodes.map(({ source }) => source)).size).toBe(6);
      expect(activityLogs.nodes.filter(({ user }) => user !== null).length).toBeGreaterThan(10);
    },
    'A filter': async () => {
      const { activityLogs } = await answerOf<{ activityLogs: List }>('A filter');
      expect(activityLogs.totalCount).toBeGreaterThan(100);
      expect(activityLogs.nodes).toHaveLength(10);
      expect(new Set(activityLogs.nodes.map(({ source }) => source))).toEqual(new Set(['AWORLD', 'THRIVE']));
      for (const node of activityLogs.nodes) {
        expect(node).toMatchObject({
          outcome: 'SUCCESS',
          user: { name: expect.any(String) },
          activity: expect.anything(),
        });
      }
    },
    Statistics: async () => {
      type Stats = {
        count: number;
        groups: { count: number }[];
        buckets: { count: number; counts: { count: number }[] }[];
      };
      const { activityLogStats: stats } = await answerOf<{ activityLogStats: Stats }>('Statistics');
      const sum = (counts: { count: number }[]) => counts.reduce((all, { count }) => all + count, 0);
      expect(stats.count).toBeGreaterThan(100);
      expect(stats.groups.length).toBeGreaterThan(1);
      expect([sum(stats.groups), sum(stats.buckets)]).toEqual([stats.count, stats.count]);
      for (const { count, counts } of stats.buckets) expect(sum(counts)).toBe(count);
    },
    'One person': async () => {
      const { latest, learning, climate } = await answerOf<Record<string, List>>('One person');
      expect(latest!.nodes).toHaveLength(10);
      expect(new Set(latest!.nodes.map(({ source }) => source)).size).toBeGreaterThan(2);
      expect(learning!.totalCount).toBeGreaterThan(0);
      expect(climate!.totalCount).toBeGreaterThan(0);
      expect(latest!.totalCount).toBeGreaterThan(learning!.totalCount + climate!.totalCount);
    },
    'Who is who': async () => {
      const { user } = await answerOf<{ user: { name: string; identities: object[]; mergedFrom: object[] } }>(
        'Who is who',
      );
      expect(user).toMatchObject({ name: 'Dana Demo', mergedFrom: [] });
      expect(user.identities).toContainEqual({ source: null, nativeId: null, email: 'dana@example.com' });
      expect(user.identities).toContainEqual({ source: 'THRIVE', nativeId: expect.any(String), email: null });
    },
    'A pathway': async () => {
      const { pathway, activityLogs } = await answerOf<{ pathway: object; activityLogs: List }>('A pathway');
      expect(pathway).toMatchObject({
        key: 'EV31-PLQX-90TB',
        levelsInOrder: false,
        activities: [
          { level: 1, required: true, fulfilmentType: 'complete', activity: { name: 'Meet the founder' } },
          { level: 1, required: false },
          { level: 2, fulfilmentType: 'check-in' },
          { level: 3, fulfilmentType: 'tracking' },
        ],
        enrolments: { totalCount: 200, pageInfo: { hasNextPage: true } },
      });
      expect(activityLogs.nodes).toHaveLength(5);
      for (const node of activityLogs.nodes) expect(node).toMatchObject({ pathway: { name: 'Warm Welcome' } });
    },
    Progress: async () => {
      const { pathways, pathway } = await answerOf<{
        pathways: { nodes: { statistics: { total: number; inProgress: number; activities: object[] } }[] };
        pathway: { enrolments: { nodes: { progress: object }[] } };
      }>('Progress');
      expect(pathways.nodes.map(({ statistics }) => [statistics.total, statistics.activities.length])).toEqual(
        Array(3).fill([200, 4]),
      );
      for (const { statistics } of pathways.nodes) expect(statistics.inProgress).toBeGreaterThan(0);
      for (const { progress } of pathway.enrolments.nodes)
        expect(progress).toMatchObject({ state: expect.any(String), percent: expect.any(Number), openLevel: 4 });
    },
    'A mutation': async () => {
      const title = 'A mutation';
      const { createActivityLog: first } = await answerOf<{ createActivityLog: { activityLog: object } }>(title);
      expect(first).toMatchObject({ outcome: 'RECORDED', activityLog: { user: { name: 'Dana Demo' } } });
      const { createActivityLog: second } = await answerOf<{ createActivityLog: object }>(title);
      expect(second).toMatchObject({ outcome: 'DUPLICATE', activityLog: first.activityLog });
    },
    'A batch': async () => {
      const { createActivityLogs } = await answerOf<{ createActivityLogs: object }>('A batch');
      expect(createActivityLogs).toMatchObject({
        results: [
          { outcome: 'RECORDED', error: null },
          { outcome: 'RECORDED', error: null },
          { activityLog: null, error: { code: 'BAD_USER_INPUT', field: 'inputs[2].action' } },
        ],
      });
    },
    Sources: async () => {
      await ask(
        'mutation { connectSource(input: { system: TIKMATRIX, name: "Phones", baseUrl: "http://127.0.0.1:1" }) { cursor } }',
        {},
      );
      const { sources, activityLogs } = await answerOf<{ sources: object[]; activityLogs: object }>('Sources');
      expect(sources).toContainEqual(
        expect.objectContaining({ name: 'Phones', status: 'NEW', lag: null, fault: null }),
      );
      expect(activityLogs).toMatchObject({ staleSources: expect.arrayContaining([{ name: 'Phones', status: 'NEW' }]) });
    },
    'What it takes': async () => {
      const { query, variables, headers } = exampleOf('What it takes');
      expect((await answerTo(query, variables, headers)).extensions).toMatchObject({
        explain: { batches: expect.arrayContaining([expect.objectContaining({ name: 'userByIdentity' })]) },
      });
    },
    Live: async () => {
      const events = await toldBy('Live', ['opened', 'completed'], 2);
      expect(events).toMatchObject([
        { type: 'RECORDED', activityLog: { summary: 'opened for Live', user: { name: 'Dana Demo' } } },
        { type: 'RECORDED', activityLog: { summary: 'completed for Live' } },
      ]);
    },
    'Live, filtered': async () => {
      const events = await toldBy('Live, filtered', ['opened', 'completed'], 1);
      expect(events).toMatchObject([{ type: 'RECORDED', activityLog: { summary: 'completed for Live, filtered' } }]);
    },
    'Sources, live': async () => {
      const { query, variables } = exampleOf('Sources, live');
      const stock = stockClient({ url: gateway.url, people: { ...gateway.people, admin: 'Bearer demo-key' } });
      const following = stock.client.iterate<{ sourceChanged: { name: string } }>({ query, variables });
      const first = await following.next();
      expect(first.value).toMatchObject({ data: { sourceChanged: { name: expect.any(String) } } });
      await following.return?.();
      await stock.close();
    },
    Notifications: async () => {
      // The demo's whole past is folded first.
      const answer = () => answerOf<{ notifications: Bell }>('Notifications');
      const { notifications } = await vi.waitFor(answer, 60_000);
      expect(notifications.unreadCount).toBeGreaterThan(15);
      expect(notifications.unreadCount).toBeLessThan(60);
      expect(notifications.nodes.length).toBeGreaterThan(15);
      for (const one of notifications.nodes) expect(one.unread).toBe(true);
      const { all } = await ask<{ all: Bell }>('{ all: notifications(first: 500) { nodes { reasons } } }', {});
      const reasons = new Set(all.nodes.flatMap((one) => one.reasons));
      expect(reasons).toEqual(new Set(['CREATOR', 'EDITOR', 'SUBJECT', 'FOLLOWING']));
    },
    'Notifications, live': async () => {
      const { notifications } = await ask<{ notifications: Bell }>('{ notifications { asOf unreadCount } }', {});
      const { users } = await ask<{ users: { nodes: { id: string }[] } }>('{ users(first: 1) { nodes { id } } }', {});
      const { viewer } = await ask<{ viewer: { user: { id: string } } }>('{ viewer { user { id } } }', {});
      const mentions = [viewer.user.id];
      await record([{ action: 'wrote', userId: users.nodes[0]!.id, additionalData: { mentions } }]);
      const stock = stockClient({ url: gateway.url, people: { ...gateway.people, admin: 'Bearer demo-key' } });
      const { query } = exampleOf('Notifications, live');
      const following = stock.client.iterate<{ notificationReceived: Bell }>({
        query,
        variables: { after: notifications.asOf },
      });
      const { value } = await following.next();
      expect(value.data.notificationReceived).toMatchObject({
        unreadCount: notifications.unreadCount + 1,
        notifications: [{ action: 'wrote', reasons: ['SUBJECT'], unread: true }],
      });
      await following.return?.();
      await stock.close();
    },
  };

  it('there is something to see for every example', () => {
    expect(Object.keys(shown)).toEqual(examples.map(({ title }) => title));
  });

  it.each(Object.entries(shown))('%s', async (_title, show) => show());
});
