import { expect, it } from 'vitest';
import { CountActivityLogsDocument, CreateActivityLogDocument } from '../../schema/operations/operations.js';
import { Following, stockClient } from '../support/following.js';
import { startGateway } from '../support/gateway.js';
import { stockStream } from '../support/streaming.js';

it('without any signal, what one process records reaches those who follow in another', async () => {
  const writing = await startGateway({ signals: false });
  const reading = await startGateway({ database: writing.store.db.databaseName, signals: false });
  Object.assign(reading.people, writing.people);
  const asked: string[] = [];
  for (const { store } of [writing, reading]) {
    store.db.client.on('commandStarted', ({ commandName, command }) => {
      asked.push(`${commandName} ${String(command[commandName])}`);
    });
  }
  const { feedCursor: after } = (await writing.data(CountActivityLogsDocument, {})).activityLogs;
  const stocks = [stockClient(reading), stockStream(reading)];
  const followings = stocks.map((stock) => new Following(stock, { after }));
  const actions: string[] = [];
  for (let n = 1; n <= 3; n += 1) {
    // Each is found by a poll of its own: it is written once the one before was told.
    actions.push(`polled-${n}`);
    await writing.data(CreateActivityLogDocument, { input: { action: actions.at(-1)! } });
    await Promise.all(followings.map((following) => following.count(n)));
  }
  for (const following of followings) expect(following.actions).toEqual(actions);
  expect(asked.filter((command) => command.endsWith(' signals'))).toEqual([]);
  await Promise.all(stocks.map((stock) => stock.close()));
  await reading.close();
  await writing.close();
});
