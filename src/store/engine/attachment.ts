import { createConnection, type Socket } from 'node:net';
import { sleep } from '../../base/lifecycle.js';
import type { Greeting } from './order.js';
import { isPrivate, type Sockets } from './sockets.js';

/** A held connection to the child that serves now. While it is held the child goes on serving. */
export interface Attachment {
  readonly pid: number;
  /** 0 for the client that has been there longest. */
  rank(): number;
  /** Resolves when the child has ended or this client has let go. */
  readonly ended: Promise<void>;
  close(): void;
}

const pollMs = 20;
/** A child that accepts and then says nothing for so long is stopped or stuck. */
const greetingWithinMs = 5_000;

/** Joins the child that serves, asking again for `ms` if none does. Resolves to undefined if there was none. */
export async function joinWithin(sockets: Sockets, ms: number, signal: AbortSignal): Promise<Attachment | undefined> {
  const until = performance.now() + ms;
  for (;;) {
    const attachment = await join(sockets, signal);
    if (attachment || signal.aborted || performance.now() >= until) return attachment;
    await sleep(pollMs, signal);
  }
}

function join(sockets: Sockets, signal: AbortSignal): Promise<Attachment | undefined> {
  if (signal.aborted || !isPrivate(sockets.folder)) return Promise.resolve(undefined);
  const connection = createConnection(sockets.control);
  const close = () => void connection.destroy();
  connection.on('error', () => {});
  connection.setTimeout(greetingWithinMs, close);
  signal.addEventListener('abort', close, { once: true });
  const ended = new Promise<void>((resolve) => {
    connection.once('close', () => {
      signal.removeEventListener('abort', close);
      resolve();
    });
  });
  return new Promise((resolve) => {
    ended.then(() => resolve(undefined));
    let rank = 0;
    onGreeting(connection, (greeting) => {
      rank = greeting.rank;
      connection.setTimeout(0);
      resolve({ pid: greeting.pid, rank: () => rank, ended, close });
    });
  });
}

function onGreeting(connection: Socket, listener: (greeting: Greeting) => void): void {
  let pending = '';
  connection.setEncoding('utf8').on('data', (text: string) => {
    const lines = (pending + text).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) listener(JSON.parse(line) as Greeting);
  });
}
