import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sleep } from '../../src/base/lifecycle.js';
import { type LiveServer, type LiveVariant, startLiveServer } from './live-bench-server.js';
import type { LiveClientsOrder, LiveClientsTold } from './live-clients.js';
import type { LiveServerOrder, LiveServerState } from './live-server.js';

const clientsProgram = fileURLToPath(new URL('./live-clients.ts', import.meta.url));
const clientProcesses = 2;

export type LiveTarget = Pick<LiveServerOrder, 'url' | 'database' | 'workspaceId' | 'userId'> & {
  readonly authorization: string;
};

/** How long deliveries took, in milliseconds. */
export interface Delays {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A server with its sockets, each in processes of their own. */
export interface Fleet {
  readonly server: LiveServer;
  readonly clients: readonly ChildProcess[];
  /** Of the server before there was anybody, and with everybody, idle. */
  readonly before: LiveServerState;
  readonly idle: LiveServerState;
  /** Of the deliveries since this was asked last. */
  delays(): Promise<Delays>;
  /** Deliveries to all sockets since the start. */
  received(): Promise<number>;
}

/** Runs something with `sockets` sockets on a server; ends both. */
export async function withFleet<T>(
  variant: LiveVariant,
  { authorization, ...target }: LiveTarget,
  { sockets, filters }: { readonly sockets: number; readonly filters: number },
  work: (fleet: Fleet) => Promise<T>,
): Promise<T> {
  const server = await startLiveServer({ ...target, kind: variant.kind, usersInMemory: variant.usersInMemory });
  const children: ChildProcess[] = [server.child];
  try {
    const before = await server.state();
    const show = variant.kind === 'bare' ? {} : { authorization };
    const order = { url: server.url, sockets: sockets / clientProcesses, filters, ...show };
    const clients = Array.from({ length: clientProcesses }, () => startClients(order));
    children.push(...clients);
    await Promise.all(clients.map((client) => once(client, 'message')));
    while ((await server.subscribers()) < sockets) await sleep(50);
    const idle = await server.state();
    const ask = (question: 'delays' | 'received'): Promise<LiveClientsTold[]> =>
      Promise.all(clients.map((client) => askClients(client, question)));
    return await work({
      server,
      clients,
      before,
      idle,
      delays: async () => delaysOf((await ask('delays')).flatMap((told) => told.delays!)),
      received: async () => (await ask('received')).reduce((sum, told) => sum + told.received!, 0),
    });
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

function delaysOf(counts: readonly (readonly [ms: number, count: number])[]): Delays {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  const part = (share: number): number => {
    let left = total * share;
    const found = sorted.find(([, count]) => {
      left -= count;
      return left <= 0;
    });
    return found?.[0] ?? Number.NaN;
  };
  return { p50Ms: part(0.5), p99Ms: part(0.99) };
}

/** What they tell of themselves as deliveries come is not the answer. */
function askClients(client: ChildProcess, question: 'delays' | 'received'): Promise<LiveClientsTold> {
  return new Promise((resolve) => {
    const listen = (told: LiveClientsTold): void => {
      if (!told.delays) return;
      client.off('message', listen);
      resolve(told);
    };
    client.on('message', listen);
    client.send(question);
  });
}

function startClients(order: LiveClientsOrder): ChildProcess {
  const child = fork(clientsProgram, [JSON.stringify(order)], { execArgv: ['--import', 'tsx'] });
  // A figure without them would be none.
  child.on('exit', (code) => code && process.exit(code));
  return child;
}
