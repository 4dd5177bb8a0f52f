import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import Fastify from 'fastify';
import { MongoNetworkError, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { type Id, newId } from '../../src/base/ids.js';
import { deferred } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import type { Connector, IngestedRow } from '../../src/ingest/connector.js';
import { type Addressee, DeliveryDesk, type DeliveryParts } from '../../src/ingest/deliveries.js';
import { malformed, UpstreamError } from '../../src/ingest/upstream-error.js';
import type { Source } from '../../src/model/source.js';
import { type DeliveryDoor, type DeliveryLimits, registerDeliveries } from '../../src/server/deliveries.js';
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
  sources: {
    get: async (_workspace, id) => reading.sources.get(id),
    list: async () => [...reading.sources.values()],
  },
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

const kept = ({ id }: Source) =>
  reading.store.db
    .collection('deliveries')
    .find({ sourceId: new ObjectId(id) })
    .toArray();
const statusesOf = async (source: Source) => (await kept(source)).map(({ status }) => status as string);

/** Until what was taken is processed. */
const settled = ({ workspaceId }: Source) => desk.processDue(workspaceId);

describe('a delivery', () => {
  it('is verified, kept, answered, and then recorded; the same bytes again are recognised', async () => {
    const source = addSource();
    const body = '{"rows":[{"id":"a"},{"id":"b"}]}';
    const first = await send(source, body);
    expect([first.status, await first.json()]).toEqual([202, { accepted: true, repeat: false }]);
    await settled(source);
    expect(await idsOf(source)).toEqual(['a', 'b']);
    expect(await (await send(source, body)).json()).toEqual({ accepted: true, repeat: true });
    await send(source, ' {"rows":[{"id":"a"}]}'.trim());
    await settled(source);
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
    await settled(open);
    expect(await idsOf(open)).toEqual(['a']);
  });

  it('for nobody is answered as such', async () => {
    for (const id of [newId(), 'nonsense']) expect((await send({ id }, '{}', {})).status).toBe(404);
  });

  it('may only say that there is news', async () => {
    const source = addSource();
    await send(source, '{"news":true}');
    await settled(source);
    expect(pulled).toEqual([source.id]);
  });

  it('that cannot be read is kept, told, and can be replayed', async () => {
    const source = addSource();
    expect((await send(source, '[]')).status).toBe(202);
    await settled(source);
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
    await settled(source);
    expect(await idsOf(source)).toEqual([]);
    reading.sources.set(source.id, { ...source, settings: {} });
    expect(await (await send(source, body)).json()).toEqual({ accepted: true, repeat: true });
    await settled(source);
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
      await failing.take(await failing.addressee(source.id), signed(body), Buffer.from(body));
      await failing.processDue(source.workspaceId);
      expect(await statusesOf(source)).toEqual(['PENDING']);
      const later = new DeliveryDesk({ ...parts, clock: { ...systemClock, now: () => new Date(Date.now() + 60_000) } });
      expect(await later.processDue(source.workspaceId)).toBe(1);
      expect(await statusesOf(source)).toEqual(['DONE']);
      expect(await idsOf(source)).toEqual([when]);
    },
  );

  it('of a paused source is answered, waits untouched, and is processed once it goes on', async () => {
    const source = addSource({ isPaused: true });
    expect((await send(source, '{"rows":[{"id":"p"}]}')).status).toBe(202);
    expect(await settled(source)).toBe(0);
    expect(await kept(source)).toMatchObject([{ status: 'PENDING', attempts: 0 }]);
    expect(await idsOf(source)).toEqual([]);
    reading.sources.set(source.id, { ...source, isPaused: false });
    expect(await settled(source)).toBe(1);
    expect(await idsOf(source)).toEqual(['p']);
  });

  it('of a source that was removed before it was processed has failed', async () => {
    const source = addSource({ isPaused: true });
    await send(source, '{"rows":[{"id":"gone"}]}');
    await settled(source);
    reading.sources.delete(source.id);
    const later = new DeliveryDesk({ ...parts, clock: { ...systemClock, now: () => new Date(Date.now() + 60_000) } });
    await later.processDue(source.workspaceId);
    expect(await kept(source)).toMatchObject([{ status: 'FAILED', error: 'The source was removed' }]);
  });

  it('is kept for a while after it was processed, and longer where it could not be', async () => {
    const indexes = await reading.store.db.collection('deliveries').indexes();
    const expiries = indexes.filter((index) => index.expireAfterSeconds !== undefined);
    const days = expiries.map((index) => [index.partialFilterExpression?.status, index.expireAfterSeconds! / 86_400]);
    expect(Object.fromEntries(days)).toEqual({ DONE: 30, FAILED: 90 });
  });
});

describe('the door of deliveries', () => {
  const refusal = async (answer: Response) => [answer.status, (await answer.json()).errors[0].extensions.code];
  /** A delivery of which only the beginning comes. */
  const begin = async (source: Pick<Source, 'id'>, port = new URL(url).port) => {
    const socket = connect(Number(port), '127.0.0.1').setEncoding('utf8');
    await once(socket, 'connect');
    const head = `POST /sources/${source.id}/deliveries HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n`;
    socket.write(`${head}{`);
    return socket;
  };

  it('turns away what is for nobody, or is not taken, before its body has come', async () => {
    for (const [source, status] of [
      [{ id: newId() }, 404],
      [addSource({}, {}), 403],
    ] as const) {
      const socket = await begin(source);
      const [answer] = (await once(socket, 'data')) as [string];
      expect(answer).toMatch(`HTTP/1.1 ${status} `);
      socket.destroy();
    }
  });

  it('takes a megabyte and no more', async () => {
    const source = addSource();
    const body = `{"rows":[]}${' '.repeat(1024 * 1024)}`;
    expect((await send(source, body.slice(0, 1024 * 1024))).status).toBe(202);
    const refused = await send(source, body.slice(0, 1024 * 1024 + 1));
    expect(await refused.clone().json()).toMatchObject({ errors: [{ message: 'The body is larger than 1 MB' }] });
    expect(await refusal(refused)).toEqual([413, 'TOO_LARGE']);
  });

  it('asks for patience while a source’s secrets cannot be opened', async () => {
    const source = addSource();
    const sealed = { open: () => Promise.reject(new UpstreamError('MISCONFIGURED', 'The seal is broken')) };
    const answer = await withDoor(new DeliveryDesk({ ...parts, secrets: sealed }), {}, (at) =>
      fetch(`${at}/sources/${source.id}/deliveries`, { method: 'POST', body: '{}' }),
    );
    expect(answer.headers.get('retry-after')).toBe('60');
    expect(await answer.clone().text()).not.toContain('seal');
    expect(await refusal(answer)).toEqual([503, 'SERVICE_UNAVAILABLE']);
  });

  it('reads so many bodies at once, and others once these have gone', async () => {
    const source = addSource();
    const both = deferred();
    let asked = 0;
    const counted: DeliveryDoor<Addressee> = {
      addressee: async (id) => {
        asked += 1;
        if (asked === 2) both.resolve();
        return desk.addressee(id);
      },
      take: (...delivery) => desk.take(...delivery),
    };
    await withDoor(counted, { bodiesAtOnce: 2 }, async (at) => {
      const { port } = new URL(at);
      const slow = await Promise.all([begin(source, port), begin(source, port)]);
      await both.promise;
      const body = '{"rows":[]}';
      const post = () =>
        fetch(`${at}/sources/${source.id}/deliveries`, { method: 'POST', body, headers: signed(body) });
      const turnedAway = await post();
      expect(turnedAway.headers.get('retry-after')).toBe('1');
      expect(await refusal(turnedAway)).toEqual([503, 'SERVICE_UNAVAILABLE']);
      for (const socket of slow) socket.destroy();
      await expect.poll(async () => (await post()).status).toBe(202);
    });
  });

  it('lets go of a body that does not come', async () => {
    await withDoor(desk, { bodyMs: 50 }, async (at) => {
      const socket = await begin(addSource(), new URL(at).port);
      await once(socket.resume(), 'close');
    });
  });
});

/** A door of its own, for as long as `use` takes. */
async function withDoor<T>(
  door: DeliveryDoor<Addressee>,
  limits: Partial<DeliveryLimits>,
  use: (at: string) => Promise<T>,
) {
  const own = Fastify();
  answerErrors(own);
  await registerDeliveries(own, door, limits);
  try {
    return await use(await own.listen({ host: '127.0.0.1', port: 0 }));
  } finally {
    await own.close();
  }
}

describe('processing', () => {
  /** A desk whose writer waits to be let on, and says how many it works for at once. */
  const slowDesk = () => {
    const go = deferred();
    const began = deferred();
    const counts = { now: 0, most: 0, all: 0 };
    const slow = new DeliveryDesk({
      ...parts,
      writer: {
        appendEach: async (...args) => {
          counts.all += 1;
          counts.now += 1;
          counts.most = Math.max(counts.most, counts.now);
          began.resolve();
          await go.promise;
          const results = await parts.writer.appendEach(...args);
          counts.now -= 1;
          return results;
        },
      },
    });
    const take = async (source: Source, id: string) => {
      const body = JSON.stringify({ rows: [{ id }] });
      await slow.take(await slow.addressee(source.id), signed(body), Buffer.from(body));
    };
    return { slow, take, counts, began: began.promise, letOn: () => go.resolve() };
  };

  it('goes on one delivery after the other, also with those that come meanwhile', async () => {
    const source = addSource();
    const { slow, take, counts, began, letOn } = slowDesk();
    await take(source, 's1');
    await began;
    for (const id of ['s2', 's3']) await take(source, id);
    letOn();
    expect(await slow.processDue(source.workspaceId)).toBe(3);
    expect(counts).toEqual({ now: 0, most: 1, all: 3 });
    expect(await idsOf(source)).toEqual(['s1', 's2', 's3']);
  });

  it.each(['closing', 'no wish to proceed'])(
    'ends with the delivery at hand on %s; others do the rest',
    async (why) => {
      const source = addSource();
      const { slow, take, counts, began, letOn } = slowDesk();
      let proceeds = true;
      for (const id of ['e1', 'e2', 'e3']) await take(source, id);
      await began;
      const swept = slow.processDue(source.workspaceId, () => proceeds);
      const closed = why === 'closing' ? slow.close() : undefined;
      proceeds = why === 'closing';
      letOn();
      expect(await swept).toBe(1);
      await closed;
      expect(counts.all).toBe(1);
      expect(await settled(source)).toBe(2);
      expect(await idsOf(source)).toEqual(['e1', 'e2', 'e3']);
    },
  );
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
      await dying.take(await dying.addressee(source.id), signed(body), Buffer.from(body));
      const later = new DeliveryDesk({ ...parts, clock: { ...systemClock, now: () => new Date(Date.now() + 60_000) } });
      const patience = AbortSignal.timeout(5_000);
      while ((await later.processDue(source.workspaceId)) === 0 && !patience.aborted)
        await new Promise((r) => setTimeout(r, 20));
      expect(await idsOf(source)).toEqual([when]);
    },
  );
});
