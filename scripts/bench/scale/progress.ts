/** What a long run says on the way, and how it is told to stop. */
export interface Progress {
  /** A line for the person who waits. */
  tell(line: string): void;
  /** @throws Stopped once somebody has interrupted the run: whoever is at work lets go of what it opened. */
  checkStopped(): void;
}

export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** A terminal and the programs in between may each hand on the same signal. */
const sameSignalMs = 2_000;

/** Tells how long it has been running before each line. SIGINT or SIGTERM stops it tidily; once more, at once. */
export function startProgress(): Progress {
  const startedAt = performance.now();
  let stoppedAt: number | undefined;
  const stop = (): void => {
    stoppedAt ??= performance.now();
    if (performance.now() - stoppedAt > sameSignalMs) process.exit(130);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  return {
    tell: (line) => console.error(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${line}`),
    checkStopped: () => {
      if (stoppedAt !== undefined) throw new Stopped('Interrupted');
    },
  };
}
