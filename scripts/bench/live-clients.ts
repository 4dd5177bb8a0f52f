/** Some of the benchmark's sockets, in a process of their own; they count what comes and how long it took. */
import { on, once } from 'node:events';
import WebSocket from 'ws';
import { liveDocument, nowMs, variablesOf } from './live-document.js';

export interface LiveClientsOrder {
  readonly url: string;
  readonly sockets: number;
  /** How many different filters there are among them. */
  readonly filters: number;
  /** Absent: sockets that need not ask for anything. */
  readonly authorization?: string;
}

export interface LiveClientsTold {
  /** Events that all sockets of this process have had, where that grew. */
  readonly complete?: number;
  /** How many deliveries took how many milliseconds. */
  readonly delays?: readonly (readonly [ms: number, count: number])[];
  readonly received?: number;
}

const order = JSON.parse(process.argv[2]!) as LiveClientsOrder;
process.on('disconnect', () => process.exit(0));
let delays = new Map<number, number>();
let received = 0;
const mark = Buffer.from('"action":"');

function take(data: Buffer): void {
  const from = data.indexOf(mark) + mark.length;
  const ms = Math.round(nowMs() - Number(data.toString('latin1', from, data.indexOf(34, from))));
  delays.set(ms, (delays.get(ms) ?? 0) + 1);
  received += 1;
  if (received % order.sockets === 0) process.send!({ complete: received / order.sockets });
}

async function open(index: number): Promise<void> {
  const socket = new WebSocket(order.url, 'graphql-transport-ws', { perMessageDeflate: false });
  await once(socket, 'open');
  if (order.authorization !== undefined) {
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: order.authorization } }));
    // A ping may come before it.
    for await (const [data] of on(socket, 'message')) if (String(data).includes('connection_ack')) break;
    const payload = { query: liveDocument, variables: variablesOf(index % order.filters) };
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
  }
  socket.on('message', (data: Buffer) => {
    if (data.includes(mark)) take(data);
    else if (data.includes('"ping"')) socket.send('{"type":"pong"}');
  });
  socket.on('close', (code) => {
    console.error(`a socket was closed with ${code}`);
    process.exit(1);
  });
}

let begun = 0;
async function openMany(): Promise<void> {
  while (begun < order.sockets) {
    begun += 1;
    await open(begun);
  }
}
await Promise.all(Array.from({ length: 50 }, openMany));
process.on('message', (question: 'delays' | 'received') => {
  process.send!({ delays: question === 'delays' ? [...delays] : [], received } satisfies LiveClientsTold);
  if (question === 'delays') delays = new Map();
});
process.send!('open');
