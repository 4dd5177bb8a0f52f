import type { KeptResult } from './kept-results.js';

/** One subscription, as its cohort sees it. */
export interface Member {
  /** Whether it gets results from the cohort, rather than reading the log for itself. */
  isJoined: boolean;
  /** Gets results in order, but for those that it had before. One that cannot take more now steps out. */
  take(results: readonly KeptResult[]): void;
  /** Goes on by reading the log, soon. */
  stepOut(): void;
  end(error: unknown): void;
}
