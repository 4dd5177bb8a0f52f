import type { CodedError } from '../../base/errors.js';

/** TikMatrix's envelope: `code` is 0 for success. */
export interface Envelope<T> {
  readonly code: number;
  readonly message: string;
  readonly data: T;
}

export const success = <T>(data: T): Envelope<T> => ({ code: 0, message: 'success', data });

/**
 * TikMatrix documents 40001 (bad request), 40401 (not found) and 50001 (internal error): the HTTP status and 01. The others
 * follow the same rule, but for 403: its 40301 says that the caller's licence has no API.
 */
export function toEnvelope(error: CodedError): Envelope<null> {
  const code = error.code === 'FORBIDDEN' ? 40302 : error.httpStatus * 100 + 1;
  return { code, message: error.message, data: null };
}
