import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { addKey } from '../support/people.js';
import { entryDraft } from '../support/services.js';

const entries = 200;
/** Forty megabytes in all: far more than sockets hold for a peer that does not read. */
const native = JSON.stringify('x'.repeat(200 * 1024));

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ env: { MAX_EXPORTS: '2' } });
  const drafts = Array.from({ length: entries }, () => entryDraft({ native, tags: ['heavy'] }));
  await gateway.gateway.log.recorder.appendMany(gateway.home.id, drafts);
});
afterAll(() => gateway.close());

/** An export of which nothing is read yet. */
async function begin(authorization = gateway.people.admin!): Promise<IncomingMessage> {
  const url = `${gateway.url}/export/activity-logs.ndjson?tags=heavy`;
  const [response] = (await once(httpGet(url, { agent: false, headers: { authorization } }), 'response')) as [
    IncomingMessage,
  ];
  return response;
}

async function countLines(response: IncomingMessage): Promise<number> {
  let count = 0;
  for await (const chunk of response) for (const byte of chunk as Buffer) if (byte === 10) count += 1;
  return count;
}

it('reads no further than its reader does, and lets as many read as the settings say', async () => {
  let stalled!: IncomingMessage;
  const commands = await gateway.commandsOf(async () => {
    stalled = await begin();
    const quick = await begin();
    expect(
      (await fetch(`${gateway.url}/export/activity-logs.csv`, { headers: { authorization: gateway.people.admin! } }))
        .status,
    ).toBe(429);
    expect(await countLines(quick)).toBe(entries);
  });
  const whole = 10;
  const steps = commands.filter((command) => command === 'find activity_logs').length;
  expect(steps).toBeGreaterThanOrEqual(whole + 1);
  expect(steps).toBeLessThan(2 * whole - 2);
  expect(await countLines(stalled)).toBe(entries);
});

it('breaks off where the credential is revoked meanwhile', async () => {
  const authorization = await addKey(gateway.store, gateway.home.id, ['activity_log:read']);
  const reading = await begin(authorization);
  const listed = await gateway.data<{ credentials: { nodes: { id: string; createdAt: string }[] } }, object>(
    '{ credentials(first: 100) { nodes { id createdAt } } }',
  );
  const newest = listed.credentials.nodes.sort((one, other) => (one.id < other.id ? 1 : -1))[0]!;
  await gateway.data(`mutation { revokeCredential(id: "${newest.id}") { credential { id } } }`);
  const isIn = async () =>
    (await fetch(`${gateway.url}/graphql?query={__typename}`, { headers: { authorization } })).status === 200;
  while (await isIn());
  await expect(countLines(reading)).rejects.toThrow('aborted');
});

it('does not keep a gateway from closing', async () => {
  const other = await startGateway();
  const drafts = Array.from({ length: entries }, () => entryDraft({ native, id: newId() } as never));
  await other.gateway.log.recorder.appendMany(other.home.id, drafts);
  const [response] = (await once(
    httpGet(`${other.url}/export/activity-logs.ndjson`, {
      agent: false,
      headers: { authorization: other.people.admin! },
    }),
    'response',
  )) as [IncomingMessage];
  await other.close();
  await expect(countLines(response)).rejects.toThrow('aborted');
});
