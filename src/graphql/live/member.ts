/** One subscription, as its cohort sees it. */
export interface Member {
  /** Whether it gets results from the cohort, rather than reading the log for itself. */
  isJoined: boolean;
  /** Gets a result, unless it had it before. One that cannot take it now leaves. */
  take(seq: number, text: string): void;
  /** Goes on by reading the log, soon. */
  stepOut(): void;
  end(error: unknown): void;
}
