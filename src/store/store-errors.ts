import { MongoBulkWriteError, MongoError, MongoServerError, MongoWriteConcernError } from 'mongodb';
import { CodedError, unavailable } from '../base/errors.js';
import { NoAnswer } from '../base/lifecycle.js';

const maxTimeExpired = 50;
/** Grouping held more than the server may hold in memory for one query. */
const memoryExceeded = 292;
const interruptedCodes = new Set([11600, 11601, 11602, 91, 189, 10107, 13435, 13436, 64, 262, 6, 7, 89, 9001]);

/** Whether the server understood and said no, so that the same call will meet the same answer. */
export const isDefiniteRefusal = (error: unknown): boolean =>
  error instanceof MongoServerError &&
  !(error instanceof MongoBulkWriteError || error instanceof MongoWriteConcernError) &&
  !interruptedCodes.has(Number(error.code)) &&
  !error.hasErrorLabel('RetryableWriteError') &&
  !error.hasErrorLabel('TransientTransactionError');

/** A socket that breaks while it is being written to fails as the system says (EPIPE), not in the driver's words. */
export const isSystemError = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && 'errno' in error;

/** What a caller hears of a failed read: too slow, or the store is away. Other errors are ours and pass as they are. */
export function readError(error: unknown): unknown {
  if (error instanceof MongoServerError && (error.code === maxTimeExpired || error.code === memoryExceeded)) {
    const message = 'The query took too long; narrow the filter, by time or by user';
    return new CodedError('QUERY_TOO_SLOW', message, undefined, { cause: error });
  }
  if (error instanceof NoAnswer || isSystemError(error) || (error instanceof MongoError && !isDefiniteRefusal(error)))
    return unavailable(error);
  return error;
}

/** Whether something failed because the store was away or overtaxed, so that the same may succeed later. */
export function isStoreFault(error: unknown): boolean {
  const known = readError(error);
  return known instanceof CodedError && (known.code === 'SERVICE_UNAVAILABLE' || known.code === 'QUERY_TOO_SLOW');
}
