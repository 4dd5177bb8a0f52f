import { createHmac, timingSafeEqual } from 'node:crypto';
import Fastify from 'fastify';
import { MongoNetworkError, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { type Id, newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import type { Connector, IngestedRow } from '../../src/ingest/connector.js';
import { DeliveryDesk, type DeliveryParts } from '../../src/ingest/deliveries.js';
import { malformed } from '../../src/ingest/upstream-error.js';
import type { Source } from '../../src/model/source.js';
import { registerDeliveries } from '../../src/server/deliveries.js';
import { answerErrors } from '../../src/server/error-answer.js';
import { Deliveries } from '../../src/store/deliveries.js';
import { numbersConnector } from './numbers.js';
import { openReading } from './reading.js';

const hmac = (body: Uint8Array, secret: string) => createHmac('sha256', secret).update(body).digest();

/** Takes `{"rows":[{"id":…}]}`, signed, or `{"news":true}`. */
const connector = {
  ...numbersConnector,
  receive: {
    secret: 'signing',
    verify: (headers, body, secret) => {
      const given = Buffer.from(headers['x-signature'] ?? '', 'hex');
      const right = hmac(body, secret);
      return given.length === right.length && timingSafeEqual(given, right);
    },
    read: (body) => {
      const text = Buffer.from(body).toString('utf8');
      if (!text.startsWith('{')) throw malformed('The delivery is no object');
      const { rows = [], news } = JSON.parse(text) as { rows?: { id: string }[]; news?: boolean };
      return { rows: rows.map(toRow), pullNow: news };
    },
  },
} as Connector;

const toRow = ({ id }: { id: string }): IngestedRow => ({
  nativeKey: id,
  contentHash: id.padEnd(64, '0'),
  entry: { nativeId: id, action: 'sent', actionClass: 'OTHER', occurredAtMicros: 1_700_000_000_000_000, tags: [] },
  actor: { kind: 'UNKNOWN' },
});

const reading = await openReading(connector);
const deliveries = new Deliveries(reading.store);
const pulled: Id[] = [];
const parts: DeliveryParts = {
  deliveries,
  sources: { get: async (_workspace, id) => reading.sources.get(id) },
  secrets: { open: async ({ id }) => reading.secrets.get(id)! },
  connectors: new Map([[connector.system, connector]]),
  workspaceOf: async (id) => reading.sources.get(id)?.workspaceId,
  pullNow: async ({ id }) => void pulled.push(id),
  writer: reading.services.writer,
  ours: async () => new Set(),
  people: { recognise: async () => {} },
  clock: systemClock,
  logger: silentLogger,
};
const desk = new DeliveryDesk(parts);
const app = Fastify();
let url: string;
beforeAll(async () => {
  answerErrors(app);
  await registerDeliveries(app, desk);
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await app.close();
  await desk.close();
});

const send = (source: Pick<Source, 'id'>, body: string, headers: Record<string, string> = signed(body)) =>
  fetch(`${url}/sources/${source.id}/deliveries`, { method: 'POST', body, headers });
const signed = (body: string, secret = 'right') => ({ 'x-signature': hmac(Buffer.from(body), secret).toString('hex') });
const addSource = (over: Partial<Source> = {}, secrets: Record<string, string> = { signing: 'right' }) =>
  reading.add('https://source.example', over, secrets);
const idsOf = async (source: Source) =>
  (await reading.entries()).filter(({ connectionId }) => connectionId === source.id).map(({ nativeId }) => nativeId);

const statusesOf = async ({ id }: Source) => {
  const kept = reading.store.db.collection('deliveries').find({ sourceId: new ObjectId(id) });
  return (await kept.toArray()).map(({ status }) => status as string);
};

describe('a delivery', () => {
  it('is verified, kept, answered, and then recorded; the same bytes again are recognised', async () => {
    const source = addSource();
    const body = '{"rows":[{"id":"a"},{"id":"b"}]}';
    const first = await send(source, body);
    expect([first.status, await first.json()]).toEqual([202, { accepted: true, repeat: false }]);
    await desk.close();
    expect(await idsOf(source)).toEqual(['a', 'b']);
    expect(await (await send(source, body)).json()).toEqual({ accepted: true, repeat: true });
    await send(source, ' {"rows":[{"id":"a"}]}'.trim());
    await desk.close();
    expect(await idsOf(source)).toEqual(['a', 'b']);
  });

  it('whose signature is wrong, missing, or of other bytes is refused and not kept', async () => {
    const source = addSource();
    const body = '{"rows":[{"id":"a"}]}';
    for (const headers of [{}, signed(body, 'wrong'), signed(`${body} `), { 'x-signature': 'zz' }]) {
      const answer = await send(source, body, headers as Record<string, string>);
      expect([answer.status, await answer.json()]).toMatchObject([
        401,
        { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
      ]);
    }
    expect(await reading.store.db.collection('deliveries').countDocuments({ sourceId: { $exists: true } })).toBe(
      await reading.store.db.collection('deliveries').countDocuments({ status: 'DONE' }),
    );
    expect(await idsOf(source)).toEqual([]);
  });

  it('without a secret to verify it by is taken only where the administrator says so', async () => {
    const body = '{"rows":[{"id":"a"}]}';
    expect((await send(addSource({}, {}), body, {})).status).toBe(403);
    const open = addSource({ acceptsUnsigned: true }, {});
    expect((await send(open, body, {})).status).toBe(202);
    await desk.close();
    expect(await idsOf(open)).toEqual(['a']);
  });

  it('for nobody is answered as such', async () => {
    for (const id of [newId(), 'nonsense']) expect((await send({ id }, '{}', {})).status).toBe(404);
  });

  it('may only say that there is news', async () => {
    const source = addSource();
    await send(source, '{"news":true}');
    await desk.close();
    expect(pulled).toEqual([source.id]);
  });

  it('that cannot be read is kept, told, and can be replayed', async () => {
    const source = addSource();
    expect((await send(source, '[]')).status).toBe(202);
    await desk.close();
    const failed = async () =>
      reading.store.db
        .collection('deliveries')
        .countDocuments({ status: 'FAILED', error: 'The delivery is no object' });
    expect(await failed()).toBe(1);
    expect(await deliveries.replay(source.workspaceId, { sourceId: source.id, failedOnly: true }, new Date())).toBe(1);
    expect(await failed()).toBe(0);
    expect(await desk.processDue(source.workspaceId)).toBe(1);
    expect(await failed()).toBe(1);
  });

  it('that could not be read and is sent again is tried again', async () => {
    const source = addSource({ settings: { count: 'many' } });
    const body = '{"rows":[{"id":"again"}]}';
    await send(source, body);
    await desk.close();
    expect(await idsOf(source)).toEqual([]);
    reading.sources.set(source.id, { ...source, settings: {} });
    expect(await (await send(source, body)).json()).toEqual({ accepted: true, repeat: true });
    await desk.close();
    expect(await idsOf(source)).toEqual(['again']);
  });

  it.each(['whose pull cannot be asked for', 'whose end cannot be noted'])(
    '%s while the store is away is processed later',
    async (when) => {
      const source = addSource();
      const away = new MongoNetworkError('The connection was reset');
      const asked = { ...parts, pullNow: () => Promise.reject(away) };
      const noted = new Deliveries(reading.store);
      noted.done = () => Promise.reject(away);
      const failing = new DeliveryDesk(when.includes('pull') ? asked : { ...parts, deliveries: noted });
      const body = JSON.stringify({ rows: [{ id: when }], news: true });
      await failing.take(source.id, signed(body), Buffer.from(body));
      await failing.close();
      expect(await statusesOf(source)).toEqual(['PENDING']);
      const later = new DeliveryDesk({ ...parts, clock: { ...systemClock, now: () => new Date(Date.now() + 60_000) } });
      expect(await later.processDue(source.workspaceId)).toBe(1);
      expect(await statusesOf(source)).toEqual(['DONE']);
      expect(await idsOf(source)).toEqual([when]);
    },
  );

  it('of a paused source waits until it goes on', async () => {
    const source = addSource({ isPaused: true });
    await send(source, '{"rows":[{"id":"p"}]}');
    await desk.close();
    expect(await idsOf(source)).toEqual([]);
    reading.sources.set(source.id, { ...source, isPaused: false });
    const later = new DeliveryDesk({ ...parts, clock: { ...systemClock, now: () => new Date(Date.now() + 60_000) } });
    expect(await later.processDue(source.workspaceId)).toBe(1);
    expect(await idsOf(source)).toEqual(['p']);
  });
});

describe('a process that is killed', () => {
  it.each(['before it began', 'after recording, before noting'])(
    '%s leaves what another one finishes',
    async (when) => {
      const source = addSource();
      const dying = new DeliveryDesk({
        ...parts,
        writer: {
          appendEach: async (...args) => {
            if (when === 'after recording, before noting') await parts.writer.appendEach(...args);
            return new Promise(() => {});
          },
        },
      });
      const body = `{"rows":[{"id":"${when}"}]}`;
      await dying.take(source.id, signed(body), Buffer.from(body));
      const later = new DeliveryDesk({ ...parts, clock: { ...systemClock, now: () => new Date(Date.now() + 60_000) } });
      const patience = AbortSignal.timeout(5_000);
      while ((await later.processDue(source.workspaceId)) === 0 && !patience.aborted)
        await new Promise((r) => setTimeout(r, 20));
      expect(await idsOf(source)).toEqual([when]);
    },
  );
});
