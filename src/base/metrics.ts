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
