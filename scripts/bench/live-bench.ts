import 'reflect-metadata';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { sleep } from '../../src/base/lifecycle.js';
import { openHome } from '../chaos/live-home.js';
import { withEngine } from './bench-engine.js';
import type { LiveClientsOrder, LiveClientsTold } from './live-clients.js';
import type { LiveServerOrder, LiveServerState } from './live-server.js';

const serverProgram = fileURLToPath(new URL('./live-server.ts', import.meta.url));
const clientsProgram = fileURLToPath(new URL('./live-clients.ts', import.meta.url));
const clientProcesses = 2;
const variants = [
  { name: 'ours', kind: 'ours', usersInMemory: false },
  { name: 'stock, users in memory', kind: 'stock', usersInMemory: true },
  { name: 'stock', kind: 'stock', usersInMemory: false },
  { name: 'bare', kind: 'bare', usersInMemory: false },
] as const;

export interface LiveFigure {
  readonly server: (typeof variants)[number]['name'];
  readonly sockets: number;
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

type Target = Pick<LiveServerOrder, 'url' | 'database' | 'workspaceId' | 'userId'> & { readonly authorization: string };

/** Ours, stock graphql-ws and a bare broadcast over the same log, one after the other in one run. */
export function benchLive(sockets: number, seconds: number): Promise<LiveFigure[]> {
  return withEngine(async (url) => {
    const database = 'bench_live';
    const home = await openHome({ url, database });
    const { workspaceId, users } = home.people;
    const target = { url, database, workspaceId, userId: users[0]!, authorization: home.authorization };
    try {
      const figures: LiveFigure[] = [];
      for (const variant of variants) {
        console.error(`${variant.name}: ${sockets} sockets …`);
        const figure = await measure(variant, target, sockets, seconds);
        console.error(JSON.stringify(figure));
        figures.push(figure);
      }
      return figures;
    } finally {
      await home.close();
    }
  });
}

async function measure(
  variant: (typeof variants)[number],
  { authorization, ...target }: Target,
  sockets: number,
  seconds: number,
): Promise<LiveFigure> {
  const server = await startLiveServer({ ...target, kind: variant.kind, usersInMemory: variant.usersInMemory });
  const children: ChildProcess[] = [server.child];
  try {
    const before = await server.state();
    const shares = Array.from({ length: clientProcesses }, () => sockets / clientProcesses);
    const show = variant.kind === 'bare' ? {} : { authorization };
    const clients = shares.map((share) => startClients({ url: server.url, sockets: share, ...show }));
    children.push(...clients);
    await Promise.all(clients.map((client) => once(client, 'message')));
    while ((await server.subscribers()) < sockets) await sleep(50);
    const idle = await server.state();
    const { events, elapsedMs } = await rounds(server.child, clients, seconds);
    const delays = (await Promise.all(clients.map(delaysOf))).flat().sort((a, b) => a - b);
    const after = await server.state();
    const part = (share: number): number => delays[Math.floor((delays.length - 1) * share)]!;
    return {
      server: variant.name,
      sockets,
      events,
      deliveriesPerSecond: Math.round((events * sockets * 1000) / elapsedMs),
      p50Ms: Math.round(part(0.5)),
      p99Ms: Math.round(part(0.99)),
      heapKB: Math.round((idle.heapBytes - before.heapBytes) / sockets / 102.4) / 10,
      batchesPerEvent: (after.batches - idle.batches) / (events + warmUps),
      load: Math.round(loadavg()[0]! * 10) / 10,
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

const warmUps = 1;

/** One event after the other, the next one once everybody has it. */
async function rounds(
  server: ChildProcess,
  clients: readonly ChildProcess[],
  seconds: number,
): Promise<{ events: number; elapsedMs: number }> {
  const round = async (): Promise<void> => {
    const all = Promise.all(clients.map((client) => once(client, 'message')));
    server.send('record');
    await all;
  };
  for (let count = 0; count < warmUps; count += 1) await round();
  await Promise.all(clients.map(delaysOf));
  const startedAt = performance.now();
  let events = 0;
  while (events < 3 || performance.now() - startedAt < seconds * 1000) {
    await round();
    events += 1;
  }
  return { events, elapsedMs: performance.now() - startedAt };
}

async function delaysOf(client: ChildProcess): Promise<readonly number[]> {
  client.send('delays');
  const [{ delays }] = (await once(client, 'message')) as [LiveClientsTold];
  return delays!;
}

function startClients(order: LiveClientsOrder): ChildProcess {
  const child = fork(clientsProgram, [JSON.stringify(order)], { execArgv: ['--import', 'tsx'] });
  // A figure without them would be none.
  child.on('exit', (code) => code && process.exit(code));
  return child;
}

export interface LiveServer {
  readonly url: string;
  readonly child: ChildProcess;
  state(): Promise<LiveServerState>;
  subscribers(): Promise<number>;
}

/** A server in a process of its own, ended by killing it. */
export async function startLiveServer(order: LiveServerOrder): Promise<LiveServer> {
  const child = fork(serverProgram, [JSON.stringify(order)], { execArgv: ['--expose-gc', '--import', 'tsx'] });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  const ask = async <T>(question: 'state' | 'count'): Promise<T> => {
    child.send(question);
    return ((await once(child, 'message')) as [T])[0];
  };
  return {
    url,
    child,
    state: () => ask<LiveServerState>('state'),
    subscribers: async () => (await ask<{ subscribers: number }>('count')).subscribers,
  };
}
