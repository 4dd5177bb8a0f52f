import { expect, it } from 'vitest';
import { CountActivityLogsDocument, CreateActivityLogDocument } from '../../schema/operations/operations.js';
import { decodeFeedCursor } from '../../src/base/cursor.js';
import { Following, stockClient } from '../support/following.js';
import { startGateway } from '../support/gateway.js';
import { RawSocket } from '../support/raw-socket.js';

const rare = 'subscription { activityLogged(filter: { actions: ["rare"] }) { cursor } }';

const answerPings = (raw: RawSocket): void => {
  raw.socket.on('message', (data) => {
    if (String(data).startsWith('{"type":"ping"')) raw.send({ type: 'pong' });
  });
};

it('a gateway that goes away says 1001, and its clients go on elsewhere', async () => {
  const staying = await startGateway();
  const leaving = await startGateway({ database: staying.store.db.databaseName });
  Object.assign(leaving.people, staying.people);
  const urls = [leaving.url, staying.url];
  const { feedCursor: after } = (await leaving.data(CountActivityLogsDocument, {})).activityLogs;
  const stocks = Array.from({ length: 5 }, () => stockClient({ url: () => urls[0]!, people: leaving.people }));
  const followings = stocks.map((stock) => new Following(stock, { after }));
  await leaving.data(CreateActivityLogDocument, { input: { action: 'before' } });
  await Promise.all(followings.map((following) => following.count(1)));

  const codes = stocks.map(
    ({ sockets }) => new Promise<number>((resolve) => sockets[0]!.once('close', (code) => resolve(code))),
  );
  urls.shift();
  const closed = leaving.close();
  expect(await Promise.all(codes)).toEqual(Array(5).fill(1001));
  await closed;
  await staying.data(CreateActivityLogDocument, { input: { action: 'after' } });
  await Promise.all(followings.map((following) => following.count(2)));
  for (const following of followings) expect(following.actions).toEqual(['before', 'after']);
  await Promise.all(stocks.map((stock) => stock.close()));
  await staying.close();
});

it('pings carry the newest place of each subscription, also where nothing matched', async () => {
  const gateway = await startGateway({ socketLimits: { pingMs: 200 } });
  const raw = await RawSocket.acknowledged(gateway, gateway.people.admin);
  answerPings(raw);
  raw.subscribe('a "rare" one', rare);
  const seqOf = (payload: unknown): number => {
    const cursor = (payload as { cursors?: Record<string, string> } | undefined)?.cursors?.['a "rare" one'];
    return cursor === undefined ? 0 : decodeFeedCursor(cursor, 'cursor').seq;
  };
  await raw.message(({ type, payload }) => type === 'ping' && seqOf(payload) > 0);
  const { createActivityLog } = await gateway.data(CreateActivityLogDocument, { input: { action: 'frequent' } });
  const { seq } = decodeFeedCursor(createActivityLog.cursor, 'cursor');
  await raw.message(({ type, payload }) => type === 'ping' && seqOf(payload) === seq);
  raw.socket.terminate();
  await gateway.close();
});

it('a peer that does not answer is cut off; one that answers stays', async () => {
  const gateway = await startGateway({ socketLimits: { pingMs: 500 } });
  const silent = await RawSocket.acknowledged(gateway, gateway.people.admin);
  const answering = await RawSocket.acknowledged(gateway, gateway.people.admin);
  answerPings(answering);
  expect((await silent.closed()).code).toBe(1006);
  const heard = answering.messages.length;
  await answering.until(() => answering.messages.length > heard + 3);
  expect(answering.socket.readyState).toBe(answering.socket.OPEN);
  answering.socket.terminate();
  await gateway.close();
});
