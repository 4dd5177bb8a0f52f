import { malformed, UpstreamError } from './upstream-error.js';

/** What a status that is no success means, and with it whether to try again. */
export function faultOfStatus(status: number, retryAfter: string | undefined): UpstreamError {
  const retryAfterMs = retryAfterOf(retryAfter);
  const about = { status, retryAfterMs };
  if (status === 429) return new UpstreamError('RATE_LIMITED', 'The source asks for patience (429)', about);
  if (status === 503 && retryAfterMs !== undefined) {
    return new UpstreamError('RATE_LIMITED', 'The source is closed for a while (503)', about);
  }
  if (status === 401) return new UpstreamError('REFUSED', 'The source does not accept the credential (401)', about);
  if (status === 403) return new UpstreamError('REFUSED', 'The source forbids this to the credential (403)', about);
  if (status === 404) return new UpstreamError('REFUSED', 'There is no such thing at the source (404)', about);
  if (status === 408 || status === 425 || status >= 500) {
    return new UpstreamError('UNREACHABLE', `The source has a fault of its own (${status})`, about);
  }
  if (status >= 400) return new UpstreamError('REFUSED', `The source refuses what was asked (${status})`, about);
  return malformed(`The source answered ${status}, which is no answer to this`);
}

const longestWaitMs = 24 * 3600 * 1000;

/** Milliseconds from `Retry-After`, which is seconds or a date. */
function retryAfterOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestWaitMs) : undefined;
}

/** What a call that never got a whole answer comes to. */
export function faultOfFailure(error: unknown): unknown {
  const known = upstreamErrorIn(error);
  if (known) return known;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return malformed("The source's answer is too large", error);
  // A header or path that no call can carry: it will not be better next time.
  if (code === 'UND_ERR_INVALID_ARG')
    return new UpstreamError('REFUSED', 'The call to the source cannot be made', { cause: error });
  if (/^(Z_|ERR__?BROTLI|ERR_BROTLI|BROTLI_)/.test(code)) {
    return malformed("The source's answer cannot be decompressed", error);
  }
  const reason =
    failures[code] ?? (/^(UND_ERR|E[A-Z]|HPE_|ERR_)/.test(code) ? 'The call to the source broke off' : undefined);
  return reason === undefined ? error : new UpstreamError('UNREACHABLE', reason, { cause: error });
}

const failures: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nobody answers at the source',
  ENOTFOUND: "The source's name is not known",
  EAI_AGAIN: "The source's name cannot be looked up now",
  UND_ERR_CONNECT_TIMEOUT: 'The source cannot be reached',
  UND_ERR_HEADERS_TIMEOUT: 'The source takes too long to answer',
  UND_ERR_BODY_TIMEOUT: "The source's answer breaks off",
};

/** Ours may lie inside the client's own. */
function upstreamErrorIn(error: unknown): UpstreamError | undefined {
  if (error instanceof UpstreamError) return error;
  return error instanceof Error && error.cause !== undefined ? upstreamErrorIn(error.cause) : undefined;
}
