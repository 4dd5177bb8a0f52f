import { answerWithin, type Closeable, sleep } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import type { Signal, Signals } from '../store/signals.js';

const closePatienceMs = 2000;

/**
 * Wake-up calls between the processes of one store. Hints only: a lost one costs a poll, never an entry, so sending is
 * neither awaited nor repeated, and calls that come while one is under way travel as one.
 */
export class SignalBus implements Closeable {
  readonly #closing = new AbortController();
  readonly #unsent = new Map<string, Signal>();
  #sending: Promise<void> | undefined;
  #tailing: Promise<void>;
  #stopTail: () => void = () => {};

  constructor(
    private readonly signals: Signals,
    private readonly logger: Logger,
    /** Told of what any process did, this one included. */
    private readonly onSignal: (signal: Signal) => void,
  ) {
    this.#tailing = this.#tail();
  }

  send({ workspaceId, seq, fold }: Signal): void {
    const about = `${workspaceId}:${fold ?? ''}`;
    this.#unsent.set(about, { workspaceId, fold, seq: Math.max(seq, this.#unsent.get(about)?.seq ?? 0) });
    this.#sending ??= this.#drain();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#stopTail();
    await this.#sending;
    // A tail that never ends is no reason to stay: nothing depends on it.
    await answerWithin(closePatienceMs, this.#tailing).catch(() => {});
  }

  async #drain(): Promise<void> {
    for (const [about, signal] of this.#unsent) {
      this.#unsent.delete(about);
      try {
        await this.signals.send(signal);
      } catch (error) {
        this.logger.debug({ err: error }, 'signals: one was lost; the others poll');
      }
    }
    this.#sending = undefined;
  }

  async #tail(): Promise<void> {
    let failures = 0;
    while (!this.#closing.signal.aborted) {
      try {
        await this.signals.ensure();
        const tail = this.signals.tail((cursor) => {
          this.#stopTail = () => void cursor.close().catch(() => {});
          // Closed while the collection was being looked after: nobody else will stop this tail.
          if (this.#closing.signal.aborted) this.#stopTail();
        });
        for await (const signal of tail) {
          failures = 0;
          this.onSignal(signal);
        }
      } catch (error) {
        if (!this.#closing.signal.aborted)
          this.logger.debug({ err: error }, 'signals: the tail ended, opening another');
      }
      failures += 1;
      await sleep(Math.min(1000, 10 * 2 ** failures), this.#closing.signal);
    }
  }
}
