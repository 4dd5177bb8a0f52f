import { afterAll, expect, it } from 'vitest';
import { startGateway } from '../support/gateway.js';

const gateway = await startGateway();
afterAll(() => gateway.close());

const post = (body: object, authorization = gateway.people.writer!) =>
  fetch(`${gateway.url}/app/v1/activity-logs`, {
    method: 'POST',
    headers: { authorization },
    body: JSON.stringify(body),
  });

const logs = /* GraphQL */ `
  query ($nativeIds: [String!]) {
    activityLogs(filter: { nativeIds: $nativeIds }) {
      nodes { source nativeId action outcome value occurredAt user { name } activity { name } additionalData native }
    }
  }
`;

it('what is posted to the façade of AWorld is what the next query shows, and only in its workspace', async () => {
  await gateway.data(
    `mutation { createActivity(input: { key: "bike", name: "Bike to work", sourceIds: [{ source: AWORLD, id: "FUMzPf00hz_kcj2R2Hlzq" }] }) { cursor } }`,
  );
  const additionalData = JSON.parse('{"$where":1,"a.b":[2],"__proto__":{"x":3}}') as object;
  const body = {
    activityId: 'FUMzPf00hz_kcj2R2Hlzq',
    userId: gateway.users.alice,
    outcome: 'SUCCESS',
    additionalData,
    activityLogId: 'seen',
    completedAt: '2019-08-24T14:15:22.123Z',
  };
  const response = await post(body);
  expect(response.status).toBe(201);
  expect(response.headers.get('x-request-id')).toBeTruthy();
  const shown = {
    source: 'AWORLD',
    nativeId: 'seen',
    action: 'performed',
    outcome: 'SUCCESS',
    value: null,
    occurredAt: '2019-08-24T14:15:22.123Z',
    user: { name: 'Alice Miller' },
    activity: { name: 'Bike to work' },
  };
  const { activityLogs } = await gateway.data<{ activityLogs: { nodes: Record<string, unknown>[] } }, object>(logs, {
    nativeIds: ['seen'],
  });
  expect(activityLogs.nodes).toMatchObject([shown]);
  expect(JSON.stringify(activityLogs.nodes[0]!.additionalData)).toBe(JSON.stringify(additionalData));
  expect(JSON.stringify(activityLogs.nodes[0]!.native)).toBe(JSON.stringify(body));
  const abroad = await gateway.data(logs, { nativeIds: ['seen'] }, { as: 'foreigner' });
  expect(abroad).toEqual({ activityLogs: { nodes: [] } });
});

it('who may write only their own entries writes nobody else here either', async () => {
  const body = { activityId: 'a', userId: gateway.users.bob };
  expect((await post(body, gateway.people.alice)).status).toBe(403);
  expect((await post(body, gateway.people.bob)).status).toBe(201);
  expect((await post(body, gateway.people.reader)).status).toBe(403);
});

it('an error carries the id under which the request is logged', async () => {
  const response = await post({ activityId: 'a', userId: 'u' }, 'Bearer nobody');
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({
    code: 'auth/invalid_token',
    requestId: response.headers.get('x-request-id'),
  });
});

it('paths beside the documented one do not exist, in the words of AWorld, and other doors keep their own', async () => {
  const missing = await fetch(`${gateway.url}/app/v1/missions`);
  expect([missing.status, (await missing.json()).code]).toEqual([404, 'resource/not_found']);
  const elsewhere = await fetch(`${gateway.url}/app/v2`);
  expect((await elsewhere.json()).errors[0].extensions.code).toBe('NOT_FOUND');
});
