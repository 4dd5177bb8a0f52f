import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../scripts/upstreams/emulator.js';
import { type Id, newId } from '../../src/base/ids.js';
import type { Connector, IngestedRow, Session, UpstreamWrite } from '../../src/ingest/connector.js';
import { facadeConnection } from '../../src/model/source-system.js';
import { entryDraft } from '../support/services.js';
import { numbersConnector } from './numbers.js';
import { openReading } from './reading.js';

interface Thing {
  readonly id: number;
  readonly text: string;
}

/** A system into which one can write, and which numbers what it is given. It knows no keys. */
const connector = {
  ...numbersConnector,
  async pull({ upstream, now }) {
    const things = (await upstream.call({ path: '/things' })).json() as unknown as Thing[];
    return { rows: things.map(toRow), checkpoint: {}, isCaughtUp: true, coveredUntil: now };
  },
  write: {
    async create({ upstream }, { native, isRepeat }: UpstreamWrite) {
      const there = isRepeat ? await findThing({ upstream }, native) : undefined;
      if (there !== undefined) return { upstreamId: there };
      const made = (await upstream.call({ method: 'POST', path: '/things', json: native })).json() as unknown as Thing;
      return { upstreamId: String(made.id) };
    },
    find: async (session, { native }) => findThing(session, native),
    async remove({ upstream }, { upstreamId }) {
      await upstream.call({ method: 'DELETE', path: `/things/${upstreamId}`, accept: [404] });
    },
  },
} as Connector;

async function findThing(
  { upstream }: Pick<Session<unknown>, 'upstream'>,
  native: string,
): Promise<string | undefined> {
  const { text } = JSON.parse(native) as Thing;
  const things = (await upstream.call({ path: '/things' })).json() as unknown as Thing[];
  const found = things.find((thing) => thing.text === text);
  return found && String(found.id);
}

const attemptOf = (text: string) => ({ native: JSON.stringify({ text }), occurredAtMicros: 1e15 });

const toRow = ({ id, text }: Thing): IngestedRow => ({
  nativeKey: String(id),
  contentHash: String(id).padStart(64, '0'),
  entry: {
    nativeId: String(id),
    action: 'made',
    actionClass: 'CREATED',
    occurredAtMicros: 1e15,
    summary: text,
    tags: [],
  },
  actor: { kind: 'UNKNOWN' },
});

const reading = await openReading(connector);
let things: Thing[];
let upstream: Emulator;
let answering: 'well' | 'dies' | 'refuses';
beforeEach(async () => {
  things = [];
  answering = 'well';
  upstream = await startEmulator((app) => {
    app.get('/things', async () => things);
    app.post('/things', async (request, reply) => {
      if (answering === 'refuses') return reply.code(422).send({});
      if ((request.body as Thing).text === 'always broken') return reply.code(500).send({});
      const thing = { id: things.length + 1, text: (request.body as Thing).text };
      things.push(thing);
      // Done, and the answer is lost.
      if (answering === 'dies') request.raw.socket.destroy();
      return thing;
    });
    app.delete('/things/:id', async (request, reply) => {
      const { id } = request.params as { id: string };
      const at = things.findIndex((thing) => thing.id === Number(id));
      if (at < 0) return reply.code(404).send({});
      things.splice(at, 1);
      return {};
    });
  });
});
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()));
  await upstream.close();
  reading.sources.clear();
});

const connect = async () => {
  const source = reading.add(upstream.url, { writesThrough: true, everyMs: 30 });
  const place = await reading.services.reader.settle(reading.workspaceId);
  await reading.states.writeFrom(source.workspaceId, source.id, place);
  return source;
};
const start = () => {
  const puller = reading.startPuller();
  open.push(puller);
  return puller;
};
const post = async (text: string): Promise<Id> => {
  const draft = entryDraft(
    { source: 'THRIVE', connectionId: facadeConnection, native: JSON.stringify({ text }) },
    newId(),
  );
  await reading.services.writer.append(reading.workspaceId, draft);
  return draft.id;
};
const statusOf = async (id: Id) => (await reading.writes.byEntries(reading.workspaceId, [id]))[0]?.status;
const eventually = async <T>(look: () => Promise<T> | T, wanted: T) => {
  const patience = AbortSignal.timeout(10_000);
  for (;;) {
    const found = await look();
    if (JSON.stringify(found) === JSON.stringify(wanted)) return;
    if (patience.aborted) expect(found).toEqual(wanted);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
const texts = () => things.map(({ text }) => text);

describe('what is posted in the name of a source that is written through', () => {
  it('reaches it in order, once, and does not come back as another entry', async () => {
    await post('before it was connected');
    const source = await connect();
    start();
    const ids = [await post('a'), await post('b')];
    await eventually(texts, ['a', 'b']);
    await eventually(() => Promise.all(ids.map(statusOf)), ['SENT', 'SENT']);
    things.push({ id: 9, text: 'made there' });
    await eventually(async () => (await reading.entries()).filter((e) => e.connectionId === source.id).length, 1);
    const pulled = (await reading.entries()).filter((entry) => entry.connectionId === source.id);
    expect(pulled.map(({ summary }) => summary)).toEqual(['made there']);
  });

  it('is not made twice where the answer is lost', async () => {
    await connect();
    answering = 'dies';
    const puller = start();
    const id = await post('once');
    await eventually(() => statusOf(id), 'TRYING');
    await eventually(() => things.length, 1);
    answering = 'well';
    const [source] = reading.sources.values();
    await puller.wake(source!.workspaceId, source!.id);
    await eventually(() => statusOf(id), 'SENT');
    expect(texts()).toEqual(['once']);
  });

  it('is not made twice where the process is killed after sending, before noting', async () => {
    const source = await connect();
    const id = await post('once');
    things.push({ id: 1, text: 'once' });
    const held = { workspaceId: source.workspaceId, entryId: id, fence: 0 };
    await reading.writes.begin(held, source.id, attemptOf('once'), new Date());
    start();
    await eventually(() => statusOf(id), 'SENT');
    expect(texts()).toEqual(['once']);
  });

  it('waits while the source is away, and goes on in order', async () => {
    const source = await connect();
    upstream.faults.set({ kind: 'away' });
    const puller = start();
    const ids = [await post('a'), await post('b')];
    await reading.until(source, ({ fault }) => fault?.kind === 'UNREACHABLE');
    upstream.faults.set({ kind: 'none' });
    await puller.wake(source.workspaceId, source.id);
    await eventually(() => Promise.all(ids.map(statusOf)), ['SENT', 'SENT']);
    expect(texts()).toEqual(['a', 'b']);
  });

  it('is noted as failed where the source will never take it, and the rest goes on', async () => {
    const source = await connect();
    answering = 'refuses';
    start();
    const refused = await post('a');
    await eventually(() => statusOf(refused), 'FAILED');
    answering = 'well';
    const taken = await post('b');
    await eventually(() => statusOf(taken), 'SENT');
    expect((await reading.stateOf(source))?.fault).toBeUndefined();
  });
});

describe('a write that never succeeds', () => {
  it('is given up after some answers that say no, and the rest goes on', async () => {
    const source = await connect();
    const puller = start();
    const broken = await post('always broken');
    const fine = await post('fine');
    const patience = AbortSignal.timeout(10_000);
    while ((await statusOf(fine)) !== 'SENT' && !patience.aborted) {
      await puller.wake(source.workspaceId, source.id);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await statusOf(broken)).toBe('FAILED');
    expect(texts()).toEqual(['fine']);
  });
});

describe('a backlog', () => {
  it('does not go on for a source that was paused meanwhile', async () => {
    const source = await connect();
    for (let n = 0; n < 30; n += 1) await post(`row ${n}`);
    // The clock tells each look that a second has passed.
    let ms = 0;
    const clock = { now: () => new Date(), monotonicMs: () => (ms += 5_000) };
    const puller = reading.startPuller({
      clock,
      sources: {
        active: async () => [source],
        get: async () => (things.length < 5 ? source : { ...source, isPaused: true, version: 2 }),
      },
    });
    open.push(puller);
    await eventually(() => things.length >= 5, true);
    await puller.close();
    expect(things.length).toBeLessThan(10);
  });

  it('that retention has passed is passed over, and what follows is written', async () => {
    const source = await connect();
    await post('too late');
    await reading.services.log.retention.keepSince(source.workspaceId, new Date(), () => {});
    start();
    const id = await post('in time');
    await eventually(() => statusOf(id), 'SENT');
    expect(texts()).toEqual(['in time']);
  });
});

describe('a source in trouble', () => {
  it('keeps its pause whatever is posted', async () => {
    const source = await connect();
    upstream.faults.set({ kind: 'too-many', retryAfterSeconds: 3_600 });
    const puller = start();
    await reading.until(source, ({ fault }) => fault?.kind === 'RATE_LIMITED');
    const asked = upstream.requests.get('GET /things');
    for (let n = 0; n < 5; n += 1) await puller.nudge(source.workspaceId, source.id);
    const state = (await reading.stateOf(source))!;
    expect(state.nextAttemptAt!.getTime()).toBeGreaterThan(Date.now() + 3_000_000);
    expect(upstream.requests.get('GET /things')).toBe(asked);
  });
});

describe('a late holder of the lease', () => {
  it('overrules nobody, and what it made is known as ours', async () => {
    const source = await connect();
    const [workspaceId, entryId] = [source.workspaceId, newId()];
    const [early, later] = [1, 2].map((fence) => ({ workspaceId, entryId, fence }));
    await reading.writes.begin(early!, source.id, attemptOf('x'), new Date());
    await reading.writes.begin(later!, source.id, attemptOf('x'), new Date());
    await reading.writes.sent(later!, 'two', new Date());
    await reading.writes.failed(early!, 'too late', new Date());
    await reading.writes.sent(early!, 'one', new Date());
    const [write] = await reading.writes.byEntries(workspaceId, [entryId]);
    expect(write).toMatchObject({ status: 'SENT', upstreamIds: ['two', 'one'], attempt: undefined });
    expect(await reading.writes.ours(workspaceId, source.id, ['one', 'two', 'three'])).toEqual(new Set(['one', 'two']));
  });
});

describe('what is removed here', () => {
  it('while a try may have reached the source is removed there, and does not come back', async () => {
    const source = await connect();
    answering = 'dies';
    const puller = start();
    const id = await post('ghost');
    await eventually(() => statusOf(id), 'TRYING');
    await eventually(() => things.length, 1);
    await reading.services.remover.remove(reading.workspaceId, id);
    answering = 'well';
    await puller.wake(source.workspaceId, source.id);
    await eventually(texts, []);
    await eventually(() => statusOf(id), 'REMOVED');
    expect((await reading.entries()).filter(({ connectionId }) => connectionId === source.id)).toEqual([]);
  });

  it('is removed there, whether it came from here or from there; of another source it is left alone', async () => {
    things.push({ id: 7, text: 'from there' });
    const other = reading.add(upstream.url, { name: 'other', everyMs: 30 });
    const source = await connect();
    start();
    const id = await post('from here');
    await eventually(() => statusOf(id), 'SENT');
    const pulledBy = async (connection: Id) =>
      (await reading.entries()).find((e) => e.connectionId === connection && e.summary === 'from there')?.id;
    await eventually(
      async () => (await pulledBy(source.id)) !== undefined && (await pulledBy(other.id)) !== undefined,
      true,
    );
    await reading.services.remover.remove(reading.workspaceId, (await pulledBy(other.id))!);
    await reading.services.remover.remove(reading.workspaceId, id);
    await eventually(texts, ['from there']);
    await eventually(() => statusOf(id), 'REMOVED');
    await reading.services.remover.remove(reading.workspaceId, (await pulledBy(source.id))!);
    await eventually(texts, []);
  });
});
