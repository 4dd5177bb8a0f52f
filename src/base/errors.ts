/** How a caller should take an error: send the same again later, or change something first. */
export type RetryAdvice = 'never' | 'later' | 'afresh';

interface CatalogueEntry {
  readonly httpStatus: number;
  readonly retry: RetryAdvice;
  readonly meaning: string;
}

/** Every code that leaves the gateway in `extensions.code`. The README lists the same; a test holds the two together. */
export const errorCatalogue = {
  BAD_USER_INPUT: { httpStatus: 400, retry: 'never', meaning: 'A value is malformed; `extensions.field` names it.' },
  UNAUTHENTICATED: { httpStatus: 401, retry: 'never', meaning: 'No credential, or one that is wrong or expired.' },
  FORBIDDEN: { httpStatus: 403, retry: 'never', meaning: 'The credential is valid but lacks the scope.' },
  NOT_FOUND: { httpStatus: 404, retry: 'never', meaning: 'What is named does not exist in this workspace.' },
  CONFLICT: {
    httpStatus: 409,
    retry: 'never',
    meaning: 'The key or name is taken by something with other content.',
  },
  CURSOR_UNKNOWN: {
    httpStatus: 400,
    retry: 'afresh',
    meaning: 'The cursor is of another workspace, list or epoch of the log, or above its end.',
  },
  CURSOR_EXPIRED: {
    httpStatus: 410,
    retry: 'afresh',
    meaning: 'The cursor points below what retention kept.',
  },
  TOO_LARGE: { httpStatus: 413, retry: 'never', meaning: 'A body, batch, entry or nesting is above its limit.' },
  TOO_COSTLY: { httpStatus: 400, retry: 'never', meaning: 'The operation asks for more than one request may.' },
  QUERY_TOO_SLOW: {
    httpStatus: 503,
    retry: 'never',
    meaning: 'It took longer than it may; narrow the filter.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    // As Apollo answers it: its clients take it for a part of a conversation.
    httpStatus: 200,
    retry: 'never',
    meaning: 'No document is known by this hash here; send it with its text.',
  },
  UNTRUSTED_DOCUMENT: {
    httpStatus: 403,
    retry: 'never',
    meaning: 'Only documents that were made known beforehand are taken (`TRUSTED_DOCUMENTS`).',
  },
  RATE_LIMITED: { httpStatus: 429, retry: 'later', meaning: 'Too many requests; wait for `Retry-After`.' },
  SERVICE_UNAVAILABLE: {
    httpStatus: 503,
    retry: 'later',
    meaning: 'The store cannot answer now, or what is made from the log is not yet there.',
  },
  INTERNAL_SERVER_ERROR: {
    httpStatus: 500,
    retry: 'later',
    meaning: 'Our fault. The answer carries a request id under which the whole error is logged.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** An error that a caller may see: its message is written for the caller and shows no internals. */
export class CodedError extends Error {
  override readonly name = 'CodedError';

  /** @param field the argument or input field that is at fault, as the caller wrote it, e.g. `input.occurredAt`. */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly field?: string,
    options?: { cause?: unknown; retryAfterSeconds?: number },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }

  readonly retryAfterSeconds: number | undefined;

  get httpStatus(): number {
    return errorCatalogue[this.code].httpStatus;
  }
}

export const badInput = (field: string, message: string): CodedError =>
  new CodedError('BAD_USER_INPUT', message, field);
export const notFound = (what: string, field?: string): CodedError =>
  new CodedError('NOT_FOUND', `${what} does not exist`, field);
export const tooLarge = (field: string, message: string): CodedError => new CodedError('TOO_LARGE', message, field);
export const unavailable = (cause?: unknown): CodedError =>
  new CodedError('SERVICE_UNAVAILABLE', 'The store cannot answer now; try again in a moment', undefined, {
    cause,
    retryAfterSeconds: 1,
  });
