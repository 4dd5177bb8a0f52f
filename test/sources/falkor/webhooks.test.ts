import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectSourceDocument } from '../../../schema/operations/operations.js';
import { type FalkorEmulator, falkorToken, sendFalkorWebhook } from '../../../scripts/upstreams/falkor.js';
import { falkorWebhooks } from '../../../src/sources/falkor/webhooks.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { row, startPathways, storeOwner } from './support.js';

let emulator: FalkorEmulator;
let gateway: TestGateway;
beforeAll(async () => {
  emulator = await startPathways();
  gateway = await startGateway({ env: { ALLOWED_SOURCE_ORIGINS: emulator.url } });
});
afterAll(async () => {
  await gateway.close();
  await emulator.close();
});

const people = `{ pathway(key: "${storeOwner.ID}") { enrolments(first: 5) { nodes { user { name } } } }
  activityLogs(filter: {sources: [FALKOR]}, orderBy: RECORDED_ASC) { nodes { action actor { name } pathway { name } activity { name } } } }`;
type Shown = {
  pathway: { enrolments: { nodes: { user: { name: string } }[] } } | null;
  activityLogs: { nodes: unknown[] };
};

async function until(holds: (shown: Shown) => boolean): Promise<Shown> {
  const patience = AbortSignal.timeout(20_000);
  for (;;) {
    const shown = (await gateway.data(people)) as Shown;
    if (holds(shown)) return shown;
    if (patience.aborted) throw new Error(`It never came so far: ${JSON.stringify(shown)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("Falkor's webhooks", () => {
  it('have the pathways read at once, long before they are due', async () => {
    emulator.rows.add(row('One', { progress: 40 }));
    const { connectSource } = await gateway.data(ConnectSourceDocument, {
      input: {
        system: 'FALKOR',
        name: 'Academy',
        baseUrl: emulator.url,
        everySeconds: 3600,
        settings: { pathways: [storeOwner.name] },
        secrets: [
          { name: 'token', value: falkorToken },
          { name: 'webhookSecret', value: 'shared' },
        ],
      },
    });
    const first = await until(({ activityLogs }) => activityLogs.nodes.length === 1);
    expect(first.activityLogs.nodes[0]).toEqual({
      action: 'in progress',
      actor: { name: 'User One' },
      pathway: { name: storeOwner.name },
      activity: { name: 'Data Tracking' },
    });
    emulator.rows.add(row('One', { progress: 100 }), row('Two'));
    const { deliveryUrl } = connectSource.source;
    const url = new URL(deliveryUrl!, gateway.url).toString();
    expect(await sendFalkorWebhook(url, 'other')).toBe(401);
    expect(await sendFalkorWebhook(url, 'shared', 'ByteKast')).toBe(202);
    const { pathway } = await until(({ activityLogs }) => activityLogs.nodes.length === 3);
    expect(pathway!.enrolments.nodes.map(({ user }) => user.name).sort()).toEqual(['User One', 'User Two']);
  });

  it('are verified over the raw body, under whichever name the platform has', () => {
    const body = Buffer.from('{"event":"enrolments"}');
    const signature = `sha256=${createHmac('sha256', 's').update(body).digest('hex')}`;
    const verify = (headers: Record<string, string>) => falkorWebhooks.verify(headers, body, 's');
    expect(verify({ 'falkor-webhook-signature': signature })).toBe(true);
    expect(verify({ 'trainiapp-webhook-signature': signature })).toBe(true);
    expect(verify({ 'falkor-webhook-signature': `${signature.slice(0, -1)}x` })).toBe(false);
    expect(verify({ 'x-hmac-signature': signature })).toBe(false);
    expect(verify({})).toBe(false);
    expect(() => falkorWebhooks.read(Buffer.from('<html>'), {}, { pathways: ['a'] })).toThrow('no JSON');
  });
});
