import 'reflect-metadata';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { decodeFeedCursor } from '../../src/base/cursor.js';
import { sleep } from '../../src/base/lifecycle.js';
import type { LiveTuning } from '../../src/graphql/live/cohort-maker.js';
import type { ChaosHome } from '../chaos/live-home.js';
import { type LiveServer, startLiveServer } from './live-bench-server.js';
import type { CrowdAsk, CrowdOrder, CrowdTold } from './live-crowd-clients.js';

const clientsProgram = fileURLToPath(new URL('./live-crowd-clients.ts', import.meta.url));

/** Who does not read does not answer pings either. */
export const crowdLimits = { pingMs: 600_000, unsentBytes: 64 * 1024 };

export interface CrowdOptions {
  readonly target: { readonly url: string; readonly database: string };
  readonly home: ChaosHome;
  readonly sockets: number;
  /** How many of them stop reading. */
  readonly slow: number;
  /** Written while these do not read; a quarter of it again while everybody is cut off, and as many while all come back. */
  readonly entries: number;
  /** Of each entry. */
  readonly entryBytes: number;
  readonly liveTuning?: LiveTuning;
  progress?(line: string): void;
}

/** What a part took the server. */
export interface CrowdCost {
  readonly executions: number;
  /** Pages of the log read for those who catch up. */
  readonly pagesRead: number;
  readonly seconds: number;
}

export interface CrowdFigures {
  /** Of the server, while nobody is behind. */
  readonly heapBytes: number;
  /** Of the server, while some do not read. */
  readonly slowHeapBytes: number;
  readonly mostUnsentBytes: number;
  /** From when they read again until each has everything. */
  readonly readAgain: CrowdCost;
  /** From when all come back until each has everything, entries coming meanwhile. */
  readonly massReturn: CrowdCost;
  /** Events that a socket got twice, out of order or not at all. */
  readonly wrong: number;
}

/**
 * A crowd on one gateway: some stop reading while entries are written and read again; then all are cut off at once and
 * come back to their places while entries are written. The sockets live in another process, and so does the gateway.
 */
export async function runCrowd(options: CrowdOptions): Promise<CrowdFigures> {
  const { target, home, sockets, slow, entries, progress } = options;
  const { workspaceId, users } = home.people;
  const server = await startLiveServer({
    ...target,
    kind: 'ours',
    workspaceId,
    userId: users[0]!,
    usersInMemory: false,
    liveTuning: options.liveTuning,
    socketLimits: crowdLimits,
  });
  const crowd = new Crowd({
    url: server.url,
    sockets,
    slow,
    authorization: home.authorization,
    after: home.start,
  });
  const write = (count: number) => writeEntries(server, home.authorization, count, options.entryBytes);
  try {
    await crowd.isOpen;
    while ((await server.subscribers()) < sockets) await sleep(20);
    await crowd.arrival(await write(20));
    progress?.(`${sockets} follow`);
    const { heapBytes } = await server.state();

    await crowd.ask('stop reading');
    let mostUnsentBytes = 0;
    let seq = 0;
    for (let part = 0; part < 10; part += 1) {
      seq = await write(entries / 10);
      await crowd.arrival(seq, 'fast');
      mostUnsentBytes = Math.max(mostUnsentBytes, (await countsOf(server)).unsentBytes);
    }
    const { heapBytes: slowHeapBytes } = await server.state();
    progress?.(`${slow} did not read: ${mostUnsentBytes} bytes unsent`);
    const readAgain = await costOf(server, async () => {
      await crowd.ask('read again');
      await crowd.arrival(seq);
    });
    progress?.('they have read');

    await crowd.ask('cut');
    while ((await server.subscribers()) > 0) await sleep(20);
    await write(entries / 4);
    const massReturn = await costOf(server, async () => {
      const back = crowd.ask('come back');
      for (let part = 0; part < 5; part += 1) seq = await write(entries / 20);
      await back;
      await crowd.arrival(seq);
    });
    progress?.('all are back');
    return { heapBytes, slowHeapBytes, mostUnsentBytes, readAgain, massReturn, wrong: crowd.wrong };
  } finally {
    crowd.kill();
    server.child.kill('SIGKILL');
  }
}

/** Two processes, that one does not hold up what is measured. */
class Crowd {
  readonly isOpen: Promise<unknown>;
  readonly #children: ChildProcess[];
  readonly #wrong: number[] = [];

  constructor(order: CrowdOrder) {
    const half: CrowdOrder = { ...order, sockets: order.sockets / 2, slow: order.slow / 2 };
    this.#children = Array.from({ length: 2 }, () => {
      const child = fork(clientsProgram, [JSON.stringify(half)], { execArgv: ['--import', 'tsx'] });
      child.on('exit', (code) => code && process.exit(code));
      return child;
    });
    this.isOpen = this.#told();
  }

  get wrong(): number {
    return this.#wrong.reduce((sum, count) => sum + count, 0);
  }

  ask(ask: Exclude<CrowdAsk['ask'], 'arrival'>): Promise<void> {
    return this.#send({ ask });
  }

  arrival(seq: number, of: 'all' | 'fast' = 'all'): Promise<void> {
    return this.#send({ ask: 'arrival', seq, of });
  }

  kill(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }

  async #send(ask: CrowdAsk): Promise<void> {
    const told = this.#told();
    for (const child of this.#children) child.send(ask);
    await told;
  }

  async #told(): Promise<void> {
    const told = await Promise.all(this.#children.map((child) => once(child, 'message') as Promise<[CrowdTold]>));
    for (const [index, [{ wrong }]] of told.entries()) this.#wrong[index] = wrong;
  }
}

interface Counts {
  readonly executions: number;
  readonly pagesRead: number;
  readonly unsentBytes: number;
}

const httpUrl = (server: LiveServer): string => server.url.replace('ws:', 'http:');

async function countsOf(server: LiveServer): Promise<Counts> {
  const text = await (await fetch(httpUrl(server).replace('/graphql', '/metrics'))).text();
  const metric = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)![1]);
  return {
    executions: metric('live_executions'),
    pagesRead: metric('live_pages_read'),
    unsentBytes: metric('socket_unsent_bytes'),
  };
}

async function costOf(server: LiveServer, work: () => Promise<void>): Promise<CrowdCost> {
  const startedAt = performance.now();
  const before = await countsOf(server);
  await work();
  const after = await countsOf(server);
  return {
    executions: after.executions - before.executions,
    pagesRead: after.pagesRead - before.pagesRead,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  };
}

/** Answers the number of the last one. */
async function writeEntries(
  server: LiveServer,
  authorization: string,
  count: number,
  entryBytes: number,
): Promise<number> {
  const weight = 'x'.repeat(entryBytes);
  const inputs = Array.from({ length: count }, (_, n) => ({ action: `crowd-${n}`, additionalData: { weight } }));
  const query =
    'mutation($inputs: [CreateActivityLogInput!]!) { createActivityLogs(inputs: $inputs) { cursor results { outcome } } }';
  const response = await fetch(httpUrl(server), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query, variables: { inputs } }),
  });
  const { data, errors } = (await response.json()) as {
    data?: { createActivityLogs: { cursor: string } };
    errors?: unknown;
  };
  if (!data) throw new Error(`Entries were not written: ${JSON.stringify(errors)}`);
  return decodeFeedCursor(data.createActivityLogs.cursor, 'cursor').seq;
}
