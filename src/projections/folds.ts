import type { Id } from '../base/ids.js';
import { type Closeable, sleep } from '../base/lifecycle.js';
import type { FoldedLog } from '../store/unscoped.js';
import { FoldRunner, type FoldRunnerParts } from './fold-runner.js';
import { hasWork } from './fold-work.js';
import type { Projection } from './projection.js';

export interface FoldsOptions extends FoldRunnerParts {
  readonly projections: readonly Projection[];
  /** How often it looks whether there is something to do anywhere. */
  readonly listMs?: number;
}

/**
 * Makes every fold of every workspace, unless another process does. Any number of processes may have one.
 * Only where there is something to do, or somebody reads, does it cost anything: all the others are looked at together.
 */
export class Folds implements Closeable {
  readonly #closing = new AbortController();
  readonly #runners = new Map<string, FoldRunner>();
  /** How far logs go where a runner ended: a number that was reserved and never used is nothing to do. */
  readonly #done = new Map<string, number>();
  readonly #listing: Promise<void>;

  constructor(private readonly options: FoldsOptions) {
    options.log.folds.onWanted = (workspaceId) => {
      for (const projection of options.projections) this.#start(workspaceId, projection);
    };
    this.#listing = this.#list();
  }

  async close(): Promise<void> {
    this.options.log.folds.onWanted = () => {};
    this.#closing.abort();
    await this.#listing;
    await Promise.all([...this.#runners.values()].map((runner) => runner.close()));
  }

  async #list(): Promise<void> {
    const { unscoped, logger, listMs = 2000 } = this.options;
    while (!this.#closing.signal.aborted) {
      try {
        for (const log of await unscoped.foldedLogs()) this.#look(log);
      } catch (error) {
        logger.warn({ err: error }, 'folds: could not look what there is to do, trying again');
      }
      await sleep(listMs, this.#closing.signal);
    }
  }

  #look({ workspaceId, epoch, seq, folds }: FoldedLog): void {
    for (const projection of this.options.projections) {
      const { name, version } = projection;
      const state = folds.get(name);
      const key = keyOf(workspaceId, projection);
      const isDone = this.#done.get(key) === seq;
      const isToDo = state ? hasWork(state, version, { epoch, seq: isDone ? 0 : seq }) : seq > 0;
      if (isToDo && !this.#runners.has(key)) this.#start(workspaceId, projection, seq);
    }
  }

  #start(workspaceId: Id, projection: Projection, seq?: number): void {
    const key = keyOf(workspaceId, projection);
    if (this.#closing.signal.aborted || this.#runners.get(key)?.want()) return;
    const runner = new FoldRunner(workspaceId, projection, this.options);
    this.#runners.set(key, runner);
    void runner.ended.then(() => {
      if (this.#runners.get(key) === runner) this.#runners.delete(key);
      if (seq !== undefined) this.#done.set(key, seq);
    });
  }
}

const keyOf = (workspaceId: Id, { name }: Projection): string => `${workspaceId}:${name}`;
