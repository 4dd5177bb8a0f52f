/**
 * Numbers that are missing below one that was seen. A hole is a writer that is slow, or one that died; only time tells,
 * and only a clock that never steps back may measure it.
 */
export class Holes {
  readonly #missingSince = new Map<number, number>();

  constructor(private readonly patienceMs: number) {}

  /**
   * Notes what is missing among the numbers read, and answers those that have been missing for long enough.
   * @param after everything up to this number has been seen.
   * @param seen the numbers read above it, in order.
   */
  abandoned(after: number, seen: readonly number[], nowMs: number): number[] {
    const missing: number[] = [];
    let expected = after + 1;
    for (const seq of seen) {
      // A gap as long as a whole reservation is the most that one look needs to fill.
      for (; expected < seq && missing.length < 1000; expected += 1) missing.push(expected);
      expected = seq + 1;
    }
    const stillMissing = new Set(missing);
    for (const seq of this.#missingSince.keys()) if (!stillMissing.has(seq)) this.#missingSince.delete(seq);
    for (const seq of missing) if (!this.#missingSince.has(seq)) this.#missingSince.set(seq, nowMs);
    return missing.filter((seq) => nowMs - this.#missingSince.get(seq)! >= this.patienceMs);
  }

  /** Whether something is missing that may still appear by itself. */
  waiting(nowMs: number): boolean {
    const oldest = this.#missingSince.values().next().value;
    return oldest !== undefined && nowMs - oldest < this.patienceMs;
  }
}

/** How many of the numbers read follow on `after` without a gap. */
export function contiguous(after: number, seqs: readonly number[]): number {
  let count = 0;
  while (count < seqs.length && seqs[count] === after + count + 1) count += 1;
  return count;
}
