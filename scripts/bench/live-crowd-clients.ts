/** A crowd of sockets in a process of their own: some stop reading, all can be cut off and come back where they were. */
import { on, once } from 'node:events';
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import { decodeFeedCursor } from '../../src/base/cursor.js';

export interface CrowdOrder {
  readonly url: string;
  readonly sockets: number;
  readonly authorization: string;
  readonly after: string;
  /** That stop reading when they are told so. */
  readonly slow: number;
}

export type CrowdAsk =
  | { readonly ask: 'stop reading' | 'read again' | 'cut' | 'come back' }
  /** Answered once everybody (or who reads) has had everything up to a number. */
  | { readonly ask: 'arrival'; readonly seq: number; readonly of: 'all' | 'fast' };

export interface CrowdTold {
  /** What came twice, too late or not at all. */
  readonly wrong: number;
}

const order = JSON.parse(process.argv[2]!) as CrowdOrder;
process.on('disconnect', () => process.exit(0));
/** Those who stop reading ask for what weighs much. */
const documentOf = (field: 'action' | 'additionalData'): string => `subscription Crowd($after: FeedCursor) {
  activityLogged(after: $after) { cursor type activityLog { ${field} } }
}`;
const mark = Buffer.from('"cursor":"');
const seqs = new Map<string, number>();
let wrong = 0;
let awaited: { seq: number; left: number } | undefined;

function seqOf(cursor: string): number {
  const known = seqs.get(cursor);
  if (known !== undefined) return known;
  if (seqs.size > 10_000) seqs.clear();
  const { seq } = decodeFeedCursor(cursor, 'cursor');
  seqs.set(cursor, seq);
  return seq;
}

class Follower {
  #socket: WebSocket | undefined;
  #last = order.after;
  seq = seqOf(order.after);
  isSlow = false;

  constructor(private readonly document: string) {}

  async open(): Promise<void> {
    const socket = new WebSocket(order.url, 'graphql-transport-ws', { perMessageDeflate: false });
    this.#socket = socket;
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: order.authorization } }));
    for await (const [data] of on(socket, 'message')) if (String(data).includes('connection_ack')) break;
    socket.on('message', (data: Buffer) => this.#take(data));
    socket.on('error', () => {});
    const payload = { query: this.document, variables: { after: this.#last } };
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
  }

  cut(): void {
    this.#socket?.removeAllListeners('message');
    this.#socket?.terminate();
  }

  setReading(isReading: boolean): void {
    const { _socket: socket } = this.#socket as unknown as { _socket: Socket };
    if (isReading) socket.resume();
    else socket.pause();
  }

  #take(data: Buffer): void {
    const at = data.indexOf(mark);
    if (data.includes('"ping"')) this.#socket!.send('{"type":"pong"}');
    if (at < 0 || !data.includes('"next"')) {
      if (data.includes('"error"') || data.includes('"complete"')) wrong += 1;
      return;
    }
    const from = at + mark.length;
    this.#last = data.toString('latin1', from, data.indexOf(34, from));
    const seq = seqOf(this.#last);
    // The log holds entries alone, and everybody gets all of them.
    if (seq !== this.seq + 1) wrong += 1;
    this.seq = seq;
    if (awaited?.seq === seq && isAwaited(this)) arrived();
  }
}

const followers = Array.from(
  { length: order.sockets },
  (_, n) => new Follower(documentOf(n < order.slow ? 'additionalData' : 'action')),
);
let onlyFast = false;
const isAwaited = (follower: Follower): boolean => !(onlyFast && follower.isSlow);

function arrived(): void {
  awaited!.left -= 1;
  if (awaited!.left > 0) return;
  awaited = undefined;
  process.send!({ wrong } satisfies CrowdTold);
}

function awaitArrival(seq: number): void {
  const left = followers.filter((follower) => isAwaited(follower) && follower.seq < seq).length;
  awaited = { seq, left: left + 1 };
  arrived();
}

async function openAll(): Promise<void> {
  const waiting = [...followers];
  const openSome = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await next.open();
  };
  await Promise.all(Array.from({ length: 50 }, openSome));
}

async function answer(message: CrowdAsk): Promise<void> {
  switch (message.ask) {
    case 'arrival':
      onlyFast = message.of === 'fast';
      awaitArrival(message.seq);
      return;
    case 'come back':
      await openAll();
      break;
    case 'cut':
      for (const follower of followers) follower.cut();
      break;
    case 'stop reading':
    case 'read again':
      for (const follower of followers.slice(0, order.slow)) {
        follower.isSlow = message.ask === 'stop reading';
        follower.setReading(!follower.isSlow);
      }
  }
  process.send!({ wrong } satisfies CrowdTold);
}

await openAll();
process.on('message', (message: CrowdAsk) => void answer(message));
process.send!({ wrong } satisfies CrowdTold);
