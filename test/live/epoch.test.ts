import { afterAll, beforeAll, expect, it } from 'vitest';
import { CountActivityLogsDocument, CreateActivityLogDocument } from '../../schema/operations/operations.js';
import { beginEpoch } from '../../src/log/retention.js';
import { Following, type StockClient, stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let stock: StockClient;
beforeAll(async () => {
  gateway = await startGateway();
  stock = stockClient(gateway);
});
afterAll(async () => {
  await stock.close();
  await gateway.close();
});

const feedCursor = async () => (await gateway.data(CountActivityLogsDocument, {})).activityLogs.feedCursor;
const record = (action: string) => gateway.data(CreateActivityLogDocument, { input: { action } });

it('a restored log ends what follows it with CURSOR_UNKNOWN, and can be followed afresh', async () => {
  const after = await feedCursor();
  const following = new Following(stock, { after });
  await record('before');
  await following.count(1);
  const { logs, states } = gateway.gateway.log;
  await beginEpoch(gateway.home.id, logs, states);
  await following.until(() => following.isOver);
  expect(following.errors?.map((error) => error.extensions.code)).toEqual(['CURSOR_UNKNOWN']);

  const old = new Following(stock, { after });
  await old.until(() => old.isOver);
  expect(old.errors?.[0]?.extensions.code).toBe('CURSOR_UNKNOWN');
  const afresh = new Following(stock, { after: await feedCursor() });
  await record('afterwards');
  await afresh.until(() => afresh.actions.includes('afterwards') || afresh.isOver);
  expect(afresh.errors).toBeUndefined();
  afresh.stop();
});

it('a cursor below what retention keeps is CURSOR_EXPIRED', async () => {
  const after = await feedCursor();
  await record('soon gone');
  await record('kept');
  await gateway.gateway.log.retention.keepSince(gateway.home.id, new Date(Date.now() + 1000));
  // A filter that nobody follows yet, so that nothing is kept of what came before: the log itself must be read.
  const following = new Following(stock, { after, filter: { actions: ['soon gone', 'kept'] } });
  await following.until(() => following.isOver);
  expect(following.errors?.[0]?.extensions.code).toBe('CURSOR_EXPIRED');
});
