import { setImmediate as nextTurn } from 'node:timers/promises';
import { encodeFeedCursor, type FeedPlace } from '../../base/cursor.js';
import { CodedError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { CohortSource, Telling, Told } from './cohort-source.js';
import type { EventExecution } from './event-execution.js';
import { EventQueue } from './event-queue.js';
import { History, type ToldPage } from './history.js';
import type { KeptBudget, KeptResult } from './kept-results.js';
import { KeptResults } from './kept-results.js';
import type { Member } from './member.js';
import { patiently } from './patience.js';
import type { Readers } from './readers.js';
import { sendsInARow } from './turns.js';

export interface CohortParts<R extends Told> {
  readonly key: string;
  readonly telling: Telling<R>;
  readonly source: CohortSource<R>;
  readonly execution: Pick<EventExecution, 'textsOf'>;
  readonly readers: Readers;
  /** What it keeps of its last results, in characters. */
  readonly keptCharacters: number;
  /** How much of what was read a moment ago for some stays for others, in characters. */
  readonly recentCharacters: number;
  readonly budget: KeptBudget;
  readonly logger: Logger;
  /** Events that wait; a cohort with more reads the log again later rather than hold them. */
  readonly longestQueue?: number;
  /** Told when the log is read for those who catch up. */
  onRead(): void;
  /** Told when the first one comes and when the last one has left. */
  onUse(isUsed: boolean): void;
}

/** A cohort as those who are in it see it. */
export interface Following {
  readonly source: { readonly place: FeedPlace };
  /** Every member that is joined has had everything up to here. */
  readonly released: number;
  add(member: Member): void;
  leave(member: Member): void;
  join(member: Member, seq: number, take: (seq: number, text: string) => boolean): boolean;
  pageAfter(seq: number, limit: number): Promise<ToldPage>;
}

const refillRecords = 200;
/** Sends for which results that wait are sent together, to one member after the other. */
const sendsTogether = 10_000;

/**
 * Subscriptions that are the same but for their place: one execution and one text for each event.
 *
 * The law: everything that is told of what is followed up to `released` was given out; what is above it is in the queue or will
 * come. So whoever has everything up to `released` may join, and gets an event if and only if its number is above what
 * it has had. Results leave in their order.
 */
export class Cohort<R extends Told> implements Following {
  readonly #members = new Set<Member>();
  readonly #queue: EventQueue<R>;
  readonly #kept: KeptResults;
  readonly #history: History<R>;
  #telling: Telling<R>;
  #dispatched: number;
  #released: number;
  #isReleasing = false;
  #isBehind = false;
  #isRefilling = false;
  #ended: { readonly error: unknown } | undefined;

  constructor(private readonly parts: CohortParts<R>) {
    this.#telling = parts.telling;
    this.#dispatched = parts.source.place.seq;
    this.#released = this.#dispatched;
    const { source, keptCharacters, recentCharacters, budget, readers, logger, onRead } = parts;
    this.#kept = new KeptResults(this.#released, keptCharacters, budget);
    this.#history = new History({
      source,
      readers,
      budget,
      logger,
      onRead,
      limit: recentCharacters,
      tell: (records) => this.#tellAll(records.filter((record) => this.#telling.isTold(record))),
      isOver: () => this.#isOver(),
    });
    this.#queue = new EventQueue(
      (records) => this.#tellAll(records),
      (record) => this.#telling.aboutOf(record),
      () => this.#release(),
    );
  }

  get key(): string {
    return this.parts.key;
  }

  /** Others are told after a place, and so of whatever is read back. */
  reinterpret(telling: Telling<R>, after: number): void {
    this.#telling = telling;
    this.#kept.clear(after);
    this.#history.clear();
  }

  get source(): CohortSource<R> {
    return this.parts.source;
  }

  /** Every member that is joined has had everything up to here. */
  get released(): number {
    return this.#released;
  }

  get size(): number {
    return this.#members.size;
  }

  add(member: Member): void {
    this.#members.add(member);
    if (this.#members.size === 1) this.parts.onUse(true);
  }

  leave(member: Member): void {
    member.isJoined = false;
    if (this.#members.delete(member) && this.#members.size === 0) this.parts.onUse(false);
  }

  /**
   * Lets a member join that has had everything up to `seq`, giving it first what it missed, where that was kept.
   * @returns false where it must read the log for itself, or stopped taking.
   * @throws whatever ended the cohort.
   */
  join(member: Member, seq: number, take: (seq: number, text: string) => boolean): boolean {
    if (this.#ended) throw this.#ended.error;
    if (seq < this.#released) {
      if (!this.#kept.covers(seq)) return false;
      for (const result of this.#kept.after(seq)) if (!take(result.seq, result.text)) return false;
    }
    member.isJoined = true;
    return true;
  }

  /**
   * What a member that catches up is told after a place, from the log: at most `limit` records, a power of two.
   * @throws CodedError CURSOR_EXPIRED, CURSOR_UNKNOWN when the log cannot be followed on from there.
   */
  pageAfter(seq: number, limit: number): Promise<ToldPage> {
    return this.#history.after(seq, limit);
  }

  /** What came next: those records that are told here, and the place that was read through. */
  tell(selected: readonly R[], through: number): void {
    if (this.#ended) return;
    for (const record of selected) {
      const about = this.#telling.supersedes(record);
      if (about !== undefined) this.#forget(about, record.seq);
    }
    if (this.#isBehind) return;
    if (this.#queue.length >= (this.parts.longestQueue ?? 1000)) {
      this.#isBehind = true;
      return;
    }
    this.#dispatch(selected, through);
  }

  end(error: unknown): void {
    this.#ended ??= { error };
    this.#queue.clear();
    this.#kept.clear(this.#released);
    this.#history.clear();
    for (const member of [...this.#members]) member.end(error);
  }

  #dispatch(selected: readonly R[], through: number): void {
    this.#dispatched = through;
    this.#queue.add(selected);
    this.#release();
  }

  /** What was said about something before a place is told to nobody from now on. */
  #forget(about: string, before: number): void {
    this.#kept.purge(about);
    this.#history.forget(about, before);
    this.#queue.forget(about);
  }

  /** One execution for each record. @throws the store's own failure once it is over. */
  async #tellAll(records: readonly R[]): Promise<KeptResult[]> {
    const { place } = this.source;
    const telling = this.#telling;
    // Whoever goes on from a place between two numbers is told again what lies above the lower one.
    const events = records.map((record) =>
      telling.eventOf(record, encodeFeedCursor({ ...place, seq: Math.floor(record.seq) })),
    );
    const texts = await this.parts.execution.textsOf(events, () => this.#isOver());
    return records.map((record, index) => ({ seq: record.seq, about: telling.aboutOf(record), text: texts[index]! }));
  }

  #isOver(): boolean {
    return this.#ended !== undefined;
  }

  #release(): void {
    if (this.#isReleasing) return;
    this.#isReleasing = true;
    void this.#releaseAll();
  }

  async #releaseAll(): Promise<void> {
    let sent = 0;
    for (let ready = this.#takeReady(); ready.length > 0; ready = this.#takeReady()) {
      const results = ready.filter(({ text }) => text !== '');
      for (const result of results) this.#kept.add(result);
      if (results.length > 0) for (const member of this.#members) member.take(results);
      this.#released = ready.at(-1)!.seq;
      sent += this.#members.size * results.length;
      if (sent < sendsInARow) continue;
      sent = 0;
      await nextTurn();
    }
    this.#isReleasing = false;
    if (this.#queue.length > 0 || this.#ended) return;
    this.#released = this.#dispatched;
    if (this.#isBehind && !this.#isRefilling) void this.#refill();
  }

  /** The next results; several at once only where they are few sends. */
  #takeReady(): KeptResult[] {
    return this.#queue.takeReady(Math.max(1, Math.min(50, Math.floor(sendsTogether / Math.max(1, this.size)))));
  }

  /** Reads what was not held while too much waited, up to where the log's own telling goes on. */
  async #refill(): Promise<void> {
    const isOver = (): boolean => this.#isOver();
    this.#isRefilling = true;
    try {
      const page = await patiently(
        () => this.source.readAfter(this.#dispatched, refillRecords),
        isOver,
        this.parts.logger,
      );
      this.#isRefilling = false;
      if (isOver()) return;
      this.#isBehind = page.through < this.source.place.seq;
      this.#dispatch(
        page.records.filter((record) => this.#telling.isTold(record)),
        page.through,
      );
    } catch (error) {
      this.#isRefilling = false;
      if (error instanceof CodedError && error.code === 'CURSOR_EXPIRED') this.#skip();
      else this.end(error);
    }
  }

  /** Retention passed what was not held. Each member finds out whether it still needs that. */
  #skip(): void {
    for (const member of this.#members) if (member.isJoined) member.stepOut();
    this.#isBehind = false;
    this.#dispatched = this.source.place.seq;
    this.#released = this.#dispatched;
    this.#kept.clear(this.#released);
  }
}
