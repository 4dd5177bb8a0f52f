import { CodedError } from '../../../src/base/errors.js';
import type { FeedEvent, LogFeed } from '../../../src/log/feed.js';
import type { LogRecord } from '../../../src/model/log-record.js';
import type { Ledger } from './ledger.js';

/** Follows one process's feed, live or from an older place, and checks what it is told as it is told it. */
export class Follower {
  /** The number it was told of last. */
  seq: number;
  ended = false;
  /** While catching up: what was told meanwhile. */
  #held: LogRecord[] | undefined;
  #stop: () => void = () => {};

  private constructor(
    private readonly name: string,
    private readonly feed: LogFeed,
    private readonly ledger: Ledger,
    seq: number,
  ) {
    this.seq = seq;
  }

  static live(name: string, feed: LogFeed, ledger: Ledger): Follower {
    const follower = new Follower(name, feed, ledger, feed.place.seq);
    follower.#follow();
    return follower;
  }

  /** Catches up from a number, then cuts over. */
  static async resume(
    name: string,
    feed: LogFeed,
    ledger: Ledger,
    after: number,
    alive: () => boolean,
  ): Promise<Follower> {
    const follower = new Follower(name, feed, ledger, after);
    follower.#held = [];
    const cutOver = follower.#follow();
    while (!follower.ended && follower.seq < cutOver && alive()) await follower.#catchUp();
    const held = follower.#held;
    follower.#held = undefined;
    follower.#take(held.filter((record) => record.seq > follower.seq));
    return follower;
  }

  stop(): void {
    this.ended = true;
    this.#stop();
  }

  #follow(): number {
    const { place, stop } = this.feed.follow((event) => this.#told(event));
    this.#stop = stop;
    return place.seq;
  }

  async #catchUp(): Promise<void> {
    try {
      const page = await this.feed.readAfter(this.seq, 3);
      if (this.ended) return;
      this.#take(page.records);
      if (page.through !== this.seq && page.records.length > 0) {
        this.ledger.fail(`${this.name}: a page ends at ${page.through}, its records at ${this.seq}`);
      }
      if (page.records.length === 0 && page.through > this.seq) {
        this.ledger.fail(`${this.name}: nothing between ${this.seq} and ${page.through}`);
      }
    } catch (error) {
      if (error instanceof CodedError && error.code.startsWith('CURSOR_')) this.stop();
      // A lost answer: ask again.
    }
  }

  #told(event: FeedEvent): void {
    if (this.ended) this.ledger.fail(`${this.name} was told something after its end`);
    else if (event.type === 'ended') this.stop();
    else if (this.#held) this.#held.push(...event.records);
    else this.#take(event.records);
  }

  #take(records: readonly LogRecord[]): void {
    if (this.ended) return;
    for (const { seq, id } of records) {
      if (seq !== this.seq + 1) this.ledger.fail(`${this.name} was told ${seq} after ${this.seq}`);
      this.ledger.shown(this.name, seq, id);
      this.seq = seq;
    }
  }
}
