import { CodedError } from './errors.js';
import type { Logger } from './logger.js';

/** A request that HTTP has a status of its own for. */
export class RequestFault extends CodedError {
  constructor(
    readonly status: number,
    message: string,
    field?: string,
  ) {
    super('BAD_USER_INPUT', message, field);
  }

  override get httpStatus(): number {
    return this.status;
  }
}

/** What is known of a request that failed. */
export interface FailedRequest {
  readonly id: string;
  readonly routeOptions: {
    /** In bytes. */
    readonly bodyLimit?: number;
  };
}

/**
 * Logs what a caller is not told of an error: all of one that nobody foresaw, and what another came from.
 * @param told what `publicError` made of it.
 */
export function noteFailure(told: CodedError, { id, log }: { readonly id: string; readonly log: NotingLog }): void {
  const { code, cause } = told;
  if (code === 'INTERNAL_SERVER_ERROR') log.error({ requestId: id, err: cause }, 'unexpected error');
  else if (cause !== undefined) log.warn({ requestId: id, err: told, cause }, code);
}

type NotingLog = Pick<Logger, 'error' | 'warn'>;

const notJson = ['FST_ERR_CTP_INVALID_JSON_BODY', 'FST_ERR_CTP_EMPTY_JSON_BODY'];

/**
 * What a caller may know of an error: one of ours, or what Fastify found wrong with the request before it came to us, by
 * the codes that it documents (https://fastify.dev/docs/latest/Reference/Errors/). Of any other one nothing but the
 * request's id; that one is its `cause`.
 */
export function publicError(error: unknown, { id, routeOptions }: FailedRequest): CodedError {
  if (error instanceof CodedError && error.code !== 'INTERNAL_SERVER_ERROR') return error;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const maxMb = (routeOptions.bodyLimit ?? 0) / 1024 / 1024;
    return new CodedError('TOO_LARGE', `The body is larger than ${maxMb} MB`, 'body');
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new RequestFault(415, 'The content type must be application/json', 'content-type');
  }
  if (code === 'FST_ERR_BAD_URL') return new RequestFault(400, 'The path is not well-formed', 'path');
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    const isNotJson = error instanceof SyntaxError || notJson.includes(String(code));
    return isNotJson
      ? new RequestFault(statusCode, 'The body is not JSON', 'body')
      : new RequestFault(statusCode, 'The request is malformed');
  }
  const message = `Something went wrong on our side; request id ${id}`;
  return new CodedError('INTERNAL_SERVER_ERROR', message, undefined, { cause: error });
}
