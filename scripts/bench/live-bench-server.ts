import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LiveServerOrder, LiveServerState, LiveStream } from './live-server.js';

const serverProgram = fileURLToPath(new URL('./live-server.ts', import.meta.url));

export const liveVariants = [
  { name: 'ours', kind: 'ours', usersInMemory: false },
  { name: 'stock, users in memory', kind: 'stock', usersInMemory: true },
  { name: 'stock', kind: 'stock', usersInMemory: false },
  { name: 'bare', kind: 'bare', usersInMemory: false },
] as const;
export type LiveVariant = (typeof liveVariants)[number];

export interface LiveServer {
  readonly url: string;
  readonly child: ChildProcess;
  state(): Promise<LiveServerState>;
  subscribers(): Promise<number>;
  /** Resolves once all is written. */
  stream(stream: LiveStream): Promise<void>;
}

/** A server in a process of its own, ended by killing it. */
export async function startLiveServer(order: LiveServerOrder): Promise<LiveServer> {
  const child = fork(serverProgram, [JSON.stringify(order)], { execArgv: ['--expose-gc', '--import', 'tsx'] });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  const ask = async <T>(question: 'state' | 'count' | LiveStream): Promise<T> => {
    child.send(question);
    return ((await once(child, 'message')) as [T])[0];
  };
  return {
    url,
    child,
    state: () => ask<LiveServerState>('state'),
    subscribers: async () => (await ask<{ subscribers: number }>('count')).subscribers,
    stream: (stream) => ask(stream),
  };
}
