import { type Attachment, joinWithin } from './attachment.js';
import { EngineError } from './engine-error.js';
import { launchChild } from './launch.js';
import type { ChildOrder } from './order.js';
import type { Sockets } from './sockets.js';

export interface Launch {
  readonly sockets: Sockets;
  readonly node: readonly string[];
  readonly order: ChildOrder;
  readonly logFolder: string;
  readonly progress: (line: string) => void;
}

const reportEveryMs = 5_000;
/** A folder held for so long by a process that publishes no socket is held by something that we cannot share with. */
const patienceMs = 60_000;

/**
 * Joins the child that serves the data folder, or starts it. Of several processes that start one at the same moment the
 * data folder's lock lets one succeed, and the others join that.
 * @param headStartMs for so long others may start one before this process does.
 * @throws EngineError if the engine cannot be opened; the signal's reason if it is aborted.
 */
export async function attach(launch: Launch, signal: AbortSignal, headStartMs = 0): Promise<Attachment> {
  const { sockets, progress } = launch;
  const begun = performance.now();
  let reported = begun;
  let waitMs = headStartMs;
  for (let round = 0; ; round++) {
    const attachment = await joinWithin(sockets, waitMs, signal);
    if (attachment) return attachment;
    signal.throwIfAborted();
    const opening = await launchChild(launch.node, launch.order, launch.logFolder);
    if (opening.state === 'failed') throw new EngineError(opening.message);
    // Whoever holds the lock is opening, which after a crash may take a while, or closing.
    waitMs = opening.state === 'ready' ? 0 : Math.min(100 * 2 ** round, 2_000) * (0.5 + Math.random());
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
