import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ActivityLogsWithUsersDocument,
  CreateActivityLogsDocument,
  CreateUserDocument,
  MergeUsersDocument,
  PersonDocument,
  UnmergeUserDocument,
} from '../../schema/operations/operations.js';
import { nativeIdentity } from '../../src/model/identity.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { viewerOf } from '../support/services.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const userNames = async (users?: string[], as: 'admin' | 'alice' = 'admin') => {
  const filter = users && { users };
  const { activityLogs } = await gateway.data(ActivityLogsWithUsersDocument, { first: 50, filter }, { as });
  return activityLogs.edges.map(({ node }) => node.user?.name);
};

describe('merging over GraphQL', () => {
  it('is seen at once, by everybody it concerns, and undone as quickly', async () => {
    const { alice, bob } = gateway.users;
    const inputs = [alice, bob, alice].map((userId) => ({ action: 'done', userId }));
    await gateway.data(CreateActivityLogsDocument, { inputs });
    expect(await userNames()).toEqual(['Alice Miller', 'Bob Baker', 'Alice Miller'].reverse());
    // The answer's own place covers the merge: nothing else is to be waited for.
    const { mergeUsers } = await gateway.data(MergeUsersDocument, { input: { userId: alice, intoUserId: bob } });
    expect(mergeUsers.user).toMatchObject({
      id: bob,
      name: 'Bob Baker',
      email: 'bob@example.com',
      mergedFrom: [{ id: alice, name: 'Alice Miller', email: 'alice@example.com' }],
    });
    expect(mergeUsers.user.identities.map(({ email }) => email)).toEqual(['bob@example.com', 'alice@example.com']);
    const merged = Array(3).fill('Bob Baker');
    expect(await userNames()).toEqual(merged);
    for (const name of [alice, bob, 'Alice Miller', 'alice@example.com'])
      expect(await userNames([name])).toEqual(merged);
    expect(await userNames(undefined, 'alice')).toEqual(merged);
    const viewer = await gateway.data('{ viewer { user { id name } } }', {}, { as: 'alice' });
    expect(viewer).toEqual({ viewer: { user: { id: bob, name: 'Bob Baker' } } });
    expect((await gateway.data(PersonDocument, { id: alice })).user).toEqual(mergeUsers.user);

    const { unmergeUser } = await gateway.data(UnmergeUserDocument, { input: { userId: alice } });
    expect(unmergeUser.user).toMatchObject({ id: alice, name: 'Alice Miller', mergedFrom: [] });
    expect(unmergeUser.survivor).toMatchObject({ id: bob, mergedFrom: [] });
    expect(await userNames()).toEqual(['Alice Miller', 'Bob Baker', 'Alice Miller'].reverse());
    expect(await userNames(undefined, 'alice')).toHaveLength(2);
  });

  it('looks users up in one batch before and after', async () => {
    const asked = async () => {
      await gateway.gateway.log.feeds.settle(gateway.home.id);
      const sent = await gateway.commandsOf(() => gateway.data(ActivityLogsWithUsersDocument, { first: 50 }));
      return sent.filter((command) => !/credentials|workspaces|serverStatus/.test(command));
    };
    const { alice, bob } = gateway.users;
    const before = await asked();
    await gateway.data(MergeUsersDocument, { input: { userId: alice, intoUserId: bob } });
    const after = await asked();
    expect(after).toEqual(before);
    expect(after.filter((command) => command === 'find users')).toHaveLength(1);
    await gateway.data(UnmergeUserDocument, { input: { userId: alice } });
  });

  it('shows what a user is known by, each identity in its parts', async () => {
    const setup = viewerOf(gateway.home.id);
    const { node } = await gateway.gateway.services.users.create(setup, {
      name: 'Eve',
      email: 'Eve@x.org',
      identities: [nativeIdentity('THRIVE', 'c1', 'a:b:c')],
    });
    const { user } = await gateway.data(PersonDocument, { email: 'eve@x.org' });
    expect(user).toMatchObject({ id: node.id, email: 'Eve@x.org' });
    expect(user!.identities).toEqual([
      { source: null, connection: null, nativeId: null, email: 'eve@x.org' },
      { source: 'THRIVE', connection: 'c1', nativeId: 'a:b:c', email: null },
    ]);
  });

  it('names the code and the field of what is wrong', async () => {
    const { alice } = gateway.users;
    const { createUser } = await gateway.data(CreateUserDocument, { input: { name: 'Zed' } });
    const zed = createUser.user.id;
    const refused = async (userId: string, intoUserId: string, as: 'admin' | 'reader' = 'admin') => {
      const answer = await gateway.query(MergeUsersDocument, { input: { userId, intoUserId } }, { as });
      return [answer.errors![0]!.extensions.code, answer.errors![0]!.extensions.field];
    };
    expect(await refused('nope', alice)).toEqual(['BAD_USER_INPUT', 'input.userId']);
    expect(await refused(alice, alice)).toEqual(['BAD_USER_INPUT', 'input.intoUserId']);
    expect(await refused(alice, '66f0c2a1e4b0a1b2c3d4e5f6')).toEqual(['NOT_FOUND', 'input.intoUserId']);
    expect((await refused(alice, zed, 'reader'))[0]).toBe('FORBIDDEN');
    const answer = await gateway.query(UnmergeUserDocument, { input: { userId: zed } });
    expect(answer.errors![0]!.extensions).toMatchObject({ code: 'CONFLICT', field: 'input.userId' });
  });
});
