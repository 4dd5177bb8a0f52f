import { AsyncLocalStorage } from 'node:async_hooks';
import { vi } from 'vitest';

const isSimulated = new AsyncLocalStorage<true>();

/**
 * Does something whose timers are vitest's. Whatever else goes on in this process meanwhile, as a driver's heartbeats of
 * files that ran before do, keeps the real ones.
 */
export async function inSimulatedTime<T>(work: () => Promise<T>): Promise<T> {
  const real = { setTimeout, clearTimeout };
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const fake = { setTimeout, clearTimeout };
  const current = () => (isSimulated.getStore() ? fake : real);
  globalThis.setTimeout = Object.assign(
    (...given: Parameters<typeof setTimeout>) => current().setTimeout(...given),
    fake.setTimeout,
  );
  globalThis.clearTimeout = (timer) => current().clearTimeout(timer);
  try {
    return await isSimulated.run(true, work);
  } finally {
    Object.assign(globalThis, fake);
    vi.clearAllTimers();
    vi.useRealTimers();
  }
}
