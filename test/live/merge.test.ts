import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ArchivePathwayDocument,
  CountActivityLogsDocument,
  CreateActivityDocument,
  CreateActivityLogDocument,
  CreatePathwayDocument,
  DeleteActivityLogDocument,
  MergeUsersDocument,
  UnmergeUserDocument,
  UpdateActivityDocument,
  UpdatePathwayDocument,
  UpdateUserDocument,
} from '../../schema/operations/operations.js';
import { nativeIdentity } from '../../src/model/identity.js';
import { Following, type StockClient, stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import type { As } from '../support/people.js';
import { entryDraft } from '../support/services.js';

let gateway: TestGateway;
/** Another process on the same database: it hears of merges by the log alone. */
let other: TestGateway;
const clients: StockClient[] = [];
beforeAll(async () => {
  const liveTuning = { lingerMs: 0 };
  gateway = await startGateway({ liveTuning });
  other = await startGateway({ database: gateway.store.db.databaseName, liveTuning });
});
afterAll(async () => {
  await Promise.all(clients.map((stock) => stock.close()));
  await other.close();
  await gateway.close();
});

function follow(variables: ConstructorParameters<typeof Following>[1], as: As = 'admin', at = gateway): Following {
  const stock = stockClient({ url: at.url, people: gateway.people }, as);
  clients.push(stock);
  return new Following(stock, variables);
}
/** Follows, among others, somebody of whom it has heard already: it is there and waits for what comes. */
async function begun(variables: ConstructorParameters<typeof Following>[1]): Promise<Following> {
  const following = follow(variables);
  await gateway.data(CreateActivityLogDocument, { input: { action: 'begun', userEmail: 'starter@x.org' } });
  await following.count(1);
  return following;
}
const feedCursor = async () => (await gateway.data(CountActivityLogsDocument, {})).activityLogs.feedCursor;
const record = async (action: string, userId: string): Promise<string> =>
  (await gateway.data(CreateActivityLogDocument, { input: { action, userId } })).createActivityLog.activityLog!.id;
const merge = () =>
  gateway.data(MergeUsersDocument, { input: { userId: gateway.users.alice, intoUserId: gateway.users.bob } });
const unmerge = () => gateway.data(UnmergeUserDocument, { input: { userId: gateway.users.alice } });

/** What is recorded before, while and after the two are one, without a pause in between. */
async function story(): Promise<{ during: string }> {
  const { alice, bob } = gateway.users;
  await record('alice-before', alice);
  await record('bob-before', bob);
  await merge();
  const during = await record('alice-during', alice);
  await record('bob-during', bob);
  await unmerge();
  await record('alice-after', alice);
  await record('bob-after', bob);
  return { during };
}

describe.each([
  ['the process that merges', () => gateway],
  ['another process', () => other],
])('who follows people at %s', (_name, at) => {
  it('is told by what the log says they are at each entry, exactly', async () => {
    const after = await feedCursor();
    const { alice, bob } = gateway.users;
    const ofBob = [bob, 'Bob Baker', 'bob@example.com'].map((name) =>
      follow({ after, filter: { users: [name] } }, 'admin', at()),
    );
    const ofAlice = [alice, 'Alice Miller'].map((name) => follow({ after, filter: { users: [name] } }, 'admin', at()));
    const own = [follow({ after }, 'bob', at()), follow({ after }, 'alice', at())];
    const all = follow({ after }, 'admin', at());
    // All are there, and wait for what comes.
    await record('bob-first', bob);
    await record('alice-first', alice);
    await Promise.all([...ofBob, ...ofAlice, ...own].map((one) => one.count(1)));
    await all.count(2);
    const before = at().gateway.live.counts().executions;

    await story();
    await all.count(8);
    const both = ['alice-during', 'bob-during'];
    const bobs = ['bob-first', 'bob-before', ...both, 'bob-after'];
    const alices = ['alice-first', 'alice-before', ...both, 'alice-after'];
    await Promise.all([...ofBob, own[0]!].map((one) => one.until(() => one.actions.includes('bob-after'))));
    await Promise.all([...ofAlice, own[1]!].map((one) => one.until(() => one.actions.includes('alice-after'))));
    for (const one of [...ofBob, own[0]!]) expect(one.actions).toEqual(bobs);
    for (const one of [...ofAlice, own[1]!]) expect(one.actions).toEqual(alices);
    const during = ofBob[0]!.events.filter((event) => event.activityLog?.action.endsWith('during'));
    expect(new Set(during.map((event) => event.activityLog?.user?.id)).has(alice)).toBe(false);
    // Four entries for each of the seven who follow some, six for who follows all: one execution each.
    expect(at().gateway.live.counts().executions - before).toBe(7 * 4 + 6);
    for (const one of [...ofBob, ...ofAlice, ...own, all]) one.stop();
  });
});

describe('following people', () => {
  it('begins with what names mean now, also for what was recorded before', async () => {
    const after = await feedCursor();
    const { alice, bob } = gateway.users;
    const early = follow({ after, filter: { users: [bob] } });
    await record('early-bob', bob);
    await record('early-alice', alice);
    await early.count(1);
    await merge();
    const late = follow({ after, filter: { users: [bob] } });
    await late.count(2);
    expect(late.actions).toEqual(['early-bob', 'early-alice']);
    // They ask for the same, so from here on they are told as one.
    const { cohorts, executions } = gateway.gateway.live.counts();
    await record('then', alice);
    await Promise.all([early.until(() => early.actions.includes('then')), late.count(3)]);
    expect(early.actions).toEqual(['early-bob', 'then']);
    expect(gateway.gateway.live.counts()).toMatchObject({ cohorts, executions: executions + 1 });
    await unmerge();
    const apart = follow({ after, filter: { users: [bob] } });
    await record('last', bob);
    await Promise.all([early, late, apart].map((one) => one.until(() => one.actions.includes('last'))));
    expect(apart.actions).toEqual(['early-bob', 'last']);
    for (const one of [early, late, apart]) one.stop();
  });

  it('tells of the removal of what was told while people were one', async () => {
    const after = await feedCursor();
    const following = await begun({ after, filter: { users: ['bob@example.com', 'starter@x.org'] } });
    await merge();
    const id = await record('to-go', gateway.users.alice);
    await following.count(2);
    await gateway.data(DeleteActivityLogDocument, { id });
    await following.count(3);
    expect(following.events.slice(1).map(({ type, activityLogId }) => [type, activityLogId])).toEqual([
      ['RECORDED', id],
      ['REMOVED', id],
    ]);
    await unmerge();
    following.stop();
  });

  it('goes with names as they are given and taken, and with identities that are recognised', async () => {
    const after = await feedCursor();
    const { alice, bob } = gateway.users;
    const following = await begun({ after, filter: { users: ['Carla', 'starter@x.org'] } });
    await record('no-carla-yet', bob);
    await gateway.data(UpdateUserDocument, { input: { id: bob, name: 'Carla' } });
    await record('carla-is-bob', bob);
    await gateway.data(UpdateUserDocument, { input: { id: bob, name: 'Bob Baker' } });
    await gateway.data(UpdateUserDocument, { input: { id: alice, name: 'carla' } });
    await record('carla-was-bob', bob);
    const key = nativeIdentity('THRIVE', 'c1', '7');
    const person = { key, email: 'alice@example.com', isEmailVerified: true };
    await gateway.gateway.services.users.recognise(gateway.home.id, [person]);
    const draft = entryDraft({ action: 'carla-at-thrive', actor: { kind: 'USER', key } });
    await gateway.gateway.log.recorder.append(gateway.home.id, draft);
    await gateway.data(UpdateUserDocument, { input: { id: alice, name: 'Alice Miller' } });
    await record('nobody', alice);
    await gateway.data(UpdateUserDocument, { input: { id: bob, name: 'CARLA' } });
    await record('carla-again', bob);
    await following.until(() => following.actions.includes('carla-again'));
    expect(following.actions).toEqual(['begun', 'carla-is-bob', 'carla-at-thrive', 'carla-again']);
    await gateway.data(UpdateUserDocument, { input: { id: bob, name: 'Bob Baker' } });
    following.stop();
  });

  it('is the same for definitions', async () => {
    const after = await feedCursor();
    const following = follow({ after, filter: { activities: ['Cycling', 'swim'] } });
    const { createActivity } = await gateway.data(CreateActivityDocument, { input: { key: 'bike', name: 'Biking' } });
    await gateway.data(CreateActivityDocument, { input: { key: 'swim', name: 'Swimming' } });
    const doing = (action: string, activityKey: string) =>
      gateway.data(CreateActivityLogDocument, { input: { action, activityKey } });
    await doing('bikes', 'bike');
    await doing('swims', 'swim');
    await following.count(1);
    await gateway.data(UpdateActivityDocument, { input: { id: createActivity.activity.id, name: 'Cycling' } });
    await doing('cycles', 'bike');
    await following.until(() => following.actions.includes('cycles'));
    expect(following.actions).toEqual(['swims', 'cycles']);
    following.stop();
  });

  it.each([
    ['the process that changes them', () => gateway],
    ['another process', () => other],
  ])('is the same for pathways, at %s', async (where, at) => {
    const after = await feedCursor();
    const [key, name] = [`trail ${where}`, `Trail of ${where}`];
    const following = follow({ after, filter: { pathways: [key, name] } }, 'admin', at());
    const make = async (input: { key: string; name: string }): Promise<string> =>
      (await gateway.data(CreatePathwayDocument, { input })).createPathway.pathway.id;
    const id = await make({ key: `first ${where}`, name: 'Hidden' });
    const named = await make({ key, name: 'By its key' });
    const on = (action: string, pathwayId: string) =>
      gateway.data(CreateActivityLogDocument, { input: { action, pathwayId } });
    await on('hidden', id);
    await on('by key', named);
    await following.count(1);
    await gateway.data(UpdatePathwayDocument, { input: { id, name: name.toUpperCase() } });
    await on('by name', id);
    await gateway.data(UpdatePathwayDocument, { input: { id: named, key: `other ${where}` } });
    await on('no more', named);
    await gateway.data(ArchivePathwayDocument, { id });
    await on('archived', id);
    await following.until(() => following.actions.includes('archived'));
    expect(following.actions).toEqual(['by key', 'by name', 'archived']);
    following.stop();
  });

  it('costs the store nothing, whoever changes', async () => {
    const after = await feedCursor();
    const { alice, bob } = gateway.users;
    const following = follow({ after, filter: { users: [bob] } }, 'admin', other);
    await record('counted', bob);
    await following.count(1);
    const sent = await other.commandsOf(async () => {
      await gateway.data(UpdateUserDocument, { input: { id: alice, name: 'Alice' } });
      await merge();
      await record('counted', alice);
      await following.count(2);
    });
    // Whom the one event shows.
    expect(sent.filter((command) => /users|activities/.test(command))).toEqual(['find users']);
    await unmerge();
    following.stop();
  });
});
