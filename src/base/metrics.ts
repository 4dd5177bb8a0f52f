/** What the log reports of itself. Implemented by whoever serves `/metrics`; no workspace is ever named. */
export interface LogMetrics {
  /** Records acknowledged, by one write of a group. */
  appended(count: number): void;
  /** Numbers that a reader filled with a void. */
  holesFilled(count: number): void;
  /** How long the oldest record of a page had been recorded when it was delivered, in milliseconds. */
  feedLag(ms: number): void;
}

export const noLogMetrics: LogMetrics = { appended: () => {}, holesFilled: () => {}, feedLag: () => {} };

/** How many follow logs, told when somebody asks. */
export interface LiveCounts {
  /** Groups of subscriptions that share their executions. */
  readonly cohorts: number;
  readonly members: number;
  readonly largestCohort: number;
  /** Executions since the start. */
  readonly executions: number;
  /** Pages of the log read since the start for those who catch up. */
  readonly pagesRead: number;
}

/** What is open to tell subscriptions by, told when somebody asks. */
export interface ConnectionCounts {
  readonly sockets: number;
  readonly streams: number;
  /** What peers have not taken yet. */
  readonly unsentBytes: number;
  /** Those whose credential cannot be checked now. */
  readonly unchecked: number;
}
