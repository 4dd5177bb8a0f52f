import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CountActivityLogsDocument,
  CreateActivityLogDocument,
  CreateActivityLogsDocument,
  DeleteActivityLogDocument,
} from '../../schema/operations/operations.js';
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

const write = (actions: readonly string[], to: TestGateway = gateway) =>
  to.data(CreateActivityLogsDocument, { inputs: actions.map((action) => ({ action })) });
const numbered = (name: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${name}-${n}`);
const feedCursor = async (): Promise<string> =>
  (await gateway.data(CountActivityLogsDocument, {})).activityLogs.feedCursor;
/** A subscription that has begun: without `after` nothing else tells from when on it follows. */
async function begun(following: Following, action: string): Promise<void> {
  while (!following.actions.includes(action)) {
    await write([action]);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('activityLogged', () => {
  it('tells of entries as they are recorded, with their users', async () => {
    const following = new Following(stock, { after: await feedCursor() });
    await gateway.data(CreateActivityLogDocument, { input: { action: 'ran', userId: gateway.users.alice } });
    await following.count(1);
    expect(following.events[0]).toMatchObject({
      type: 'RECORDED',
      cursor: expect.any(String),
      activityLogId: following.events[0]!.activityLog!.id,
      activityLog: { action: 'ran', cursor: following.events[0]!.cursor, user: { name: 'Alice Miller' } },
    });
    following.stop();
  });

  it('begins now where no place is given', async () => {
    await write(['before-now']);
    const following = new Following(stock, {});
    await begun(following, 'from-now-on');
    expect(following.actions).not.toContain('before-now');
    following.stop();
  });

  it('gives what was recorded since a page first, and goes on live without a gap or a repeat', async () => {
    const after = await feedCursor();
    const earlier = numbered('earlier', 700);
    await write(earlier);
    const following = new Following(stock, { after });
    const later = numbered('later', 300);
    for (let from = 0; from < later.length; from += 30) await write(later.slice(from, from + 30));
    await following.count(1000);
    expect([...following.actions].sort()).toEqual([...earlier, ...later].sort());
    const cursors = following.events.map((event) => event.cursor);
    expect(new Set(cursors).size).toBe(1000);
    following.stop();
  });

  it('tells of a removal with the place of the removal, and on resuming leaves out the recording', async () => {
    const after = await feedCursor();
    const following = new Following(stock, { after, filter: { actions: ['doomed'] } });
    const { createActivityLog } = await gateway.data(CreateActivityLogDocument, { input: { action: 'doomed' } });
    await following.count(1);
    const id = createActivityLog.activityLog!.id;
    const { deleteActivityLog } = await gateway.data(DeleteActivityLogDocument, { id });
    await following.count(2);
    expect(following.events[1]).toEqual({
      type: 'REMOVED',
      activityLogId: id,
      activityLog: null,
      cursor: deleteActivityLog.cursor,
    });
    const resumed = new Following(stock, { after, filter: { actions: ['doomed'] } });
    await resumed.count(1);
    expect(resumed.events.map((event) => event.type)).toEqual(['REMOVED']);
    following.stop();
    resumed.stop();
  });

  it('filters as the query does', async () => {
    const after = await feedCursor();
    const some = { filter: { users: ['bob@example.com'], search: 'hill' } };
    const following = new Following(stock, { after, ...some });
    const input = { action: 'climbed', userId: gateway.users.bob };
    await gateway.data(CreateActivityLogsDocument, {
      inputs: [
        { ...input, summary: 'Up the hill' },
        { ...input, summary: 'Down again' },
        { ...input, userId: gateway.users.alice, summary: 'Up the hill' },
        { ...input, summary: 'A hill once more' },
      ],
    });
    await following.count(2);
    expect(following.events.map((event) => event.activityLog?.summary).sort()).toEqual([
      'A hill once more',
      'Up the hill',
    ]);
    following.stop();
  });

  it('refuses a cursor that is none, of another workspace or above the end, and only that subscription', async () => {
    const abroad = await gateway.data<{ activityLogs: { feedCursor: string } }, object>(
      '{ activityLogs(first: 0) { feedCursor } }',
      {},
      { as: 'foreigner' },
    );
    const good = new Following(stock, { after: await feedCursor() });
    for (const after of ['nonsense', abroad.activityLogs.feedCursor]) {
      const following = new Following(stock, { after });
      await following.until(() => following.isOver);
      expect(following.errors?.map(({ extensions }) => extensions)).toEqual([
        { code: 'CURSOR_UNKNOWN', field: 'after', requestId: expect.any(String) },
      ]);
    }
    await write(['still-there']);
    await good.count(1);
    expect(good.actions).toEqual(['still-there']);
    good.stop();
  });

  it('reaches subscribers of another gateway on the same store', async () => {
    const other = await startGateway({ database: gateway.store.db.databaseName });
    const elsewhere = stockClient({ url: other.url, people: gateway.people });
    const following = new Following(elsewhere, { after: await feedCursor() });
    const actions = numbered('across', 50);
    for (const action of actions) await write([action]);
    await following.count(50);
    expect(following.actions).toEqual(actions);
    following.stop();
    await elsewhere.close();
    await other.close();
  });
});
