import { CodedError, type ErrorCode } from '../../base/errors.js';
import type { Scope } from '../../model/scopes.js';

/** PostHog's error body (https://pypi.org/project/drf-exceptions-hog/). */
export interface PosthogErrorBody {
  readonly type: string;
  readonly code: string;
  readonly detail: string;
  /** The parameter or field that is at fault. */
  readonly attr: string | null;
}

const kinds: Readonly<Partial<Record<ErrorCode, readonly [type: string, code: string]>>> = {
  BAD_USER_INPUT: ['validation_error', 'invalid_input'],
  UNAUTHENTICATED: ['authentication_error', 'authentication_failed'],
  FORBIDDEN: ['authentication_error', 'permission_denied'],
  NOT_FOUND: ['invalid_request', 'not_found'],
  CURSOR_UNKNOWN: ['invalid_request', 'not_found'],
  CURSOR_EXPIRED: ['invalid_request', 'not_found'],
  TOO_LARGE: ['invalid_request', 'too_large'],
  TOO_COSTLY: ['invalid_request', 'too_costly'],
  RATE_LIMITED: ['throttled_error', 'throttled'],
};

/** @param hasCredential whether the call showed one: PostHog says which of the two a 401 is for. */
export function toErrorBody({ code, message, field }: CodedError, hasCredential: boolean): PosthogErrorBody {
  const [type, word] = kinds[code] ?? ['server_error', 'error'];
  if (code === 'UNAUTHENTICATED' && !hasCredential) {
    return { type, code: 'not_authenticated', detail: 'Authentication credentials were not provided.', attr: null };
  }
  return { type, code: word, detail: message, attr: code === 'BAD_USER_INPUT' ? (field ?? null) : null };
}

/** @throws CodedError FORBIDDEN in PostHog's words, unless `allowed`. */
export function requireKeyScope(allowed: boolean, scope: Scope): void {
  if (!allowed) throw new CodedError('FORBIDDEN', `API key missing required scope '${scope}'`);
}

/** Django REST framework answers so for a cursor that is none. */
export const invalidCursor = (): CodedError =>
  new CodedError('NOT_FOUND', 'Invalid cursor; list afresh without it', 'cursor');
