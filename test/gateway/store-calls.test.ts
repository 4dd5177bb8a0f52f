import type { CommandStartedEvent } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ActivitiesDocument,
  ActivityLogByIdDocument,
  ActivityLogsWithUsersDocument,
  CountActivityLogsDocument,
  CreateActivityDocument,
  CreateActivityLogsDocument,
  UsersDocument,
} from '../../schema/operations/operations.js';
import { notificationsFold } from '../../src/model/notification.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let id: string;
beforeAll(async () => {
  gateway = await startGateway({ env: { PULL_SOURCES: '0' } });
  await gateway.data(CreateActivityDocument, { input: { key: 'counted', name: 'Counted' } });
  const inputs = Array.from({ length: 100 }, (_, n) => ({
    action: 'counted',
    userId: n % 2 ? gateway.users.alice : gateway.users.bob,
    activityKey: 'counted',
  }));
  const { createActivityLogs } = await gateway.data(CreateActivityLogsDocument, { inputs });
  id = createActivityLogs.results[0]!.activityLog!.id;
});
afterAll(() => gateway.close());

/** Who asks is looked up at most every half second, and the log's own reader works at its own pace: neither is an operation's. */
const notOfOperations = ['find credentials', 'find workspaces', 'serverStatus 1'];

/** What is sent for an operation once the log is at rest. */
async function calls(work: () => Promise<unknown>): Promise<string[]> {
  const { feeds, folds } = gateway.gateway.log;
  await feeds.settle(gateway.home.id);
  await folds.settle(gateway.home.id, notificationsFold);
  const sent = await gateway.commandsOf(work);
  return sent.filter((command) => !notOfOperations.includes(command));
}

/** The page itself, with one item more to see whether the list goes on. */
const page = (collection: string, looks: number): string[] => Array(looks).fill(`find ${collection}`);

describe('what a query asks of the store', () => {
  it('does not grow with the page: one call for all its users, one for all its definitions', async () => {
    const relations = ['find users', 'find activities'];
    const few = await calls(() => gateway.data(ActivityLogsWithUsersDocument, { first: 5 }));
    const many = await calls(() => gateway.data(ActivityLogsWithUsersDocument, { first: 50 }));
    expect(many).toEqual([...page('activity_logs', 1), ...relations]);
    expect(few).toEqual(many);
  });

  it('resolves the names of a filter once', async () => {
    const filter = { users: ['alice@example.com', 'Bob Baker', gateway.users.bob] };
    const sent = await calls(() => gateway.data(ActivityLogsWithUsersDocument, { first: 50, filter }));
    expect(sent).toEqual([...page('users', 2), ...page('activity_logs', 1), 'find users', 'find activities']);
  });

  it('counts only when asked to', async () => {
    const counted = await calls(() => gateway.data(CountActivityLogsDocument, {}));
    expect(counted).toContain('aggregate activity_logs');
    const unasked = await calls(() => gateway.data('{ activityLogs { nodes { id } } }'));
    expect(unasked).toEqual(page('activity_logs', 1));
  });

  it('is no second look at what retention keeps, while the first is good', async () => {
    const looks: string[] = [];
    const note = ({ commandName, command }: CommandStartedEvent): void => {
      if (command[commandName] === 'log_states') looks.push(commandName);
    };
    await calls(() => gateway.data(ActivityLogsWithUsersDocument, { first: 50 }));
    gateway.store.db.client.on('commandStarted', note);
    for (let page = 0; page < 40; page += 1) await gateway.data(ActivityLogsWithUsersDocument, { first: 50 });
    gateway.store.db.client.off('commandStarted', note);
    // What is left is the log's own look, once a second.
    expect(looks.length).toBeLessThan(30);
  });

  it('is one look for one thing', async () => {
    expect(await calls(() => gateway.data(ActivityLogByIdDocument, { id }))).toEqual([
      'find activity_logs',
      'find users',
    ]);
    expect(await calls(() => gateway.data('{ viewer { scopes } }'))).toEqual([]);
  });

  it('is the same for users and for definitions', async () => {
    expect(await calls(() => gateway.data(UsersDocument, {}))).toEqual([...page('users', 1), 'aggregate users']);
    expect(await calls(() => gateway.data(ActivitiesDocument, {}))).toEqual([
      ...page('activities', 1),
      'aggregate activities',
    ]);
  });
});

describe('what a mutation writes', () => {
  it('is one insert for a batch of any size', async () => {
    const inputs = Array.from({ length: 500 }, () => ({ action: 'counted' }));
    const sent = await calls(() => gateway.data(CreateActivityLogsDocument, { inputs }));
    expect(sent.filter((command) => !command.startsWith('find '))).toEqual(['insert activity_logs']);
    expect(sent.filter((command) => /users|activities/.test(command))).toEqual([]);
  });
});

describe('what is read of an entry', () => {
  it('is what was selected, of one as of many', async () => {
    const projectionOf = async (query: string): Promise<string[]> => {
      const projections: object[] = [];
      const keep = ({ command }: { command: Record<string, unknown> }): void => {
        const { find, projection } = command;
        // Where the log ends is looked up at any time, by whoever makes folds.
        const isOfEntries = typeof projection === 'object' && projection !== null && 'occurredAtMicros' in projection;
        if (find === 'activity_logs' && isOfEntries) projections.push(projection);
      };
      gateway.store.db.client.on('commandStarted', keep);
      await gateway.data(query);
      gateway.store.db.client.off('commandStarted', keep);
      return Object.keys(projections[0]!);
    };
    const always = ['seq', 'occurredAtMicros'];
    const one = await projectionOf(`{ activityLog(id: "${id}") { id summary occurredAt } }`);
    expect(one).toEqual([...always, '_id', 'summary', 'actor', 'actorKey']);
    const many = await projectionOf('{ activityLogs(first: 1) { nodes { id summary user { name } } } }');
    expect(many).toEqual([...always, '_id', 'summary', 'actorKey']);
    expect(await projectionOf(`{ activityLog(id: "${id}") { native } }`)).toContain('native');
    const skipped = 'query { activityLogs(first: 1) { nodes { id native @skip(if: true) } } }';
    expect(await projectionOf(skipped)).toEqual([...always, '_id']);
  });
});
