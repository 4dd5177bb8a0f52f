import 'reflect-metadata';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { sleep } from '../../src/base/lifecycle.js';
import { openHome } from '../chaos/live-home.js';
import { withEngine } from './bench-engine.js';
import { type LiveVariant, liveVariants } from './live-bench-server.js';
import { type Fleet, type LiveTarget, withFleet } from './live-fleet.js';

export interface LiveFigure {
  readonly server: LiveVariant['name'];
  readonly sockets: number;
  /** How many different filters there are among them. */
  readonly filters: number;
  readonly events: number;
  readonly deliveriesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the server's process, per socket with its subscription, idle, after a collection. */
  readonly heapKB: number;
  readonly batchesPerEvent: number;
  /** Of the machine, when it was measured. */
  readonly load: number;
}

export interface StreamFigure {
  readonly server: LiveVariant['name'];
  readonly sockets: number;
  /** Entries a second. */
  readonly written: number;
  readonly deliveriesPerSecond: number;
  /** Of all deliveries that were due, what had come when the last entry was written. */
  readonly keptUp: number;
  /** And in the end; below 1 where that took too long. */
  readonly delivered: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly load: number;
}

/** Ours, stock graphql-ws and a bare broadcast over the same log, one after the other in one run. */
export function benchLive(sockets: number, seconds: number): Promise<LiveFigure[]> {
  return eachOf(
    liveVariants.map((variant) => ({ variant, filters: 1 })),
    ({ variant, filters }, target) => measure(variant, target, { sockets, filters }, seconds),
  );
}

/** Ours and stock graphql-ws with several different filters among the sockets. */
export function benchFilters(sockets: number, seconds: number): Promise<LiveFigure[]> {
  const [ours, stock] = liveVariants;
  const cases = [10, 100].flatMap((filters) => [ours, stock].map((variant) => ({ variant, filters })));
  return eachOf(cases, ({ variant, filters }, target) => measure(variant, target, { sockets, filters }, seconds));
}

/** Entries at a steady rate, whether or not a server keeps up. */
export function benchStream(sockets: number, seconds: number): Promise<StreamFigure[]> {
  const [ours, stock, , bare] = liveVariants;
  const cases = [ours, bare, stock].flatMap((variant) => [100, 300, 1000].map((written) => ({ variant, written })));
  return eachOf(cases, ({ variant, written }, target) => measureStream(variant, target, sockets, written, seconds));
}

function eachOf<C, F>(cases: readonly C[], measureOne: (one: C, target: LiveTarget) => Promise<F>): Promise<F[]> {
  return withEngine(async (url) => {
    const database = 'bench_live';
    const home = await openHome({ url, database });
    const { workspaceId, users } = home.people;
    const target = { url, database, workspaceId, userId: users[0]!, authorization: home.authorization };
    try {
      const figures: F[] = [];
      for (const one of cases) {
        const figure = await measureOne(one, target);
        console.error(JSON.stringify(figure));
        figures.push(figure);
      }
      return figures;
    } finally {
      await home.close();
    }
  });
}

const load = (): number => Math.round(loadavg()[0]! * 10) / 10;

function measure(
  variant: LiveVariant,
  target: LiveTarget,
  size: { readonly sockets: number; readonly filters: number },
  seconds: number,
): Promise<LiveFigure> {
  return withFleet(variant, target, size, async (fleet) => {
    const { events, elapsedMs } = await rounds(fleet, seconds);
    const delays = await fleet.delays();
    const after = await fleet.server.state();
    return {
      server: variant.name,
      ...size,
      events,
      deliveriesPerSecond: Math.round((events * size.sockets * 1000) / elapsedMs),
      ...delays,
      heapKB: Math.round((fleet.idle.heapBytes - fleet.before.heapBytes) / size.sockets / 102.4) / 10,
      batchesPerEvent: (after.batches - fleet.idle.batches) / (events + warmUps),
      load: load(),
    };
  });
}

const warmUps = 1;

/** One event after the other, the next one once everybody has it. */
async function rounds(
  { server, clients, delays }: Fleet,
  seconds: number,
): Promise<{ events: number; elapsedMs: number }> {
  const round = async (): Promise<void> => {
    const all = Promise.all(clients.map((client) => once(client, 'message')));
    server.child.send('record');
    await all;
  };
  for (let count = 0; count < warmUps; count += 1) await round();
  await delays();
  const startedAt = performance.now();
  let events = 0;
  while (events < 3 || performance.now() - startedAt < seconds * 1000) {
    await round();
    events += 1;
  }
  return { events, elapsedMs: performance.now() - startedAt };
}

/** How long what is late may take. */
const patienceMs = 40_000;

function measureStream(
  variant: LiveVariant,
  target: LiveTarget,
  sockets: number,
  written: number,
  seconds: number,
): Promise<StreamFigure> {
  return withFleet(variant, target, { sockets, filters: 1 }, async ({ server, received, delays }) => {
    const due = written * seconds * sockets;
    const startedAt = performance.now();
    await server.stream({ perSecond: written, seconds });
    const whenWritten = await received();
    let got = whenWritten;
    while (got < due && performance.now() - startedAt < seconds * 1000 + patienceMs) {
      await sleep(100);
      got = await received();
    }
    const elapsedMs = performance.now() - startedAt;
    const share = (count: number): number => Math.round((count / due) * 1000) / 1000;
    return {
      server: variant.name,
      sockets,
      written,
      deliveriesPerSecond: Math.round((got * 1000) / elapsedMs),
      keptUp: share(whenWritten),
      delivered: share(got),
      ...(await delays()),
      load: load(),
    };
  });
}
