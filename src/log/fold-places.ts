import { inBackground } from '../base/background.js';
import { type Clock, systemClock } from '../base/clock.js';
import { CodedError } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import { type Closeable, type Deferred, deferred, settledWithin, sleep } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import type { FoldStates, Generation } from '../store/fold-states.js';
import type { Signal } from '../store/signals.js';
import { settleMs } from './feeds.js';
import type { FoldReader, LogReader } from './place.js';

export interface FoldPlacesOptions {
  readonly states: Pick<FoldStates, 'read'>;
  readonly reader: LogReader;
  /** The highest number that this process acknowledged to a caller. */
  acknowledged(workspaceId: Id): number;
  /** Tells the other processes; absent: they find out by polling. */
  readonly send?: (signal: Signal) => void;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** How often those who follow look by themselves, should a signal be lost. */
  readonly pollMs?: number;
}

/** Up to where folds reflect the log, as this process knows it, whichever process makes them. */
export class FoldPlaces implements FoldReader, Closeable {
  readonly #watches = new Map<string, FoldWatch>();
  #onWanted: (workspaceId: Id) => void = () => {};

  constructor(private readonly options: FoldPlacesOptions) {}

  /** Who makes folds in this process, told of each workspace whose folds are read. */
  set onWanted(listener: (workspaceId: Id) => void) {
    this.#onWanted = listener;
  }

  async settle(workspaceId: Id, fold: string, atLeast = 0): Promise<Generation> {
    this.#onWanted(workspaceId);
    const needed = Math.max(atLeast, this.options.acknowledged(workspaceId));
    const { epoch } = await this.options.reader.settle(workspaceId, atLeast);
    return this.#watchOf(workspaceId, fold).reach(epoch, needed, settleMs);
  }

  serving(workspaceId: Id, fold: string): Promise<Generation> {
    return this.#watchOf(workspaceId, fold).serving();
  }

  follow(workspaceId: Id, fold: string, listener: FoldListener): () => void {
    this.#onWanted(workspaceId);
    return this.#watchOf(workspaceId, fold).follow(listener);
  }

  /** This process moved a checkpoint. */
  moved(workspaceId: Id, fold: string, place: Generation): void {
    this.#watches.get(keyOf(workspaceId, fold))?.see(place);
    this.options.send?.({ workspaceId, seq: place.seq, fold });
  }

  /** Some process moved a checkpoint. */
  told({ workspaceId, fold, seq }: Signal): void {
    if (fold !== undefined) this.#watches.get(keyOf(workspaceId, fold))?.hear(seq);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#watches.values()].map((watch) => watch.close()));
  }

  #watchOf(workspaceId: Id, fold: string): FoldWatch {
    const key = keyOf(workspaceId, fold);
    const watch =
      this.#watches.get(key) ?? new FoldWatch(workspaceId, fold, this.options, () => this.#onWanted(workspaceId));
    this.#watches.set(key, watch);
    return watch;
  }
}

type FoldListener = (place: Generation) => void;

const keyOf = (workspaceId: Id, fold: string): string => `${workspaceId}:${fold}`;

/** One fold of one workspace. It looks at the store only while somebody waits or follows. */
class FoldWatch implements Closeable {
  readonly #listeners = new Set<FoldListener>();
  readonly #closing = new AbortController();
  readonly #clock: Clock;
  #place: Generation | undefined;
  #seenAtMs = Number.NEGATIVE_INFINITY;
  #changed: Deferred<void> = deferred();
  #looking: Promise<void> | undefined;
  #polling: Promise<void> | undefined;
  #waiting = 0;

  constructor(
    private readonly workspaceId: Id,
    private readonly fold: string,
    private readonly options: FoldPlacesOptions,
    /** Told again and again while somebody waits or follows. */
    private readonly onWanted: () => void,
  ) {
    this.#clock = options.clock ?? systemClock;
  }

  async reach(epoch: number, seq: number, timeoutMs: number): Promise<Generation> {
    const deadlineMs = this.#clock.monotonicMs() + timeoutMs;
    if (!this.#isFresh()) await this.#look();
    this.#waiting += 1;
    try {
      for (;;) {
        if (this.#place?.epoch === epoch && this.#place.seq >= seq) return this.#place;
        const leftMs = deadlineMs - this.#clock.monotonicMs();
        if (leftMs <= 0) throw notThere(this.fold, this.#place?.seq, seq);
        this.#poll();
        await settledWithin(leftMs, this.#changed.promise);
      }
    } finally {
      this.#waiting -= 1;
    }
  }

  async serving(): Promise<Generation> {
    if (!this.#isFresh()) await this.#look();
    if (!this.#place || !this.#isFresh()) throw notThere(this.fold, this.#place?.seq, 0);
    return this.#place;
  }

  follow(listener: FoldListener): () => void {
    this.#listeners.add(listener);
    if (this.#place) listener(this.#place);
    this.#poll();
    return () => void this.#listeners.delete(listener);
  }

  see(place: Generation): void {
    const known = this.#place;
    this.#seenAtMs = this.#clock.monotonicMs();
    if (known && isNoNews(known, place)) return;
    this.#place = place;
    this.#changed.resolve();
    this.#changed = deferred();
    for (const listener of [...this.#listeners]) listener(place);
  }

  hear(seq: number): void {
    if (this.#isWanted && seq > (this.#place?.seq ?? -1)) void this.#look();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#polling;
  }

  get #isWanted(): boolean {
    return this.#waiting > 0 || this.#listeners.size > 0;
  }

  #isFresh(): boolean {
    return this.#clock.monotonicMs() - this.#seenAtMs < (this.options.pollMs ?? 1000);
  }

  #poll(): void {
    this.#polling ??= inBackground(() => this.#pollWhileWanted()).finally(() => {
      this.#polling = undefined;
    });
  }

  async #pollWhileWanted(): Promise<void> {
    while (this.#isWanted && !this.#closing.signal.aborted) {
      this.onWanted();
      if (!this.#isFresh()) await this.#look();
      await sleep(this.options.pollMs ?? 1000, this.#closing.signal);
    }
  }

  /** One look at a time. What fails is looked at again. */
  #look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #read(): Promise<void> {
    try {
      const state = await this.options.states.read(this.workspaceId, this.fold);
      if (state?.serving) this.see(state.serving);
    } catch (error) {
      this.options.logger.debug({ err: error, fold: this.fold }, 'folds: could not look how far one is, trying again');
    }
  }
}

/** What was read may be older than what this process has just written. */
const isNoNews = (known: Generation, read: Generation): boolean =>
  read.generation < known.generation || (read.generation === known.generation && read.seq <= known.seq);

const notThere = (fold: string, at: number | undefined, wanted: number) =>
  new CodedError('SERVICE_UNAVAILABLE', 'This is still being made from the log; try again in a moment', undefined, {
    cause: new Error(`The fold ${fold} stands at ${at ?? 'nothing'}, not yet at ${wanted}`),
    retryAfterSeconds: 1,
  });
