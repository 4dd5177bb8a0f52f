import { unavailable } from '../../base/errors.js';
import { sleep, within } from '../../base/lifecycle.js';
import type { Logger } from '../../base/logger.js';
import { isStoreFault } from '../../store/store-errors.js';

const longestPauseMs = 1000;
/** Far above what any read may take. A connection that broke may leave a call of the driver without any answer. */
const answerMs = 20_000;

/**
 * Does something again, with growing pauses, until the store lets it succeed.
 * @throws whatever else it fails with, and the store's own failure once `isOver`.
 */
export async function patiently<T>(work: () => Promise<T>, isOver: () => boolean, logger: Logger): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await answered(work());
    } catch (error) {
      if (!isStoreFault(error) || isOver()) throw error;
      if (failures === 0) logger.warn({ err: error }, 'live: the store cannot answer, trying again');
      await sleep(Math.min(longestPauseMs, 20 * 2 ** failures));
    }
  }
}

const answered = <T>(work: Promise<T>): Promise<T> =>
  within(answerMs, work, (): never => {
    throw unavailable(new Error('No answer from the store'));
  });
