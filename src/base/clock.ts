/** Time as the gateway sees it. Injected wherever time decides something, so that tests can move it. */
export interface Clock {
  /** Wall time, for what people read. May step in either direction. */
  now(): Date;
  /** Milliseconds that only grow, for measuring how long something took. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
