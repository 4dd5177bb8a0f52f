import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CountActivityLogsDocument,
  CreateActivityLogDocument,
  CreateActivityLogsDocument,
} from '../../schema/operations/operations.js';
import { Following, type StockClient, stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { type As, addKey } from '../support/people.js';

let gateway: TestGateway;
const clients: StockClient[] = [];
beforeAll(async () => {
  gateway = await startGateway({ liveTuning: { lingerMs: 0 } });
});
afterAll(async () => {
  await Promise.all(clients.map((stock) => stock.close()));
  await gateway.close();
});

function client(as: As = 'admin'): StockClient {
  const stock = stockClient(gateway, as);
  clients.push(stock);
  return stock;
}
const feedCursor = async (): Promise<string> =>
  (await gateway.data(CountActivityLogsDocument, {})).activityLogs.feedCursor;
const counts = () => gateway.gateway.live.counts();
/** Begun: an entry of the very first place has come. */
async function followAll(count: number, after: string): Promise<Following[]> {
  const all = Array.from({ length: count }, () => new Following(client(), { after }));
  await Promise.all(all.map((following) => following.count(1)));
  return all;
}
/** Asked at any time for each credential and by the log's own readers: no matter of events. */
const notOfEvents = ['find credentials', 'find workspaces', 'find sources', 'serverStatus 1', 'aggregate signals'];

/** What the store is asked, and how often an operation is executed, until all were told of five entries. */
async function costOf(all: readonly Following[]): Promise<{ executions: number; sent: string[] }> {
  const before = { executions: counts().executions, told: all[0]!.events.length };
  const sent: string[] = [];
  for (let n = 1; n <= 5; n += 1) {
    const { alice } = gateway.users;
    const commands = await gateway.commandsOf(async () => {
      await gateway.data(CreateActivityLogDocument, { input: { action: `counted-${n}`, userId: alice } });
      await Promise.all(all.map((following) => following.count(before.told + n)));
    });
    sent.push(...commands.filter((command) => !notOfEvents.includes(command)));
  }
  return { executions: counts().executions - before.executions, sent };
}

describe('equal subscriptions', () => {
  it('cost one execution and one look-up of users for each event, however many they are', async () => {
    const after = await feedCursor();
    await gateway.data(CreateActivityLogDocument, { input: { action: 'first' } });
    const [one] = await followAll(1, after);
    const few = await costOf([one!]);
    expect(few.executions).toBe(5);
    const others = await followAll(199, after);
    expect(counts()).toMatchObject({ cohorts: 1, members: 200, largestCohort: 200 });
    await Promise.all(others.map((following) => following.count(one!.events.length)));
    const many = await costOf([one!, ...others]);
    expect(many.executions).toBe(5);
    expect(many.sent.filter((command) => command === 'find users')).toEqual(
      few.sent.filter((command) => command === 'find users'),
    );
    expect(many.sent.length).toBe(few.sent.length);
    for (const following of others) expect(following.events).toEqual(one!.events);
    for (const following of [one!, ...others]) following.stop();
  });

  it('look users up together for events that wait', async () => {
    const after = await feedCursor();
    const entries = 500;
    const following = new Following(client(), { after });
    await gateway.data(CreateActivityLogDocument, { input: { action: 'first' } });
    await following.count(1);
    const { executions } = counts();
    const { alice } = gateway.users;
    const inputs = Array.from({ length: entries }, (_, n) => ({ action: `of-many-${n}`, userId: alice }));
    const sent = await gateway.commandsOf(async () => {
      await gateway.data(
        'mutation($inputs: [CreateActivityLogInput!]!) { createActivityLogs(inputs: $inputs) { cursor } }',
        {
          inputs,
        },
      );
      await following.count(entries + 1);
    });
    expect(counts().executions - executions).toBe(entries);
    // One for the mutation itself, and one for each group.
    expect(sent.filter((command) => command === 'find users').length).toBeLessThanOrEqual(1 + entries / 10);
    following.stop();
  });

  it('are equal however they are written, wherever they begin and in whatever order variables come', async () => {
    const after = await feedCursor();
    await gateway.data(CreateActivityLogDocument, { input: { action: 'equal' } });
    const later = await feedCursor();
    await gateway.data(CreateActivityLogDocument, { input: { action: 'equal' } });
    const fields = 'cursor type activityLogId activityLog { action }';
    const documents = [
      `subscription($after: FeedCursor, $filter: ActivityLogFilter) { activityLogged(after: $after, filter: $filter) { ${fields} } }`,
      `subscription($filter: ActivityLogFilter) { activityLogged(after: "${later}", filter: $filter) { ${fields} } }`,
      `subscription ($filter: ActivityLogFilter) {\n # a comment\n activityLogged(filter: $filter, after: null) {\n ${fields} } }`,
    ];
    const all = documents.map((document, n) => {
      const filter = n === 0 ? { actions: ['equal'], platforms: null } : { platforms: null, actions: ['equal'] };
      return new Following(client(), { after, filter }, document);
    });
    await all[0]!.count(2);
    await all[1]!.count(1);
    while (counts().members < 3) await new Promise((resolve) => setImmediate(resolve));
    expect(counts().cohorts).toBe(1);
    await gateway.data(CreateActivityLogDocument, { input: { action: 'equal' } });
    await Promise.all([all[0]!.count(3), all[1]!.count(2), all[2]!.count(1)]);
    expect(all.map((following) => following.events.length)).toEqual([3, 2, 1]);
    for (const following of all) following.stop();
  });
});

describe('what differs in permission', () => {
  it('is never shared', async () => {
    const people = gateway.people as Record<string, string | undefined>;
    people.blind = await addKey(gateway.store, gateway.home.id, ['activity_log:read']);
    const after = await feedCursor();
    const as = ['admin', 'reader', 'blind', 'alice', 'bob'] as As[];
    const all = as.map((who) => new Following(client(who), { after }));
    await gateway.data(CreateActivityLogsDocument, {
      inputs: [
        { action: 'of-alice', userId: gateway.users.alice },
        { action: 'of-bob', userId: gateway.users.bob },
      ],
    });
    const [admin, reader, blind, alice, bob] = all as [Following, Following, Following, Following, Following];
    await Promise.all([admin.count(2), reader.count(2), blind.count(2), alice.count(1), bob.count(1)]);
    expect(counts().cohorts).toBe(5);
    const users = (following: Following) => following.events.map((event) => event.activityLog?.user?.name).sort();
    expect(users(admin)).toEqual(['Alice Miller', 'Bob Baker']);
    expect(users(reader)).toEqual(['Alice Miller', 'Bob Baker']);
    expect(users(blind)).toEqual([undefined, undefined]);
    expect(blind.eventErrors.map((error) => [error.extensions.code, error.path])).toEqual(
      Array(2).fill(['FORBIDDEN', ['activityLogged', 'activityLog', 'user']]),
    );
    expect(alice.actions).toEqual(['of-alice']);
    expect(bob.actions).toEqual(['of-bob']);
    for (const following of all) following.stop();
  });
});

describe('metrics', () => {
  it('tell how many follow, and name no workspace', async () => {
    const after = await feedCursor();
    await gateway.data(CreateActivityLogDocument, { input: { action: 'measured' } });
    const all = await followAll(3, after);
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(text).toMatch(/^live_members 3$/m);
    expect(text).toMatch(/^live_cohorts 1$/m);
    expect(text).toMatch(/^live_largest_cohort 3$/m);
    expect(text).toMatch(/^socket_unsent_bytes 0$/m);
    expect(Number(/^open_sockets (\d+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(3);
    expect(text).not.toContain(gateway.home.id);
    for (const following of all) following.stop();
  });
});
