import { sleep } from '../../src/base/lifecycle.js';

/** The same again until there is an answer: the engine may have died a moment ago. */
export async function insist<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await sleep(100);
    }
  }
}
