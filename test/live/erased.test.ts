import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  CreateActivityDocument,
  CreateActivityLogsDocument,
  CreatePathwayDocument,
  CreateUsersDocument,
  EnrolUsersDocument,
  EraseUserDocument,
  FollowDocument,
  UserErasureDocument,
} from '../../schema/operations/operations.js';
import { encodeFeedCursor } from '../../src/base/cursor.js';
import { type StockClient, stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { addKey } from '../support/people.js';

let here: TestGateway;
let there: TestGateway;
const clients: StockClient[] = [];
beforeAll(async () => {
  // As in use, the documents that were read before stay for longer than it takes every process to hear of the new ones.
  const options = { env: { PULL_SOURCES: '0' }, foldTuning: { graceMs: 2500, pollMs: 100 } };
  here = await startGateway(options);
  there = await startGateway({ ...options, database: here.store.db.databaseName });
  here.people.alice = await addKey(here.store, here.home.id, ['*'], here.users.alice);
  Object.assign(there.people, here.people);
});
afterAll(async () => {
  await Promise.all(clients.map((stock) => stock.close()));
  await there.close();
  await here.close();
});

const progressed = `subscription ($pathwayId: ObjectID!, $after: FeedCursor) {
  pathwayProgressed(pathwayId: $pathwayId, after: $after) { userId progress { percent user { id name } } } }`;
const received = `subscription ($after: FeedCursor) {
  notificationReceived(after: $after) { notifications { id user { id name } } } }`;

/** What one who goes on from a place is told, as texts. */
function told(
  gateway: TestGateway,
  query: string,
  variables: Record<string, unknown>,
  as: 'admin' | 'alice',
): string[] {
  const stock = stockClient(gateway, as);
  clients.push(stock);
  const texts: string[] = [];
  stock.client.subscribe(
    { query, variables },
    {
      next: (result) => texts.push(JSON.stringify(result)),
      error: (error) => texts.push(JSON.stringify(error)),
      complete: () => {},
    },
  );
  return texts;
}

const whole = { timeout: 50_000, interval: 20 };

it('tells nobody again who somebody was, of what folds made of their entries', async () => {
  const { createUsers } = await here.data(CreateUsersDocument, { inputs: [{ name: 'Zenobia Wurst' }] });
  const userId = createUsers.results[0]!.user!.id;
  const { createActivity } = await here.data(CreateActivityDocument, { input: { key: 'one', name: 'one' } });
  const activities = [{ activityId: createActivity.activity.id }];
  const { createPathway } = await here.data(CreatePathwayDocument, { input: { key: 'p', name: 'p', activities } });
  const pathwayId = createPathway.pathway.id;
  await here.data(EnrolUsersDocument, { input: { pathwayId, users: [{ userId }] } });
  await here.data(FollowDocument, { input: { userId } }, { as: 'alice' });
  const after = encodeFeedCursor(await here.gateway.log.feeds.settle(here.home.id));
  const everywhere = () =>
    [here, there].flatMap((gateway) => [
      told(gateway, progressed, { pathwayId, after }, 'admin'),
      told(gateway, received, { after }, 'alice'),
    ]);

  const first = everywhere();
  await vi.waitFor(
    () => expect(here.gateway.live.counts().members + there.gateway.live.counts().members).toBe(4),
    whole,
  );
  await here.data(CreateActivityLogsDocument, {
    inputs: [{ action: 'did', userId, activityKey: 'one', progress: { percent: 40 } }],
  });
  await vi.waitFor(() => {
    for (const texts of first) expect(texts.join()).toContain('Zenobia Wurst');
  }, whole);

  await here.data(EraseUserDocument, { id: userId });
  await vi.waitFor(
    async () => expect((await here.data(UserErasureDocument, { userId })).userErasure?.state).toBe('DONE'),
    whole,
  );
  const { seq } = await here.gateway.log.feeds.settle(here.home.id);
  await there.gateway.log.feeds.settle(here.home.id, seq);
  const again = everywhere();
  await vi.waitFor(() => {
    for (const texts of again) expect(texts.join()).toContain(userId);
  }, whole);
  for (const texts of again) expect(texts.join()).not.toMatch(/Zenobia|Wurst/);
}, 120_000);
