import { STATUS_CODES } from 'node:http';
import type { CodedError } from '../../base/errors.js';

/** Thrive's error body (docs.thrivelearning.com, errors-error-handling). */
export interface ThriveErrorBody {
  readonly status: number;
  /** The HTTP status in words. */
  readonly error: string;
  readonly message: string;
}

export const toErrorBody = ({ httpStatus: status, message }: CodedError): ThriveErrorBody => ({
  status,
  error: STATUS_CODES[status] ?? 'Error',
  message,
});
