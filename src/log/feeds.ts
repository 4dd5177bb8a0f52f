import { CodedError } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import type { Closeable } from '../base/lifecycle.js';
import { type FeedOptions, LogFeed } from './feed.js';
import type { LogPlace, LogReader } from './place.js';

/** How long a read waits for what was acknowledged before it, in milliseconds. */
export const settleMs = 6000;

/** The feeds of the workspaces that this process uses, each opened once. */
export class Feeds implements LogReader, Closeable {
  readonly #feeds = new Map<Id, Promise<LogFeed>>();

  constructor(
    private readonly options: FeedOptions,
    /** The highest number that this process acknowledged to a caller. */
    private readonly acknowledged: (workspaceId: Id) => number,
  ) {}

  open(workspaceId: Id): Promise<LogFeed> {
    const known = this.#feeds.get(workspaceId);
    if (known) return known;
    const opening = LogFeed.open(workspaceId, this.options);
    this.#feeds.set(workspaceId, opening);
    opening.catch(() => this.#feeds.delete(workspaceId));
    return opening;
  }

  async settle(workspaceId: Id, atLeast = 0): Promise<LogPlace> {
    const feed = await this.open(workspaceId);
    await feed.current(settleMs);
    if (atLeast > feed.place.seq) await this.#refuseAboveEnd(workspaceId, atLeast);
    return feed.reach(Math.max(this.acknowledged(workspaceId), atLeast), settleMs);
  }

  /** Look now, where a feed is open: something was appended, here or elsewhere. */
  wake(workspaceId: Id, seq: number): void {
    void this.#feeds.get(workspaceId)?.then(
      (feed) => {
        if (feed.place.seq < seq) feed.wake();
      },
      () => {},
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#feeds.values()].map(async (feed) => (await feed).close()));
  }

  async #refuseAboveEnd(workspaceId: Id, atLeast: number): Promise<void> {
    const state = await this.options.states.read(workspaceId);
    if (!state || atLeast > state.seq) {
      throw new CodedError(
        'CURSOR_UNKNOWN',
        'The cursor is above the end of this log; load afresh without it',
        'atLeast',
      );
    }
  }
}
