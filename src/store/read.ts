import { readError } from './store-errors.js';

/** How long the server may work on one read before it gives up. */
export const defaultMaxTimeMs = 5000;

/** @throws CodedError QUERY_TOO_SLOW or SERVICE_UNAVAILABLE in place of the driver's own error for these. */
export async function read<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw readError(error);
  }
}
