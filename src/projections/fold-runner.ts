import { inBackground } from '../base/background.js';
import type { Id } from '../base/ids.js';
import { Alarm, type Closeable, sleep, underAny } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import type { LogFeed } from '../log/feed.js';
import { KeptLease } from '../log/kept-lease.js';
import type { Log } from '../log/log.js';
import type { FoldSlot, FoldState, FoldStates, Generation } from '../store/fold-states.js';
import { toRecord } from '../store/log-document.js';
import type { UnscopedStore } from '../store/unscoped.js';
import { hasWork, isGood, mustBegin } from './fold-work.js';
import type { Fold, Projection } from './projection.js';

export interface FoldTuning {
  /** How soon another process goes on where one was killed. */
  readonly leaseMs?: number;
  /** How long whoever has nothing to do keeps the lease; and then how long it still looks whether there is. */
  readonly idleMs?: number;
  /** How often it looks by itself whether it is to be made anew, or whether the lease is free. */
  readonly pollMs?: number;
  readonly pageRecords?: number;
  /** How long a generation stays after another took its place: somebody may still be reading it. */
  readonly graceMs?: number;
}

export interface FoldRunnerParts {
  readonly log: Pick<Log, 'logs' | 'feeds' | 'folds' | 'states'>;
  readonly states: FoldStates;
  readonly unscoped: UnscopedStore;
  /** Unlike any other process's. */
  readonly holder: string;
  readonly logger: Logger;
  readonly tuning?: FoldTuning;
}

const defaults = { leaseMs: 4000, idleMs: 10_000, pollMs: 1000, pageRecords: 500, graceMs: 60_000 };

interface OpenFold {
  readonly fold: Fold;
  /** What its documents and its memory reflect. */
  seq: number;
}

/**
 * Makes one fold of one workspace, in one process at a time: a page of the log, then the checkpoint, then the next page.
 * A generation that is to take the place of the one that is read is made between the pages of that one.
 */
export class FoldRunner implements Closeable {
  readonly #closing = new AbortController();
  readonly #tuning;
  readonly #running: Promise<void>;
  readonly #open = new Map<number, OpenFold>();
  readonly #ends = new Map<number, number>();
  /** When each generation was first found retired. */
  readonly #retiredAtMs = new Map<number, number>();
  readonly #alarm = new Alarm();
  #holder = 0;
  #lease: KeptLease | undefined;
  #neededAtMs = performance.now();
  #isEnded = false;
  /** In a row, without a page in between. */
  #failures = 0;

  constructor(
    private readonly workspaceId: Id,
    private readonly projection: Projection,
    private readonly parts: FoldRunnerParts,
  ) {
    this.#tuning = { ...defaults, ...parts.tuning };
    this.#running = inBackground(() => this.#run());
  }

  /** Resolves when it is closed or has ended by itself: for a while there was nothing to do and nobody wanted it. */
  get ended(): Promise<void> {
    return this.#running;
  }

  /** Somebody reads what it makes. False where it has ended. */
  want(): boolean {
    this.#neededAtMs = performance.now();
    return !this.#isEnded;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#alarm.ring();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { logger, unscoped, holder } = this.parts;
    const { name } = this.projection;
    let stop = (): void => {};
    while (!this.#closing.signal.aborted) {
      try {
        const feed = await this.parts.log.feeds.open(this.workspaceId);
        stop();
        stop = feed.watch(() => this.#alarm.ring());
        this.#alarm.set();
        if (await this.#hasWork(feed)) {
          this.#neededAtMs = performance.now();
          const lease = await KeptLease.take(
            unscoped,
            `fold:${this.workspaceId}:${name}`,
            holder,
            this.#tuning.leaseMs,
          );
          if (lease) await this.#holding(lease, feed);
          else await sleep(this.#tuning.pollMs, this.#closing.signal);
        } else if (performance.now() - this.#neededAtMs > this.#tuning.idleMs) break;
        else await this.#alarm.rest(this.#tuning.pollMs);
        this.#failures = 0;
      } catch (error) {
        this.#failures += 1;
        logger.warn({ err: error, workspaceId: this.workspaceId, fold: name }, 'fold: cannot go on, trying again');
        await sleep(Math.min(5000, 50 * 2 ** this.#failures), this.#closing.signal);
      }
    }
    this.#isEnded = true;
    stop();
  }

  async #holding(lease: KeptLease, feed: LogFeed): Promise<void> {
    this.#lease = lease;
    try {
      this.#holder = await this.parts.states.hold(this.workspaceId, this.projection.name);
      await underAny([lease.lost, this.#closing.signal], (ended) => this.#work(feed, ended));
    } finally {
      this.#open.clear();
      await lease.release();
    }
  }

  /** Goes on until the lease is lost or there has been nothing to do for a while. */
  async #work(feed: LogFeed, ended: AbortSignal): Promise<void> {
    let idleSinceMs: number | undefined;
    while (!ended.aborted) {
      if (await this.#step(feed)) {
        idleSinceMs = undefined;
        continue;
      }
      idleSinceMs ??= performance.now();
      if (performance.now() - idleSinceMs > this.#tuning.idleMs && this.#retiredAtMs.size === 0) return;
      await this.#alarm.rest(this.#tuning.pollMs);
    }
  }

  /** Does the next thing that there is to do. False for nothing. */
  async #step(feed: LogFeed): Promise<boolean> {
    const { name } = this.projection;
    this.#alarm.set();
    const { place } = feed;
    const state = await this.parts.states.ensure(this.workspaceId, name);
    const { serving, building } = state;
    if (mustBegin(state, this.projection.version, place.epoch)) {
      await this.#begin(serving, place.epoch);
      return true;
    }
    const isServed = serving !== undefined && this.#isGood(serving, place.epoch);
    const moved = isServed && (await this.#advance('serving', serving, place.seq));
    if (!building) return (await this.#erase(state)) || moved;
    if (await this.#advance('building', building, place.seq, isServed ? serving : undefined)) return true;
    if (moved || (isServed && building.seq < serving.seq)) return true;
    // Nothing is read until it is whole, and this process may not have seen yet how far the log goes.
    if (!isServed && building.seq < (await this.#endFor(building))) return false;
    if (await this.parts.states.promote(this.workspaceId, name, building))
      this.parts.log.folds.moved(this.workspaceId, name, { ...building, builtThrough: building.seq });
    return true;
  }

  /** Begins a generation. What retention erased already is taken over from the one that is read, if that is of the same kind. */
  async #begin(serving: Generation | undefined, epoch: number): Promise<void> {
    const { version, name, inherit } = this.projection;
    const isSame = inherit !== undefined && serving !== undefined && this.#isGood(serving, epoch);
    const firstSeq = isSame ? await this.#firstSeq() : 1;
    const inherited = firstSeq > 1 ? { generation: serving!.generation, firstSeq } : undefined;
    await this.parts.states.begin(this.workspaceId, name, { version, epoch, ...(inherited && { inherited }) });
  }

  async #firstSeq(): Promise<number> {
    return (await this.parts.log.states.read(this.workspaceId))?.firstSeq ?? 1;
  }

  /** Whether retention erased what a generation has neither read nor taken over, though it might have. */
  async #isPassed({ seq, inherited }: Generation): Promise<boolean> {
    const firstSeq = await this.#firstSeq();
    return firstSeq - 1 > seq && firstSeq > (inherited?.firstSeq ?? 1);
  }

  /** Where the log ended when a generation was first seen here. */
  async #endFor({ generation }: Generation): Promise<number> {
    const end = this.#ends.get(generation) ?? (await this.parts.log.logs.lastSeq(this.workspaceId));
    this.#ends.set(generation, end);
    return end;
  }

  async #hasWork(feed: LogFeed): Promise<boolean> {
    const state = await this.parts.states.ensure(this.workspaceId, this.projection.name);
    return hasWork(state, this.projection.version, feed.place);
  }

  #isGood(one: Generation, epoch: number): boolean {
    return isGood(one, this.projection.version, epoch);
  }

  /** Reads one page and has it folded. False where there is none. */
  async #advance(slot: FoldSlot, from: Generation, through: number, serving?: Generation): Promise<boolean> {
    if (from.seq >= through) return false;
    const { log, states } = this.parts;
    const { pageRecords } = this.#tuning;
    try {
      const { fold } = await this.#foldOf(from);
      const options = { through, native: false };
      const documents = await log.logs.readAfter(this.workspaceId, from.seq, pageRecords, options);
      if (serving && this.projection.inherit && (await this.#isPassed(from))) {
        await this.#begin(serving, from.epoch);
        return this.#forget(from);
      }
      // What retention erased is not there: a short page reaches to the end.
      const seq = documents.length < pageRecords ? through : Number(documents.at(-1)!.seq);
      await fold.apply(documents.map(toRecord), seq);
      const isMoved = await states.advance(this.workspaceId, this.projection.name, slot, from, seq);
      if (!isMoved) return this.#forget(from);
      this.#open.set(from.generation, { fold, seq });
      this.#failures = 0;
      if (slot === 'serving') log.folds.moved(this.workspaceId, this.projection.name, { ...from, seq });
      return true;
    } catch (error) {
      this.#forget(from);
      throw error;
    }
  }

  /** What it holds in memory may be ahead of what is written: it is opened anew. */
  #forget({ generation }: Generation): true {
    this.#open.delete(generation);
    return true;
  }

  async #foldOf({ generation, seq, inherited }: Generation): Promise<OpenFold> {
    const known = this.#open.get(generation);
    if (known?.seq === seq) return known;
    const lease = this.#lease;
    const isHeld = (): boolean => lease?.isHeld ?? false;
    const place = { workspaceId: this.workspaceId, generation, seq, holder: this.#holder, isHeld };
    if (inherited && seq === 0) await this.projection.inherit?.(place, inherited);
    return { fold: await this.projection.open(place), seq };
  }

  async #erase({ retired }: FoldState): Promise<boolean> {
    const nowMs = performance.now();
    for (const generation of retired) {
      if (!this.#retiredAtMs.has(generation)) this.#retiredAtMs.set(generation, nowMs);
      if (nowMs - this.#retiredAtMs.get(generation)! < this.#tuning.graceMs) continue;
      if (await this.projection.erase(this.workspaceId, generation)) return true;
      await this.parts.states.erased(this.workspaceId, this.projection.name, generation);
      this.#retiredAtMs.delete(generation);
      return true;
    }
    return false;
  }
}
