import { encodeFeedCursor } from '../../base/cursor.js';
import { notFound } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import type { LogStateReader } from '../../log/writer.js';

/** How old an epoch may be that a cursor is made with; it changes only when a log is restored. */
const freshMs = 500;

/** Makes feed cursors for numbers of the log, without asking the store for every one. */
export class FeedCursors {
  readonly #epochs = new Map<Id, { readonly epoch: Promise<number>; readonly at: number }>();

  constructor(private readonly states: LogStateReader) {}

  /** @throws CodedError NOT_FOUND for no such workspace. */
  async of(workspaceId: Id, seq: number): Promise<string> {
    return encodeFeedCursor({ workspaceId, epoch: await this.#epoch(workspaceId), seq });
  }

  #epoch(workspaceId: Id): Promise<number> {
    const known = this.#epochs.get(workspaceId);
    if (known && performance.now() - known.at < freshMs) return known.epoch;
    const epoch = this.states.read(workspaceId).then((state) => {
      if (!state) throw notFound('The log of this workspace');
      return state.epoch;
    });
    this.#epochs.set(workspaceId, { epoch, at: performance.now() });
    // A failed look is not kept: the next cursor looks again.
    epoch.catch(() => this.#epochs.delete(workspaceId));
    return epoch;
  }
}
