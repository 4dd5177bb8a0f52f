import { createConnection, type Socket } from 'node:net';
import { sleep } from '../../base/lifecycle.js';
import { EngineError } from './engine-error.js';
import { launchChild } from './launch.js';
import type { ChildOrder, Greeting } from './order.js';
import { isPrivate, type Sockets } from './sockets.js';

/** A held connection to the child that serves now. It closes when the child ends. */
export interface Attachment {
  readonly pid: number;
  readonly connection: Socket;
}

export interface Launch {
  readonly sockets: Sockets;
  readonly node: readonly string[];
  readonly order: ChildOrder;
  readonly logFolder: string;
  readonly progress: (line: string) => void;
}

const pollMs = 20;
const reportEveryMs = 5_000;
/** A folder held for so long by a process that publishes no socket is held by something that we cannot share with. */
const patienceMs = 60_000;

/**
 * Joins the child that serves the data folder, or starts it. Of several processes that start one at the same moment the
 * data folder's lock lets one succeed, and the others join that.
 * @throws EngineError if the engine cannot be opened.
 */
export async function attach(launch: Launch, signal: AbortSignal): Promise<Attachment> {
  const { sockets, progress } = launch;
  const begun = performance.now();
  let reported = begun;
  for (let round = 0; ; round++) {
    const joined = await join(sockets, signal);
    if (joined) return joined;
    signal.throwIfAborted();
    const opening = await launchChild(launch.node, launch.order, launch.logFolder);
    if (opening.state === 'failed') throw new EngineError(opening.message);
    // Whoever holds the lock is opening, which after a crash may take a while, or closing.
    const until = performance.now() + Math.min(100 * 2 ** round, 2_000) * (0.5 + Math.random());
    do {
      const late = await join(sockets, signal);
      if (late) return late;
      await sleep(pollMs, signal);
      signal.throwIfAborted();
    } while (opening.state === 'taken' && performance.now() < until);
    if (performance.now() - reported > reportEveryMs) {
      reported = performance.now();
      progress(`Waiting for another process that has ${launch.order.dataFolder} open`);
    }
    if (performance.now() - begun > patienceMs) {
      throw new EngineError(
        `Another process has ${launch.order.dataFolder} open and cannot be reached at ${sockets.control}. ` +
          'End it, or set DATA_DIR to another folder',
      );
    }
  }
}

/** Resolves to undefined if no child serves, also if it is just ending. Aborting the signal ends the connection, also later. */
function join(sockets: Sockets, signal: AbortSignal): Promise<Attachment | undefined> {
  if (!isPrivate(sockets.folder)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const connection = createConnection({ path: sockets.control, signal });
    connection.on('error', () => {});
    connection.once('close', () => resolve(undefined));
    let heard = '';
    connection.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
      if (heard.endsWith('\n')) resolve({ pid: (JSON.parse(heard) as Greeting).pid, connection });
    });
  });
}
