import type { Closeable } from '../../src/base/lifecycle.js';

const open = new Map<Closeable, string>();

/** Remembers what a test opened, until it is closed. */
export function mustBeClosed<T extends Closeable>(part: T, name: string): T {
  open.set(part, name);
  return part;
}

export const wasClosed = (part: Closeable): void => void open.delete(part);

/** Closes what a test file forgot to close, and says so. */
export async function closeLeftovers(): Promise<void> {
  const names = [...open.values()];
  for (const part of [...open.keys()]) await part.close();
  open.clear();
  if (names.length > 0) throw new Error(`Left open, closed now: ${names.join(', ')}`);
}
