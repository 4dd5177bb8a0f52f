export interface Second {
  live: number;
  late: number;
  /** Milliseconds from recording to here, of what was told as it happened. */
  readonly delays: number[];
}

export const secondsShown = 60;

/** What arrived in each of the last seconds. */
export class Rates {
  readonly #seconds = new Map<number, Second>();

  /** @param delayMs undefined for what comes late because the connection was cut. */
  note(nowMs: number, delayMs: number | undefined): void {
    const at = Math.floor(nowMs / 1000);
    const second = this.#seconds.get(at) ?? { live: 0, late: 0, delays: [] };
    this.#seconds.set(at, second);
    if (delayMs === undefined) {
      second.late += 1;
      return;
    }
    second.live += 1;
    second.delays.push(delayMs);
  }

  /** The last seconds, the present one last. */
  last(nowMs: number): Second[] {
    const now = Math.floor(nowMs / 1000);
    for (const at of this.#seconds.keys()) if (at <= now - secondsShown) this.#seconds.delete(at);
    return Array.from({ length: secondsShown }, (_, index) => {
      return this.#seconds.get(now - secondsShown + 1 + index) ?? { live: 0, late: 0, delays: [] };
    });
  }
}

export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
