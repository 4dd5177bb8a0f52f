import type { UpstreamFaultKind } from '../model/source.js';

/** Why a source could not be read or written. Its message is for people and holds nothing that the source sent. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';

  /** @param kind decides whether it is tried again. */
  constructor(
    readonly kind: UpstreamFaultKind,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterMs?: number; readonly status?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status;
  }

  /** How long the source asks to be left alone. */
  readonly retryAfterMs: number | undefined;
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;
}

export const malformed = (message: string, cause?: unknown): UpstreamError =>
  new UpstreamError('MALFORMED', message, { cause });
