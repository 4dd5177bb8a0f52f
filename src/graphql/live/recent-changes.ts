import type { LogRecord } from '../../model/log-record.js';

const most = 1000;

/** The last changes of nouns that passed in a log, for what was resolved a moment ago. */
export class RecentChanges {
  #changes: LogRecord[] = [];

  /** @param from every change after this place is here. */
  constructor(private from: number) {}

  add(change: LogRecord): void {
    this.#changes.push(change);
    if (this.#changes.length < 2 * most) return;
    this.#changes = this.#changes.slice(most);
    this.from = this.#changes[0]!.seq - 1;
  }

  /** In order; undefined where not all are known. */
  after(seq: number): readonly LogRecord[] | undefined {
    return seq < this.from ? undefined : this.#changes.filter((change) => change.seq > seq);
  }

  /** No change is noted any more, so nothing is known. */
  forget(): void {
    this.#changes = [];
    this.from = Number.POSITIVE_INFINITY;
  }
}
