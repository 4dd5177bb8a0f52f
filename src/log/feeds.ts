import { systemClock } from '../base/clock.js';
import { CodedError } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import type { Closeable } from '../base/lifecycle.js';
import { type FeedOptions, LogFeed } from './feed.js';
import type { LogPlace, LogReader } from './place.js';

/** How long a read waits for what was acknowledged before it, in milliseconds. */
export const settleMs = 6000;

export interface FeedsOptions extends Omit<FeedOptions, 'letGo'> {
  /** How long a feed goes on that nobody asks for or follows. */
  readonly idleMs?: number;
}

interface OpenFeed {
  readonly feed: Promise<LogFeed>;
  askedAtMs: number;
}

/**
 * The feeds of the workspaces that this process uses, each opened once. One that is not used any more ends, so that it does
 * not look for ever; whoever asks then has another opened.
 */
export class Feeds implements LogReader, Closeable {
  readonly #feeds = new Map<Id, OpenFeed>();
  /** Of feeds that have ended: where a log was restored meanwhile, nobody else notices. */
  readonly #lastEpochs = new Map<Id, number>();

  constructor(
    private readonly options: FeedsOptions,
    /** The highest number that this process acknowledged to a caller. */
    private readonly acknowledged: (workspaceId: Id) => number,
  ) {}

  /** To be followed, watched or asked at once: whoever keeps it for long without that may find that it has ended. */
  open(workspaceId: Id): Promise<LogFeed> {
    const known = this.#feeds.get(workspaceId);
    if (known) {
      known.askedAtMs = this.#nowMs();
      return known.feed;
    }
    const feed = this.#open(workspaceId);
    this.#feeds.set(workspaceId, { feed, askedAtMs: this.#nowMs() });
    feed.catch(() => this.#feeds.delete(workspaceId));
    return feed;
  }

  async settle(workspaceId: Id, atLeast = 0): Promise<LogPlace> {
    const feed = await this.open(workspaceId);
    await feed.current(settleMs);
    if (atLeast > feed.place.seq) await this.#refuseAboveEnd(workspaceId, atLeast);
    return feed.reach(Math.max(this.acknowledged(workspaceId), atLeast), settleMs);
  }

  /** Look now, where a feed is open: something was appended, here or elsewhere. */
  wake(workspaceId: Id, seq: number): void {
    void this.#feeds.get(workspaceId)?.feed.then(
      (feed) => {
        if (feed.place.seq < seq) feed.wake();
      },
      () => {},
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#feeds.values()].map(async ({ feed }) => (await feed).close()));
  }

  async #open(workspaceId: Id): Promise<LogFeed> {
    const feed = await LogFeed.open(workspaceId, { ...this.options, letGo: (place) => this.#letGo(place) });
    if (feed.place.epoch !== (this.#lastEpochs.get(workspaceId) ?? feed.place.epoch)) {
      this.options.onEpoch?.(workspaceId);
    }
    return feed;
  }

  #letGo({ workspaceId, epoch }: LogPlace): boolean {
    const { idleMs = 60_000 } = this.options;
    const isIdle = this.#nowMs() - (this.#feeds.get(workspaceId)?.askedAtMs ?? 0) > idleMs;
    if (isIdle) {
      this.#lastEpochs.set(workspaceId, epoch);
      this.#feeds.delete(workspaceId);
    }
    return isIdle;
  }

  #nowMs(): number {
    return (this.options.clock ?? systemClock).monotonicMs();
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
