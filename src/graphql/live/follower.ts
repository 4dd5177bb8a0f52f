import type { LogPosition } from '../../base/cursor.js';
import type { Following } from './cohort.js';
import type { ToldPage } from './history.js';
import type { KeptResult } from './kept-results.js';
import type { LiveSubscription } from './live-subscription.js';
import type { Member } from './member.js';
import type { Outlet } from './outlet.js';
import type { Turns } from './turns.js';
import { Unyielding } from './unyielding.js';

/** Records that one who catches up asks for at once: as many as it was seen to take, within these powers of two. */
const pageRecords = { first: 16, most: 256 };

/**
 * One subscription. It never yields: results go straight to its outlet, and its iteration tells only how it ended, so
 * that an idle subscription is one pending promise.
 *
 * Its place only grows. It is in its cohort while its outlet takes what comes; otherwise it takes pages of the log at
 * its own pace, until it has what the cohort released.
 */
export class Follower extends Unyielding implements Member, LiveSubscription {
  isJoined = false;
  #lastSeq: number;
  #isReading = false;
  #pageRecords = pageRecords.first;

  constructor(
    private cohort: Following,
    after: number,
    private readonly outlet: Outlet,
    private readonly turns: Turns,
  ) {
    super();
    this.#lastSeq = after;
    cohort.add(this);
  }

  /** Everything up to this number of the log was told, or is not for this subscription. */
  get lastSeq(): number {
    return this.isJoined ? Math.max(this.#lastSeq, this.cohort.released) : this.#lastSeq;
  }

  get place(): LogPosition {
    return { epoch: this.cohort.source.place.epoch, seq: Math.floor(this.lastSeq) };
  }

  take(results: readonly KeptResult[]): void {
    if (results.length === 1) this.#takeAll(results);
    else this.#together(() => this.#takeAll(results));
  }

  stepOut(): void {
    this.#lastSeq = this.lastSeq;
    this.isJoined = false;
    queueMicrotask(() => void this.#readOn());
  }

  /** Goes on at its place among others. */
  moveTo(cohort: Following): void {
    if (this.isStopped || cohort === this.cohort) return;
    this.#lastSeq = this.lastSeq;
    this.cohort.leave(this);
    this.cohort = cohort;
    cohort.add(this);
    if (this.isStarted) void this.#readOn();
  }

  protected override onStart(): void {
    void this.#readOn();
  }

  protected override onStop(): void {
    this.#lastSeq = this.lastSeq;
    this.cohort.leave(this);
  }

  #takeAll(results: readonly KeptResult[]): void {
    if (!this.isJoined) return;
    for (const { seq, text } of results) {
      if (seq <= this.#lastSeq || this.#send(seq, text)) continue;
      this.stepOut();
      return;
    }
  }

  /** What is sent meanwhile leaves in one go, where the outlet can. */
  #together(sendAll: () => void): void {
    if (this.outlet.together) this.outlet.together(sendAll);
    else sendAll();
  }

  #send(seq: number, text: string): boolean {
    if (!this.outlet.isReady()) return false;
    this.outlet.send(text);
    this.#lastSeq = seq;
    return true;
  }

  /** Until it has joined the cohort. */
  async #readOn(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (!this.isStopped) {
        if (!this.outlet.isReady()) await this.outlet.whenReady();
        else if (this.#join()) break;
        else if (this.outlet.isReady()) await this.#readPage(this.cohort);
      }
    } catch (error) {
      if (!this.isStopped) this.end(error);
    }
    this.#isReading = false;
  }

  #join(): boolean {
    let hasJoined = false;
    this.#together(() => {
      hasJoined = this.cohort.join(this, this.#lastSeq, (seq, text) => this.#send(seq, text));
    });
    return hasJoined;
  }

  /** Holds a page only while it takes it: one that stops taking asks for the rest again. */
  async #readPage(cohort: Following): Promise<void> {
    const isOver = (): boolean => this.isStopped || this.cohort !== cohort;
    try {
      const page = await cohort.pageAfter(this.#lastSeq, this.#pageRecords);
      await this.turns.run(() => (isOver() ? 0 : this.#takePage(page)));
    } catch (error) {
      if (!isOver()) throw error;
    }
  }

  /** @returns how many were sent. */
  #takePage(page: ToldPage): number {
    let sent = 0;
    this.#together(() => {
      sent = this.#sendPage(page);
    });
    return sent;
  }

  #sendPage(page: ToldPage): number {
    const from = this.#lastSeq;
    let sent = 0;
    for (const { seq, text } of page.results) {
      if (seq <= from || text === '') continue;
      if (!this.#send(seq, text)) {
        this.#pageRecords = atMost(2 * (this.#lastSeq - from));
        return sent;
      }
      sent += 1;
    }
    this.#lastSeq = Math.max(this.#lastSeq, page.through);
    this.#pageRecords = Math.min(this.#pageRecords * 2, pageRecords.most);
    return sent;
  }
}

const atMost = (records: number): number => {
  let size = 1;
  while (size * 2 <= Math.min(records, pageRecords.most)) size *= 2;
  return size;
};
