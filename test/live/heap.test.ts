import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type WebSocket from 'ws';
import { type LiveServer, startLiveServer } from '../../scripts/bench/live-bench-server.js';
import { liveDocument, liveVariables } from '../../scripts/bench/live-document.js';
import { type ChaosHome, openHome } from '../../scripts/chaos/live-home.js';
import { RawSocket } from '../support/raw-socket.js';

const sockets = 1000;
const subscriberBytes = 10 * 1024;
const waves = 10;
/** What ten thousand visitors may leave behind in all: caches that were filled, less than a tenth of what they take. */
const leftBytes = sockets * 1024;

let home: ChaosHome;
let server: LiveServer;
beforeAll(async () => {
  const target = { url: inject('mongodbUrl'), database: `heap_${randomBytes(6).toString('hex')}` };
  home = await openHome(target);
  const { workspaceId, users } = home.people;
  const order = { ...target, workspaceId, userId: users[0]!, usersInMemory: false };
  server = await startLiveServer({ ...order, kind: 'ours' });
});
afterAll(async () => {
  server.child.kill('SIGKILL');
  await home.close();
});

async function follow(): Promise<WebSocket> {
  const raw = await RawSocket.acknowledged({ url: server.url.replace('/graphql', '') }, home.authorization);
  raw.subscribe('1', liveDocument, liveVariables);
  return raw.socket;
}

async function followMany(count: number): Promise<WebSocket[]> {
  const open: WebSocket[] = [];
  while (open.length < count) open.push(...(await Promise.all(Array.from({ length: 50 }, follow))));
  while ((await server.subscribers()) < count);
  return open;
}

async function leave(open: readonly WebSocket[]): Promise<void> {
  await Promise.all(
    open.map((socket) => {
      socket.terminate();
      return once(socket, 'close');
    }),
  );
  while ((await server.subscribers()) > 0);
}

it('an idle subscriber takes 10 KB of heap at most, and ten thousand that came and left take nothing', async () => {
  // What is made once for all is made before.
  await leave(await followMany(sockets));
  const before = await server.state();
  const open = await followMany(sockets);
  const idle = await server.state();
  await leave(open);
  for (let wave = 1; wave < waves; wave += 1) await leave(await followMany(sockets));
  const after = await server.state();
  console.log(JSON.stringify({ before, idle, after }));
  expect((idle.heapBytes - before.heapBytes) / sockets).toBeLessThanOrEqual(subscriberBytes);
  expect(after.heapBytes - before.heapBytes).toBeLessThanOrEqual(leftBytes);
}, 300_000);
