import type { MongoClient } from 'mongodb';
import { answerWithin, type Closeable, sleep } from '../base/lifecycle.js';

/** Longer than a hello takes that the server may hold back until something changes (10 s by default). */
const patienceMs = 15_000;
const closePatienceMs = 15_000;
const pauseMs = 500;

/**
 * Sees to it that a client finds its server again. The driver can lose a promise when its server is killed as a command
 * is being written; if that was its monitor's own hello, it never looks at that server again, and every call fails for
 * good. A client whose heartbeat gets neither an answer nor an error is closed and connected anew; its collections stay
 * good, and calls under way meanwhile fail as they do when the server is away.
 */
export function watchHeartbeats(client: MongoClient, limitMs = patienceMs): Closeable {
  const open = new Map<string, NodeJS.Timeout>();
  let isClosed = false;
  let renewing: Promise<void> | undefined;

  const end = (address: string): void => {
    clearTimeout(open.get(address));
    open.delete(address);
  };
  const endAll = (): void => {
    for (const address of [...open.keys()]) end(address);
  };
  const renew = async (): Promise<void> => {
    await answerWithin(closePatienceMs, client.close()).catch(() => {});
    while (!isClosed) {
      try {
        await client.connect();
        break;
      } catch {
        await sleep(pauseMs);
      }
    }
    renewing = undefined;
  };
  client.on('serverHeartbeatStarted', ({ connectionId }) => {
    end(connectionId);
    if (isClosed) return;
    const timer = setTimeout(() => {
      endAll();
      renewing ??= renew();
    }, limitMs);
    open.set(connectionId, timer.unref());
  });
  client.on('serverHeartbeatSucceeded', ({ connectionId }) => end(connectionId));
  client.on('serverHeartbeatFailed', ({ connectionId }) => end(connectionId));
  client.on('serverClosed', ({ address }) => end(address));
  return {
    close: async () => {
      isClosed = true;
      endAll();
      await renewing;
    },
  };
}
