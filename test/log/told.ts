import type { FeedEvent, LogFeed } from '../../src/log/feed.js';
import type { LogRecord } from '../../src/model/log-record.js';

/** What one follower of a feed was told, and a way to await more of it. */
export class Told {
  readonly records: LogRecord[] = [];
  ended: string | undefined;
  readonly stop: () => void;
  #more: () => void = () => {};

  constructor(feed: LogFeed) {
    this.stop = feed.follow((event) => this.#take(event)).stop;
  }

  get seqs(): number[] {
    return this.records.map(({ seq }) => seq);
  }

  /** Resolves once what was told is so. */
  async until(isSo: (told: this) => boolean): Promise<void> {
    while (!isSo(this)) {
      await new Promise<void>((resolve) => {
        this.#more = resolve;
      });
    }
  }

  #take(event: FeedEvent): void {
    if (event.type === 'records') this.records.push(...event.records);
    else this.ended = event.reason;
    this.#more();
  }
}
