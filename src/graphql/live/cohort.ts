import { setImmediate as nextTurn } from 'node:timers/promises';
import { encodeFeedCursor } from '../../base/cursor.js';
import { CodedError } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import type { ResolvedFilter } from '../../model/activity-log-filter.js';
import type { LogRecord } from '../../model/log-record.js';
import { isTold, toEvent } from '../activity-logs/activity-log.event.js';
import type { CohortSource } from './cohort-source.js';
import type { EventExecution } from './event-execution.js';
import { EventQueue, entryIdOf } from './event-queue.js';
import { History, type ToldPage } from './history.js';
import type { KeptBudget, KeptResult } from './kept-results.js';
import { KeptResults } from './kept-results.js';
import type { Member } from './member.js';
import { patiently } from './patience.js';
import type { Readers } from './readers.js';
import { sendsInARow } from './turns.js';

export interface CohortParts {
  readonly key: string;
  readonly filter: ResolvedFilter;
  readonly source: CohortSource;
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

const refillRecords = 200;
/** Sends for which results that wait are sent together, to one member after the other. */
const sendsTogether = 10_000;

/**
 * Subscriptions that are the same but for their place: one execution and one text for each event.
 *
 * The law: everything that the filter selects up to `released` was given out; what is above it is in the queue or will
 * come. So whoever has everything up to `released` may join, and gets an event if and only if its number is above what
 * it has had. Results leave in the order of the log.
 */
export class Cohort {
  readonly #members = new Set<Member>();
  readonly #queue: EventQueue;
  readonly #kept: KeptResults;
  readonly #history: History;
  #filter: ResolvedFilter;
  #dispatched: number;
  #released: number;
  #isReleasing = false;
  #isBehind = false;
  #isRefilling = false;
  #ended: { readonly error: unknown } | undefined;

  constructor(private readonly parts: CohortParts) {
    this.#filter = parts.filter;
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
      tell: (records) => this.#tellAll(records.filter((record) => isTold(this.filter, record))),
      isOver: () => this.#isOver(),
    });
    this.#queue = new EventQueue(
      (records) => this.#tellAll(records),
      () => this.#release(),
    );
  }

  get key(): string {
    return this.parts.key;
  }

  get filter(): ResolvedFilter {
    return this.#filter;
  }

  /** The filter's names mean others after a place, and so does whatever is read back from the log. */
  reinterpret(filter: ResolvedFilter, after: number): void {
    this.#filter = filter;
    this.#kept.clear(after);
    this.#history.clear();
  }

  get source(): CohortSource {
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

  /** What the log said next: those records that the filter selects, and the number that was read through. */
  tell(selected: readonly LogRecord[], through: number): void {
    if (this.#ended) return;
    for (const record of selected) if (record.kind === 'removed') this.#forget(record.targetId);
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

  #dispatch(selected: readonly LogRecord[], through: number): void {
    this.#dispatched = through;
    this.#queue.add(selected);
    this.#release();
  }

  /** A removed entry's recording is told to nobody from now on. */
  #forget(entryId: Id): void {
    this.#kept.purge(entryId);
    this.#history.forget(entryId);
    this.#queue.forget(entryId);
  }

  /** One execution for each record. @throws the store's own failure once it is over. */
  async #tellAll(records: readonly LogRecord[]): Promise<KeptResult[]> {
    const events = records.map((record) =>
      toEvent(record, encodeFeedCursor({ ...this.source.place, seq: record.seq })),
    );
    const texts = await this.parts.execution.textsOf(events, () => this.#isOver());
    return records.map((record, index) => ({ seq: record.seq, entryId: entryIdOf(record), text: texts[index]! }));
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
        page.records.filter((record) => isTold(this.filter, record)),
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
