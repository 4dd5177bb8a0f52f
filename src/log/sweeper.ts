import type { Id } from '../base/ids.js';
import { Alarm, type Closeable } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';

/** Work that a crash may have left half done, and that may be done again by anybody. */
export interface SweeperStep {
  readonly name: string;
  /** Answers how much there was to do. `proceed` turns false when the process is closing. */
  run(workspaceId: Id, proceed: () => boolean): Promise<number>;
}

export interface SweeperOptions {
  readonly steps: readonly SweeperStep[];
  readonly logger: Logger;
  /** Whose logs are to be swept. */
  workspaces(): Promise<readonly Id[]>;
  readonly everyMs?: number;
}

/** Finishes, at the start and now and then, what a crash left. Any number of processes may run one. */
export class Sweeper implements Closeable {
  readonly #closing = new AbortController();
  readonly #alarm = new Alarm();
  readonly #running: Promise<void>;

  constructor(private readonly options: SweeperOptions) {
    this.#running = this.#run();
  }

  /** There is something to finish at once. */
  wake(): void {
    this.#alarm.ring();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#alarm.ring();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { everyMs = 30_000 } = this.options;
    while (!this.#closing.signal.aborted) {
      this.#alarm.set();
      const workspaces = await this.#attempt(() => this.options.workspaces());
      for (const workspaceId of workspaces ?? []) await this.#attempt(() => this.#sweep(workspaceId));
      await this.#alarm.rest(everyMs);
    }
  }

  /** What fails for one workspace does not keep the others waiting. */
  async #attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.options.logger.warn({ err: error }, 'sweeper: could not finish, trying again later');
      return undefined;
    }
  }

  async #sweep(workspaceId: Id): Promise<void> {
    const proceed = (): boolean => !this.#closing.signal.aborted;
    for (const step of this.options.steps) {
      if (!proceed()) return;
      const done = await step.run(workspaceId, proceed);
      if (done > 0) this.options.logger.info({ workspaceId, step: step.name, done }, 'sweeper: finished what was left');
    }
  }
}
