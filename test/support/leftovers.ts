import { type Closeable, sleep } from '../../src/base/lifecycle.js';

const open = new Map<Closeable, string>();

/** Remembers what a test opened, until it is closed. */
export function mustBeClosed<T extends Closeable>(part: T, name: string): T {
  open.set(part, name);
  return part;
}

export const wasClosed = (part: Closeable): void => void open.delete(part);

const closers: (() => Promise<unknown>)[] = [];

/** Done when the test file is, last asked for first. Wherever it is asked for: a hook that a test adds never runs. */
export const atFileEnd = (close: () => Promise<unknown>): void => void closers.push(close);

/** Closes a part when the test file is done. */
export function closedAtEnd<T extends Closeable>(part: T): T {
  atFileEnd(() => part.close());
  return part;
}

/** Connections to the store of this process, and whatever else it has to other processes on this machine. */
const connections = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'PipeWrap').length;
const longestEndMs = 5_000;
let atStart = 0;

/** What is open now is not of the file that begins. */
export function fileBegins(): void {
  atStart = connections();
}

/**
 * Closes what a test file left open, and says what it forgot. Files share a process: whatever goes on polling would do so
 * until the end of the run.
 */
export async function closeLeftovers(): Promise<void> {
  const names = [...open.values()];
  for (const part of [...open.keys()]) await part.close();
  open.clear();
  for (const close of closers.splice(0).reverse()) await close();
  if (names.length > 0) throw new Error(`Left open, closed now: ${names.join(', ')}`);
  const patience = AbortSignal.timeout(longestEndMs);
  while (connections() > atStart && !patience.aborted) await sleep(10);
  const left = connections() - atStart;
  if (left > 0) throw new Error(`Left open: ${left} connections to the store or to other processes`);
}
