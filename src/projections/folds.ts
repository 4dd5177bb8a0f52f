import type { Id } from '../base/ids.js';
import { type Closeable, sleep } from '../base/lifecycle.js';
import { FoldRunner, type FoldRunnerParts } from './fold-runner.js';
import type { Projection } from './projection.js';

export interface FoldsOptions extends FoldRunnerParts {
  readonly projections: readonly Projection[];
  /** How often it looks for workspaces that are new. */
  readonly listMs?: number;
}

/** Makes every fold of every workspace, unless another process does. Any number of processes may have one. */
export class Folds implements Closeable {
  readonly #closing = new AbortController();
  readonly #runners = new Map<Id, readonly FoldRunner[]>();
  readonly #listing: Promise<void>;

  constructor(private readonly options: FoldsOptions) {
    options.log.folds.onWanted = (workspaceId) => this.#start(workspaceId);
    this.#listing = this.#list();
  }

  async close(): Promise<void> {
    this.options.log.folds.onWanted = () => {};
    this.#closing.abort();
    await this.#listing;
    await Promise.all([...this.#runners.values()].flat().map((runner) => runner.close()));
  }

  async #list(): Promise<void> {
    const { unscoped, logger, listMs = 2000 } = this.options;
    while (!this.#closing.signal.aborted) {
      try {
        for (const workspaceId of await unscoped.workspaceIds()) this.#start(workspaceId);
      } catch (error) {
        logger.warn({ err: error }, 'folds: could not look which workspaces there are, trying again');
      }
      await sleep(listMs, this.#closing.signal);
    }
  }

  #start(workspaceId: Id): void {
    if (this.#runners.has(workspaceId) || this.#closing.signal.aborted) return;
    const { projections } = this.options;
    this.#runners.set(
      workspaceId,
      projections.map((projection) => new FoldRunner(workspaceId, projection, this.options)),
    );
  }
}
