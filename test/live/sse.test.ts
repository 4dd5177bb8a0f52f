import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CountActivityLogsDocument,
  CreateActivityLogDocument,
  CreateActivityLogsDocument,
} from '../../schema/operations/operations.js';
import { Following, stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { overStream, RawStream, stockStream } from '../support/streaming.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ liveTuning: { lingerMs: 0 } });
});
afterAll(() => gateway.close());

const write = (...actions: string[]) =>
  gateway.data(CreateActivityLogsDocument, { inputs: actions.map((action) => ({ action })) });
const feedCursor = async (): Promise<string> =>
  (await gateway.data(CountActivityLogsDocument, {})).activityLogs.feedCursor;
const counts = () => gateway.gateway.live.counts();

describe('a stock graphql-sse client', () => {
  it('gets what came since its cursor, then what happens, and goes on after it was cut off', async () => {
    const after = await feedCursor();
    await write('earlier-1', 'earlier-2');
    const stock = stockStream(gateway);
    const following = new Following(stock, { after });
    await following.count(2);
    await write('live');
    await following.count(3);
    for (let round = 0; round < 3; round += 1) {
      stock.cut();
      await write(`missed-${round}`);
      await following.count(4 + round);
    }
    expect(following.actions).toEqual(['earlier-1', 'earlier-2', 'live', 'missed-0', 'missed-1', 'missed-2']);
    expect(stock.sockets.length).toBe(4);
    following.stop();
    await stock.close();
  });

  it('shares its executions with sockets', async () => {
    const after = await feedCursor();
    const sockets = [stockClient(gateway), stockClient(gateway)];
    const streams = [stockStream(gateway), stockStream(gateway), stockStream(gateway)];
    const all = [...sockets, ...streams].map((stock) => new Following(stock, { after }));
    await write('first');
    await Promise.all(all.map((following) => following.count(1)));
    expect(counts()).toMatchObject({ cohorts: 1, members: 5 });
    const before = counts().executions;
    for (let n = 1; n <= 5; n += 1) {
      const input = { action: `shared-${n}`, userId: gateway.users.alice };
      await gateway.data(CreateActivityLogDocument, { input });
      await Promise.all(all.map((following) => following.count(1 + n)));
    }
    expect(counts().executions - before).toBe(5);
    for (const following of all) expect(following.events).toEqual(all[0]!.events);
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(text).toMatch(/^open_streams 3$/m);
    expect(text).toMatch(/^open_sockets 2$/m);
    await Promise.all([...sockets, ...streams].map((stock) => stock.close()));
    await expect.poll(() => counts().members).toBe(0);
  });

  it('gets answers to queries and mutations', async () => {
    const [answer, ...rest] = await overStream(gateway, '{ viewer { scopes } }');
    expect([answer, rest]).toEqual([{ data: { viewer: { scopes: ['*'] } } }, []]);
    const mutation = 'mutation($input: CreateActivityLogInput!) { createActivityLog(input: $input) { outcome } }';
    const variables = { input: { action: 'over-a-stream' } };
    expect(await overStream(gateway, mutation, variables)).toEqual([
      { data: { createActivityLog: { outcome: 'RECORDED' } } },
    ]);
  });

  it.each([
    ['a word that is no GraphQL', 'what', {}, 'GRAPHQL_PARSE_FAILED'],
    ['a field that does not exist', '{ nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['too many brackets', `{ ${'a { '.repeat(201)} b ${'}'.repeat(202)}`, {}, 'TOO_COSTLY'],
    [
      'a variable that does not fit',
      'query($n: Int) { activityLogs(first: $n) { totalCount } }',
      { n: 'x' },
      'BAD_USER_INPUT',
    ],
    [
      'a cursor that is none',
      'subscription($after: FeedCursor) { activityLogged(after: $after) { cursor } }',
      { after: 'nonsense' },
      'CURSOR_UNKNOWN',
    ],
  ])('is told of %s by an event, and that nothing follows', async (_name, query, variables, code) => {
    const results = await overStream(gateway, query, variables);
    expect(results.map(({ data, errors }) => [data, errors?.map(({ extensions }) => extensions.code)])).toEqual([
      [undefined, [code]],
    ]);
  });

  it('may look at nothing but the schema without a credential, and at nothing with a wrong one', async () => {
    const schema = '{ __schema { queryType { name } } }';
    expect(await overStream(gateway, schema, {}, 'nobody')).toEqual([
      { data: { __schema: { queryType: { name: 'Query' } } } },
    ]);
    for (const as of ['nobody', 'wrong'] as const) {
      for (const query of ['{ viewer { scopes } }', 'subscription { activityLogged { cursor } }']) {
        await expect(overStream(gateway, query, {}, as)).rejects.toMatchObject({ response: { status: 401 } });
      }
    }
  });
});

describe('a slow reader', () => {
  /** One event with this weighs some 100 KB. */
  const weight = 'x'.repeat(100_000);
  const batches = 16;
  const perBatch = 10;

  it('costs little memory, holds nobody up, and gets everything once it reads again', async () => {
    const after = await feedCursor();
    const query = `subscription($after: FeedCursor) {
      activityLogged(after: $after) { cursor activityLog { action additionalData } }
    }`;
    type Result = { data: { activityLogged: { activityLog: { action: string } } } };
    const told = (stream: RawStream): string[] =>
      (stream.results as Result[]).map(({ data }) => data.activityLogged.activityLog.action);
    const slow = await RawStream.open(gateway, { query, variables: { after } });
    const stock = stockStream(gateway);
    const fast = new Following(stock, { after }, query);
    slow.setReading(false);
    let mostUnsent = 0;
    for (let batch = 1; batch <= batches; batch += 1) {
      const inputs = Array.from({ length: perBatch }, (_, n) => ({
        action: `heavy-${batch}-${n}`,
        additionalData: { weight },
      }));
      await gateway.data(CreateActivityLogsDocument, { inputs });
      await fast.count(perBatch * batch);
      mostUnsent = Math.max(mostUnsent, await unsent());
    }
    // 16 MB were written; the system's own buffers take some of it, the gateway what fits its bound.
    expect(mostUnsent).toBeGreaterThan(0);
    expect(mostUnsent).toBeLessThan(64 * 1024 + 3 * weight.length);
    slow.setReading(true);
    await slow.until(() => slow.text.endsWith('\n\n') && told(slow).length >= batches * perBatch);
    expect(told(slow)).toEqual(fast.actions);
    expect(new Set(told(slow)).size).toBe(batches * perBatch);
    slow.cut();
    await stock.close();
  });

  async function unsent(): Promise<number> {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    return Number(/^socket_unsent_bytes (\d+)$/m.exec(text)![1]);
  }
});
