import { afterAll, beforeAll, expect, it } from 'vitest';
import { CreateActivityLogDocument } from '../../schema/operations/operations.js';
import { stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

/** The first event that a subscription is told, of an entry that is recorded once it follows. */
async function firstEvent(query: string, variables: Record<string, unknown>): Promise<unknown> {
  const before = await gateway.data(CreateActivityLogDocument, { input: { action: 'before' } });
  await gateway.data(CreateActivityLogDocument, { input: { action: 'told' } });
  const line = stockClient(gateway);
  const events = line.client.iterate({ query, variables: { ...variables, after: before.createActivityLog.cursor } });
  const { value } = await events.next();
  await events.return?.();
  await line.close();
  return value;
}

const told = (shown: object) => ({ data: { activityLogged: { activityLog: { action: 'told', ...shown } } } });

it.each(['shown', 'constructor', 'toString'])(
  'a variable $%s that was not given is what the document says for it, in each event, too',
  async (name) => {
    const query = `subscription($after: FeedCursor, $${name}: Boolean! = true) {
      activityLogged(after: $after) { activityLog { action platform @include(if: $${name}) } }
    }`;
    expect(await firstEvent(query, {})).toEqual(told({ platform: null }));
    expect(await firstEvent(query, { [name]: true })).toEqual(told({ platform: null }));
    expect(await firstEvent(query, { [name]: false })).toEqual(told({}));
  },
);

it.each(['filter', 'constructor'])('a variable $%s that was not given at all selects everything', async (name) => {
  const query = `subscription($after: FeedCursor, $${name}: ActivityLogFilter) {
    activityLogged(after: $after, filter: $${name}) { activityLog { action } }
  }`;
  expect(await firstEvent(query, {})).toEqual(told({}));
  expect(await firstEvent(query, { [name]: { actions: ['told'] } })).toEqual(told({}));
});
