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

/** Tells how long it has been running before each line. The first SIGINT or SIGTERM stops it tidily. */
export function startProgress(): Progress {
  const startedAt = performance.now();
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  return {
    tell: (line) => console.error(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${line}`),
    checkStopped: () => {
      if (isStopped) throw new Stopped('Interrupted');
    },
  };
}
