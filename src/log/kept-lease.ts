import { sleep } from '../base/lifecycle.js';
import type { Lease, UnscopedStore } from '../store/unscoped.js';

/** A lease that is kept for as long as the store answers. Whoever holds it works until `lost` aborts. */
export class KeptLease {
  readonly #ended = new AbortController();
  readonly #lost = new AbortController();
  #lease: Lease;
  #keeping: Promise<void>;
  #deadline: NodeJS.Timeout | undefined;
  #untilMs = 0;

  private constructor(
    private readonly store: UnscopedStore,
    lease: Lease,
    private readonly ttlMs: number,
    takenAtMs: number,
  ) {
    this.#lease = lease;
    this.#extend(takenAtMs);
    this.#keeping = this.#keep();
  }

  /** Undefined while somebody else has it. */
  static async take(store: UnscopedStore, name: string, holder: string, ttlMs: number): Promise<KeptLease | undefined> {
    const startedMs = performance.now();
    const lease = await store.acquireLease(name, holder, ttlMs, new Date());
    return lease && new KeptLease(store, lease, ttlMs, startedMs);
  }

  /** Grows with every holder: what is done under different numbers never has the same key. */
  get fence(): number {
    return this.#lease.fence;
  }

  /** Whether nobody else can have it. By the clock: of a process that was stopped, it is true before any timer tells. */
  get isHeld(): boolean {
    return !this.#lost.signal.aborted && performance.now() < this.#untilMs;
  }

  /** Aborts when somebody else may have it. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Gives it up at once, where the store can be told. */
  async release(): Promise<void> {
    this.#ended.abort();
    clearTimeout(this.#deadline);
    await this.#keeping;
    if (!this.#lost.signal.aborted) await this.store.releaseLease(this.#lease).catch(() => {});
  }

  async #keep(): Promise<void> {
    const ended = AbortSignal.any([this.#ended.signal, this.#lost.signal]);
    while (!ended.aborted) {
      await sleep(this.ttlMs / 3, ended);
      if (ended.aborted) return;
      const startedMs = performance.now();
      try {
        const renewed = await this.store.renewLease(this.#lease, this.ttlMs, new Date());
        if (!renewed) return this.#lost.abort();
        this.#lease = renewed;
        this.#extend(startedMs);
      } catch {
        // The store does not answer. Until the deadline nobody else can have it, so there is time for another try.
      }
    }
  }

  /** Counted from before the store was asked, so that this process never believes in it for longer than the store. */
  #extend(startedMs: number): void {
    clearTimeout(this.#deadline);
    if (this.#ended.signal.aborted) return;
    this.#untilMs = startedMs + this.ttlMs;
    this.#deadline = setTimeout(() => this.#lost.abort(), this.#untilMs - performance.now());
  }
}
