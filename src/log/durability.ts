import { notFound } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import type { Store } from '../store/connect.js';
import type { LogState, LogStateStore } from '../store/log-states.js';

/**
 * What was read may not be durable on a standalone server: another writer's document is visible before the journal has it,
 * and a kill takes it back. A reader therefore makes one journaled write after reading and before it tells anybody.
 * That write proves nothing if the server was started anew in between, so it counts only when the same process of the
 * server answered before the reading and after the write. On a replica set `majority` reads make all this unnecessary.
 */
export class Durability {
  constructor(
    private readonly store: Pick<Store, 'concerns' | 'incarnation'>,
    private readonly states: LogStateStore,
  ) {}

  #incarnation: string | undefined;

  /**
   * Reads, then makes sure that what was read will stay. Answers undefined when that failed: read again.
   * @param mark how far everything was known to be seen, durably, before this reading; undefined when nothing was read
   * that needs to stay. The mark is written before it is known whether what was just read stays, so it may not count that.
   */
  async read<T>(
    workspaceId: Id,
    read: () => Promise<T>,
    mark: (result: T) => number | undefined,
  ): Promise<{ result: T; state: LogState } | undefined> {
    // Known from before the reading; that it is still the same afterwards covers all in between.
    const before = this.#incarnation ?? (await this.#incarnationNow());
    const result = await read();
    const seen = mark(result);
    if (seen === undefined) {
      const state = await this.states.read(workspaceId);
      if (!state) throw notFound('The log of this workspace');
      return { result, state };
    }
    const state = await this.states.raiseMark(workspaceId, seen);
    return (await this.#incarnationNow()) === before ? { result, state } : undefined;
  }

  /** The log's state as it will stay, or undefined: ask again. */
  async state(workspaceId: Id): Promise<LogState | undefined> {
    return (
      await this.read(
        workspaceId,
        async () => {},
        () => 0,
      )
    )?.state;
  }

  /** On a replica set all that a `majority` read shows will stay, whichever process serves it. */
  async #incarnationNow(): Promise<string> {
    this.#incarnation = this.store.concerns.replicaSet ? '' : await this.store.incarnation();
    return this.#incarnation;
  }
}
