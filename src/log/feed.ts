import { inBackground } from '../base/background.js';
import { type Clock, systemClock } from '../base/clock.js';
import { CodedError, unavailable } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import { Alarm, type Closeable, type Deferred, deferred, settledWithin, sleep, within } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import { type LogMetrics, noLogMetrics } from '../base/metrics.js';
import type { LogRecord } from '../model/log-record.js';
import type { LogRecords } from '../store/activity-logs.js';
import { type LogDocument, toRecord } from '../store/log-document.js';
import type { LogState, LogStateStore } from '../store/log-states.js';
import type { Durability } from './durability.js';
import { contiguous, Holes } from './holes.js';
import { defaultReadLeaseMs, type LogPlace } from './place.js';

export interface FeedOptions {
  readonly logs: LogRecords;
  readonly states: LogStateStore;
  readonly durability: Durability;
  readonly logger: Logger;
  readonly metrics?: LogMetrics;
  readonly clock?: Clock;
  /** How long a number may be missing below one that was seen before a reader fills it with a void. */
  readonly holeMs?: number;
  /** How long a look at what retention keeps is good for; the same in every process. */
  readonly readLeaseMs?: number;
  /** How often the feed looks by itself, should a signal be lost; also how soon a new epoch is noticed. */
  readonly pollMs?: number;
  /** Records read at once. */
  readonly pageRecords?: number;
  /** Told when the log was restored from elsewhere: what this process acknowledged before is no longer a place in it. */
  onEpoch?(workspaceId: Id): void;
  /** Asked before each rest while nobody follows or waits: true ends the feed. Absent: it goes on until it is closed. */
  letGo?(place: LogPlace): boolean;
}

/** What a follower is told, in the order of the log. */
export type FeedEvent =
  | { readonly type: 'records'; readonly records: readonly LogRecord[]; readonly place: LogPlace }
  /** The log was restored from elsewhere, or retention passed the follower: it must load afresh. */
  | { readonly type: 'ended'; readonly reason: 'epoch' | 'retention' };

const shortestPauseMs = 2;

export type FeedListener = (event: FeedEvent) => void;

/**
 * One workspace's log as one process sees it: numbers above what was seen, in order, stopping at a hole.
 *
 * The law: the mark H moves to n only when every number 1…n has been read, durably; so a reader that has seen n has seen
 * everything below n, with writers in any number of processes. The reader never steps over what it has not read.
 */
export class LogFeed implements Closeable {
  readonly #listeners = new Set<FeedListener>();
  readonly #watchers = new Set<() => void>();
  readonly #waiters = new Set<{ seq: number; resolve(): void }>();
  readonly #closing = new AbortController();
  readonly #clock: Clock;
  readonly #metrics: LogMetrics;
  readonly #holes: Holes;
  #place: LogPlace;
  /** When the last look at the log's state began. */
  #lookedAtMs: number;
  readonly #alarm = new Alarm();
  readonly #running: Promise<void>;
  #holePauseMs = shortestPauseMs;
  /** Until everything has been seen that was there when the feed was opened. */
  #current: Deferred<void> | undefined = deferred();

  private constructor(
    private readonly workspaceId: Id,
    state: LogState,
    lookedAtMs: number,
    private readonly options: FeedOptions,
  ) {
    this.#clock = options.clock ?? systemClock;
    this.#lookedAtMs = lookedAtMs;
    this.#metrics = options.metrics ?? noLogMetrics;
    this.#holes = new Holes(options.holeMs ?? 5000);
    this.#place = this.#placeAt(state, Math.max(state.mark, state.firstSeq - 1));
    this.#running = inBackground(() => this.#run());
  }

  /** Starts from the stored mark, not from the log's beginning. */
  static async open(workspaceId: Id, options: FeedOptions): Promise<LogFeed> {
    await options.states.ensure(workspaceId, await options.logs.lastSeq(workspaceId));
    for (;;) {
      const lookedAtMs = (options.clock ?? systemClock).monotonicMs();
      const sure = await options.durability.state(workspaceId);
      if (sure) return new LogFeed(workspaceId, sure, lookedAtMs, options);
    }
  }

  get place(): LogPlace {
    return this.#place;
  }

  /** Look now: something was appended. Calling it for nothing costs one read. */
  wake(): void {
    this.#alarm.ring();
  }

  /** Resolves once everything has been seen that was there when the feed was opened, or `timeoutMs` have passed. */
  async current(timeoutMs: number): Promise<void> {
    if (this.#current) await settledWithin(timeoutMs, this.#current.promise);
  }

  /** From now on, in order and without a gap, starting after the place it answers. */
  follow(listener: FeedListener): { place: LogPlace; stop(): void } {
    this.#listeners.add(listener);
    return { place: this.#place, stop: () => void this.#listeners.delete(listener) };
  }

  /** Told each time that the place has changed, without the records. Answers how to stop. */
  watch(listener: () => void): () => void {
    this.#watchers.add(listener);
    return () => void this.#watchers.delete(listener);
  }

  /** Resolves once the mark has reached `seq`. @throws CodedError SERVICE_UNAVAILABLE when it does not within `timeoutMs`. */
  async reach(seq: number, timeoutMs: number): Promise<LogPlace> {
    if (this.#place.seq >= seq) return this.#place;
    const reached = deferred();
    const waiter = { seq, resolve: reached.resolve };
    this.#waiters.add(waiter);
    this.wake();
    try {
      await within(timeoutMs, reached.promise, () => {
        throw unavailable(new Error(`The log stands at ${this.#place.seq}, not yet at ${seq}`));
      });
      return this.#place;
    } finally {
      this.#waiters.delete(waiter);
    }
  }

  /**
   * The log's records after a number and up to the mark: how one catches up. At most `limit` at once.
   * @throws CodedError CURSOR_EXPIRED when retention has passed that number, CURSOR_UNKNOWN in a new epoch.
   */
  async readAfter(after: number, limit: number): Promise<{ records: LogRecord[]; through: number; place: LogPlace }> {
    const place = this.#place;
    const documents = await this.options.logs.readAfter(this.workspaceId, after, limit, { through: place.seq });
    // Retention raises firstSeq before it erases, so a page that was read whole is one that firstSeq had not passed.
    const state = await this.options.states.read(this.workspaceId);
    if (!state || state.epoch !== place.epoch) {
      throw new CodedError('CURSOR_UNKNOWN', 'The log was restored since; load afresh', 'after');
    }
    if (after < state.firstSeq - 1) {
      throw new CodedError('CURSOR_EXPIRED', 'The log no longer holds what follows this cursor; load afresh', 'after');
    }
    const records = documents.map(toRecord);
    return { records, through: records.at(-1)?.seq ?? Math.max(after, place.seq), place };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#closing.signal.aborted) {
      this.#alarm.set();
      try {
        const more = await this.#advance();
        failures = 0;
        if (more) continue;
        this.#current?.resolve();
        this.#current = undefined;
      } catch (error) {
        failures += 1;
        this.options.logger.warn(
          { err: error, workspaceId: this.workspaceId },
          'feed: cannot read the log, trying again',
        );
        await sleep(Math.min(2000, 20 * 2 ** failures), this.#closing.signal);
        continue;
      }
      if (!this.#isUsed() && this.options.letGo?.(this.#place)) return;
      await this.#alarm.rest(this.#pauseMs());
    }
  }

  #isUsed(): boolean {
    return this.#listeners.size + this.#watchers.size + this.#waiters.size > 0;
  }

  /** Until the next poll; sooner while something is missing, for it may appear without a signal. */
  #pauseMs(): number {
    const pollMs = this.options.pollMs ?? 1000;
    if (!this.#holes.waiting(this.#clock.monotonicMs())) return pollMs;
    this.#holePauseMs = Math.min(pollMs, 200, this.#holePauseMs * 2);
    return this.#holePauseMs;
  }

  /** Reads one page on from the mark. Answers whether there may be more at once. */
  async #advance(): Promise<boolean> {
    const after = this.#place.seq;
    if (await this.#stillMissing(after + 1)) return false;
    const limit = this.options.pageRecords ?? 1000;
    const slim = this.#listeners.size === 0;
    let count = 0;
    const lookedAtMs = this.#clock.monotonicMs();
    const read = await this.options.durability.read(
      this.workspaceId,
      () => this.options.logs.readAfter(this.workspaceId, after, limit, { slim }),
      (documents) => {
        count = contiguous(
          after,
          documents.map((document) => Number(document.seq)),
        );
        // Not yet what this page shows: were it lost before it is known to stay, the stored mark would stand above a hole.
        return count === 0 ? undefined : after;
      },
    );
    // A follower that joined while a slim page was under way needs whole records.
    if (!read || (slim && this.#listeners.size > 0)) return true;
    const { result: documents, state } = read;
    this.#lookedAtMs = lookedAtMs;
    if (this.#isOvertaken(state)) {
      // A kill could still take back what says so.
      const sure = await this.options.durability.state(this.workspaceId);
      if (sure && this.#isOvertaken(sure)) this.#startOver(sure);
      return true;
    }
    this.#moveTo(state, this.#place.seq);
    if (count > 0) this.#deliver(documents.slice(0, count), state);
    if (await this.#fillHoles(documents.slice(count), state)) return true;
    return documents.length === limit && count > 0;
  }

  /** While a hole may still be filled by its writer, one small look is enough. */
  async #stillMissing(next: number): Promise<boolean> {
    if (!this.#holes.waiting(this.#clock.monotonicMs())) return false;
    const there = await this.options.logs.idsAt(this.workspaceId, [next]);
    return !there.has(next);
  }

  /** A new epoch, or retention beyond the mark: what was read says nothing. */
  #isOvertaken(state: LogState): boolean {
    return state.epoch !== this.#place.epoch || state.firstSeq - 1 > this.#place.seq;
  }

  /** Followers must load afresh. */
  #startOver(state: LogState): void {
    const reason = state.epoch === this.#place.epoch ? 'retention' : 'epoch';
    this.#moveTo(state, Math.max(reason === 'epoch' ? state.mark : 0, state.firstSeq - 1));
    if (reason === 'epoch') this.options.onEpoch?.(this.workspaceId);
    this.#tell({ type: 'ended', reason });
  }

  #deliver(documents: readonly LogDocument[], state: LogState): void {
    const last = documents.at(-1)!;
    this.#moveTo(state, Number(last.seq));
    this.#metrics.feedLag(Math.max(0, this.#clock.now().getTime() - documents[0]!.recordedAt.getTime()));
    this.#holePauseMs = shortestPauseMs;
    if (this.#listeners.size > 0) {
      this.#tell({ type: 'records', records: documents.map(toRecord), place: this.#place });
    }
  }

  #moveTo(state: LogState, seq: number): void {
    this.#place = this.#placeAt(state, seq);
    for (const waiter of this.#waiters) if (waiter.seq <= seq) waiter.resolve();
    for (const watcher of [...this.#watchers]) watcher();
  }

  async #fillHoles(beyond: readonly LogDocument[], state: LogState): Promise<boolean> {
    const seqs = beyond.map((document) => Number(document.seq));
    const abandoned = this.#holes.abandoned(this.#place.seq, seqs, this.#clock.monotonicMs());
    if (abandoned.length === 0) return false;
    const empty = abandoned.filter((seq) => seq >= state.firstSeq);
    await this.options.logs.insertVoids(this.workspaceId, empty);
    this.#metrics.holesFilled(abandoned.length);
    return true;
  }

  #tell(event: FeedEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.options.logger.error({ err: error, workspaceId: this.workspaceId }, 'feed: a follower failed');
      }
    }
  }

  #placeAt(state: LogState, seq: number): LogPlace {
    return {
      workspaceId: this.workspaceId,
      epoch: state.epoch,
      firstSeq: state.firstSeq,
      seq,
      erasures: state.erasures,
      keptUntilMs: this.#lookedAtMs + (this.options.readLeaseMs ?? defaultReadLeaseMs),
    };
  }
}
