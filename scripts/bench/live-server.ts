/**
 * One server of the benchmark of subscriptions, as a process of its own. `ours`: the gateway. `stock`: graphql-ws as its
 * documentation starts it, over the same schema, services and log. `bare`: the text of each event sent to every socket.
 */
import 'reflect-metadata';
import { readConfig } from '../../src/base/config.js';
import { newId } from '../../src/base/ids.js';
import { sleep } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import { createGateway, type Gateway, type GatewayDeps } from '../../src/gateway.js';
import { userIdentity } from '../../src/model/identity.js';
import type { User } from '../../src/model/user.js';
import { connectStore } from '../../src/store/connect.js';
import { serveBare } from './live-bare.js';
import { nowMs } from './live-document.js';
import type { Serving } from './live-serving.js';
import { serveStock } from './live-stock.js';

export interface LiveServerOrder {
  readonly kind: 'ours' | 'stock' | 'bare';
  readonly url: string;
  readonly database: string;
  readonly workspaceId: string;
  readonly userId: string;
  /** Users are looked up in memory, which spares the store. */
  readonly usersInMemory: boolean;
  readonly liveTuning?: GatewayDeps['liveTuning'];
  readonly socketLimits?: GatewayDeps['socketLimits'];
}

export interface LiveServerState {
  /** After a collection. */
  readonly heapBytes: number;
  readonly subscribers: number;
  /** Look-ups of users since the start. */
  readonly batches: number;
  /** Executions since the start, where that is counted. */
  readonly executions: number;
}

export interface LiveStream {
  readonly perSecond: number;
  readonly seconds: number;
}

const order = JSON.parse(process.argv[2]!) as LiveServerOrder;
const secret = 'a secret for a benchmark, of more than thirty-two characters';
const config = readConfig({
  NODE_ENV: 'production',
  MONGODB_URL: 'mongodb://of-the-benchmark',
  TOKEN_SECRET: secret,
  SOURCE_SECRET_KEY: secret,
  // All load is of one credential.
  MAX_COST_PER_MINUTE: '0',
  MAX_OPERATIONS_PER_CREDENTIAL: '100000',
});
process.on('disconnect', () => process.exit(0));
const store = await connectStore({ url: order.url, database: order.database });
// Its thousands of subscribers share one credential.
const socketLimits = { connectionsPerCredential: 50_000, ...order.socketLimits };
const gateway = await createGateway(config, {
  store,
  logger: silentLogger,
  tokenSecret: secret,
  liveTuning: order.liveTuning,
  socketLimits,
});
const batches = countBatches(gateway, order.usersInMemory);
const serving = await serve();

async function serve(): Promise<Serving> {
  if (order.kind === 'stock') return serveStock(gateway);
  if (order.kind === 'bare') return serveBare(gateway, order.workspaceId);
  const url = await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  return { url: `${url.replace('http', 'ws')}/graphql`, subscribers: () => gateway.live.counts().members };
}

function countBatches({ services }: Gateway, inMemory: boolean): () => number {
  const { users } = services;
  const fromStore = users.byIdentity.bind(users);
  const known = new Map<string, User | undefined>();
  let count = 0;
  users.byIdentity = async (viewer, keys) => {
    count += 1;
    if (inMemory && keys.every((key) => known.has(key))) return keys.map((key) => known.get(key));
    const found = await fromStore(viewer, keys);
    keys.forEach((key, index) => {
      known.set(key, found[index]);
    });
    return found;
  };
  return () => count;
}

/** Each action says when it was handed to the log. */
async function record(count: number): Promise<void> {
  const drafts = Array.from({ length: count }, () => ({
    kind: 'entry' as const,
    id: newId(),
    entry: {
      source: 'GATEWAY' as const,
      connectionId: 'client:bench',
      action: String(nowMs()),
      actionClass: 'OTHER' as const,
      occurredAtMicros: Date.now() * 1000,
      actor: { kind: 'USER' as const, key: userIdentity(order.userId) },
      summary: 'went to work by bike',
      tags: [],
    },
  }));
  await gateway.log.recorder.appendMany(order.workspaceId, drafts);
}

/** Entries at a rate, whether or not anybody keeps up. */
async function stream({ perSecond, seconds }: LiveStream): Promise<void> {
  const startedAt = performance.now();
  const total = perSecond * seconds;
  const underWay: Promise<void>[] = [];
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.ceil(((performance.now() - startedAt) / 1000) * perSecond));
    // A server that has no time left for its own store records less, and so delivers less.
    if (due > sent) underWay.push(record(due - sent).catch(() => {}));
    sent = Math.max(sent, due);
    await sleep(10);
  }
  await Promise.all(underWay);
}

async function state(): Promise<LiveServerState> {
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 20));
  globalThis.gc?.();
  const { heapUsed: heapBytes } = process.memoryUsage();
  const { executions } = gateway.live.counts();
  return { heapBytes, subscribers: serving.subscribers(), batches: batches(), executions };
}

process.on('message', (message: 'record' | 'state' | 'count' | LiveStream) => {
  if (message === 'record') void record(1);
  else if (typeof message === 'object') void stream(message).then(() => process.send!('written'));
  else if (message === 'count') process.send!({ subscribers: serving.subscribers() });
  else void state().then((told) => process.send!(told));
});
process.send!({ url: serving.url });
