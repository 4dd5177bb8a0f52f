/** Numbers of the log that a follower may be behind before less is written. */
const mostBehind = 1000;
const lookEveryMs = 200;

/**
 * Less is written while followers are far behind, so that a machine that is too slow for what is written ends with a
 * verdict all the same. What breaks meanwhile breaks as before.
 */
export class Pace {
  #isSlow = false;
  #furthest = 0;
  #looks = 0;
  #slowLooks = 0;
  readonly #timer: NodeJS.Timeout;

  /** @param behind how far the last follower is. @param onChange told when less is to be written, and when no more. */
  constructor(
    private readonly behind: () => number,
    private readonly onChange: (isSlow: boolean) => void,
  ) {
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
  }

  /** How far the last follower ever was, in numbers of the log. */
  get furthest(): number {
    return this.#furthest;
  }

  /** The part of the time in which less was written, from 0 to 1. */
  get slowPart(): number {
    return this.#slowLooks / Math.max(1, this.#looks);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const behind = this.behind();
    this.#furthest = Math.max(this.#furthest, behind);
    this.#looks += 1;
    if (this.#isSlow) this.#slowLooks += 1;
    const isSlow = behind > (this.#isSlow ? mostBehind / 2 : mostBehind);
    if (isSlow === this.#isSlow) return;
    this.#isSlow = isSlow;
    this.onChange(isSlow);
  }
}

/** How many times longer a writer waits between two writes while less is to be written. */
export const slowFactor = 20;
