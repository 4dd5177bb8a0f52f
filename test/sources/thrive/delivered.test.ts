import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completionEvent, sendWebhook } from '../../../scripts/upstreams/thrive-webhooks.js';
import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/logger.js';
import type { Connector } from '../../../src/ingest/connector.js';
import { DeliveryDesk } from '../../../src/ingest/deliveries.js';
import type { Source } from '../../../src/model/source.js';
import { registerDeliveries } from '../../../src/server/deliveries.js';
import { answerErrors } from '../../../src/server/error-answer.js';
import { thriveConnector } from '../../../src/sources/thrive/connector.js';
import { webhookTag } from '../../../src/sources/thrive/webhooks.js';
import { Deliveries } from '../../../src/store/deliveries.js';
import { openReading } from '../../ingest/reading.js';

const connector = thriveConnector as unknown as Connector;
const reading = await openReading(connector);
const desk = new DeliveryDesk({
  deliveries: new Deliveries(reading.store),
  sources: {
    get: async (_workspace, id) => reading.sources.get(id),
    list: async () => [...reading.sources.values()],
  },
  secrets: { open: async ({ id }) => reading.secrets.get(id)! },
  connectors: new Map([[connector.system, connector]]),
  workspaceOf: async (id) => reading.sources.get(id)?.workspaceId,
  pullNow: async () => {},
  writer: reading.services.writer,
  ours: async () => new Set(),
  people: { recognise: async () => {} },
  clock: systemClock,
  logger: silentLogger,
});
const app = Fastify();
let busy = 0;
let url: string;
beforeAll(async () => {
  answerErrors(app);
  app.addHook('onRequest', async (_request, reply) => {
    if (busy > 0) {
      busy -= 1;
      await reply.code(503).send({});
    }
  });
  await registerDeliveries(app, desk);
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await app.close();
  await desk.close();
});

const source = reading.add('https://thrive.example', { settings: { tenantId: 't' } }, { webhookSecret: 'shared' });
const send = (event = completionEvent(), secret = 'shared') =>
  sendWebhook(`${url}/sources/${source.id}/deliveries`, event, secret, 1);
const entriesOf = async ({ id, workspaceId }: Source) => {
  await desk.processDue(workspaceId);
  return (await reading.entries()).filter(({ connectionId }) => connectionId === id);
};

describe("Thrive's webhooks", () => {
  it('are taken once, though they are sent again until somebody answers, and once more', async () => {
    busy = 3;
    expect(await send()).toBe(202);
    // Each try says anew when it was dispatched, so these are other bytes.
    expect(await send()).toBe(202);
    const entries = await entriesOf(source);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      source: 'THRIVE',
      action: 'completed',
      tags: [webhookTag],
      actor: { key: `n:THRIVE:${source.id}:usr_abc123`, email: 'jane.smith@acme.com' },
    });
  });

  it('that are not signed with the shared secret are refused', async () => {
    const before = (await entriesOf(source)).length;
    expect(await send(completionEvent({ createdAt: '2026-01-03T00:00:00Z' }), 'other')).toBe(401);
    expect(await entriesOf(source)).toHaveLength(before);
  });

  it('of other kinds are taken and make no entry', async () => {
    const before = (await entriesOf(source)).length;
    expect(await send(completionEvent({ eventType: 'notification.dispatched' as 'content.passed' }))).toBe(202);
    expect(await entriesOf(source)).toHaveLength(before);
  });
});
