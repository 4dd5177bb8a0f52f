import { CodedError, type ErrorCode } from '../../base/errors.js';

/** AWorld's codes, of those that we have a use for. */
export type AWorldErrorCode =
  | 'auth/invalid_token'
  | 'auth/insufficient_permissions'
  | 'validation/invalid_input'
  | 'resource/not_found'
  | 'resource/already_exists'
  | 'resource/conflict'
  | 'rate_limit/exceeded'
  | 'server/database_error'
  | 'server/internal_error';

/** The newer one of the two error bodies that AWorld documents. `docs` is left out: it would have to be a page of ours. */
export interface AWorldErrorBody {
  readonly code: AWorldErrorCode;
  readonly message: string;
  readonly status: number;
  readonly requestId: string;
  readonly timestamp: string;
  readonly path: string;
  readonly url: string;
}

const codes: Readonly<Record<ErrorCode, AWorldErrorCode>> = {
  BAD_USER_INPUT: 'validation/invalid_input',
  UNAUTHENTICATED: 'auth/invalid_token',
  FORBIDDEN: 'auth/insufficient_permissions',
  NOT_FOUND: 'resource/not_found',
  CONFLICT: 'resource/conflict',
  CURSOR_UNKNOWN: 'validation/invalid_input',
  CURSOR_EXPIRED: 'validation/invalid_input',
  TOO_LARGE: 'validation/invalid_input',
  TOO_COSTLY: 'validation/invalid_input',
  QUERY_TOO_SLOW: 'server/database_error',
  PERSISTED_QUERY_NOT_FOUND: 'resource/not_found',
  UNTRUSTED_DOCUMENT: 'auth/insufficient_permissions',
  RATE_LIMITED: 'rate_limit/exceeded',
  SERVICE_UNAVAILABLE: 'server/database_error',
  INTERNAL_SERVER_ERROR: 'server/internal_error',
};

/** AWorld's own rule: a log's id is used once, whatever the second log says. */
export const idTaken = (): CodedError => new CodedError('CONFLICT', 'Activity Log ID already exists', 'activityLogId');

/** What the error body tells of the request. */
export interface RequestFacts {
  readonly id: string;
  readonly path: string;
  readonly origin: string;
}

export function toErrorBody(error: CodedError, request: RequestFacts, now: Date): AWorldErrorBody {
  const taken = error.code === 'CONFLICT' && error.field === 'activityLogId';
  return {
    code: taken ? 'resource/already_exists' : codes[error.code],
    message: error.message,
    status: error.httpStatus,
    requestId: request.id,
    timestamp: now.toISOString(),
    path: request.path,
    url: `${request.origin}${request.path}`,
  };
}
