import type { Id } from '../base/ids.js';
import { type Closeable, sleep } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import type { Removal } from './removal.js';

export interface SweeperOptions {
  readonly removal: Removal;
  readonly logger: Logger;
  /** Whose logs are to be swept. */
  workspaces(): Promise<readonly Id[]>;
  readonly everyMs?: number;
  /** Removals younger than this are taken to be still running. */
  readonly olderThanMs?: number;
}

/** Finishes, now and then and at the start, what a crash left of removals. Any number of processes may run one. */
export class Sweeper implements Closeable {
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;

  constructor(private readonly options: SweeperOptions) {
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { everyMs = 30_000, logger } = this.options;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#sweepAll();
      } catch (error) {
        logger.warn({ err: error }, 'sweeper: could not finish, trying again later');
      }
      await sleep(everyMs, this.#closing.signal);
    }
  }

  async #sweepAll(): Promise<void> {
    const { removal, olderThanMs = 10_000, logger } = this.options;
    for (const workspaceId of await this.options.workspaces()) {
      if (this.#closing.signal.aborted) return;
      const proceed = (): boolean => !this.#closing.signal.aborted;
      const swept =
        (await removal.sweep(workspaceId, olderThanMs)) + (await removal.sweepSources(workspaceId, proceed));
      if (swept > 0) logger.info({ workspaceId, swept }, 'sweeper: finished removals that were left');
    }
  }
}
