import { expect, it } from 'vitest';
import {
  CountActivityLogsDocument,
  CreateActivityLogDocument,
  CreateCredentialDocument,
  RevokeCredentialDocument,
} from '../../schema/operations/operations.js';
import { Following } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { RawStream, stockStream } from '../support/streaming.js';

const feedCursor = async (gateway: TestGateway): Promise<string> =>
  (await gateway.data(CountActivityLogsDocument, {})).activityLogs.feedCursor;
const record = (gateway: TestGateway, action: string) => gateway.data(CreateActivityLogDocument, { input: { action } });
const addKey = async (gateway: TestGateway, expiresAt?: string) => {
  const input = {
    kind: 'API_KEY',
    name: 'a dashboard',
    scopes: ['activity_log:read', 'user:read', 'pathway:read'],
  } as const;
  const { createCredential } = await gateway.data(CreateCredentialDocument, {
    input: { ...input, scopes: [...input.scopes], expiresAt },
  });
  return { id: createCredential.credential.id, authorization: `Bearer ${createCredential.secret}` };
};
const peopleWith = (gateway: TestGateway, authorization: string) => ({
  url: gateway.url,
  people: { ...gateway.people, admin: authorization },
});
const codes = (following: Following) => following.eventErrors.map(({ extensions }) => extensions.code);

it('a revoked credential ends its streams for good, and nobody else’s', async () => {
  const gateway = await startGateway();
  const after = await feedCursor(gateway);
  const { id, authorization } = await addKey(gateway);
  const [theirs, others] = [stockStream(peopleWith(gateway, authorization)), stockStream(gateway)];
  const followings = [theirs, others].map((stock) => new Following(stock, { after }));
  await record(gateway, 'before');
  await Promise.all(followings.map((following) => following.until(() => following.actions.includes('before'))));
  await gateway.data(RevokeCredentialDocument, { id });
  const [ended, going] = followings as [Following, Following];
  await ended.until(() => ended.isOver);
  expect([codes(ended), ended.errors]).toEqual([['UNAUTHENTICATED'], undefined]);
  expect(theirs.sockets).toHaveLength(1);
  await record(gateway, 'after');
  await going.until(() => going.actions.includes('after'));
  expect(ended.actions).not.toContain('after');
  await theirs.close();
  await others.close();
  await gateway.close();
});

it('an expired credential ends its streams', async () => {
  const gateway = await startGateway();
  const { authorization } = await addKey(gateway, new Date(Date.now() + 1500).toISOString());
  const stock = stockStream(peopleWith(gateway, authorization));
  const following = new Following(stock);
  await following.until(() => following.isOver);
  expect(codes(following)).toEqual(['UNAUTHENTICATED']);
  await stock.close();
  await gateway.close();
});

it('a gateway that goes away ends its streams unfinished, and their clients go on elsewhere', async () => {
  const staying = await startGateway();
  const leaving = await startGateway({ database: staying.store.db.databaseName });
  Object.assign(leaving.people, staying.people);
  const urls = [leaving.url, staying.url];
  const after = await feedCursor(leaving);
  const target = { url: () => urls[0]!, people: leaving.people };
  const stocks = Array.from({ length: 5 }, () => stockStream(target));
  const followings = stocks.map((stock) => new Following(stock, { after }));
  const raw = await RawStream.open(leaving, { query: 'subscription { activityLogged { cursor } }' });
  await record(leaving, 'before');
  await Promise.all(followings.map((following) => following.count(1)));
  urls.shift();
  await leaving.close();
  await raw.until(() => raw.isOver);
  expect([raw.response.complete, raw.text.includes('event: complete')]).toEqual([true, false]);
  await record(staying, 'after');
  await Promise.all(followings.map((following) => following.count(2)));
  for (const following of followings) expect(following.actions).toEqual(['before', 'after']);
  await Promise.all(stocks.map((stock) => stock.close()));
  await staying.close();
});
