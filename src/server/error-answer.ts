import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CodedError } from '../base/errors.js';
import { codedExtensions } from '../graphql/errors.js';

/** Every door's errors leave in GraphQL's shape, unless the door has a shape of its own. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendError(new CodedError('NOT_FOUND', `There is nothing at ${request.method} of this path`), request, reply),
  );
}

/** A request that HTTP has a status of its own for. */
export class RequestFault extends CodedError {
  constructor(
    readonly status: 405 | 406,
    message: string,
    field: string,
  ) {
    super('BAD_USER_INPUT', message, field);
  }

  override get httpStatus(): number {
    return this.status;
  }
}

export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, coded } = publicError(error, request);
  if (coded.code === 'INTERNAL_SERVER_ERROR')
    request.log.error({ requestId: request.id, err: error }, 'unexpected error');
  else if (coded.cause !== undefined)
    request.log.warn({ requestId: request.id, err: coded, cause: coded.cause }, coded.code);
  if (coded.retryAfterSeconds !== undefined) reply.header('retry-after', coded.retryAfterSeconds);
  if (coded.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer, Basic');
  const message =
    coded.code === 'INTERNAL_SERVER_ERROR'
      ? `Something went wrong on our side; request id ${request.id}`
      : coded.message;
  const extensions = { ...codedExtensions(coded), requestId: request.id };
  return reply
    .code(status)
    .type(mediaType(request))
    .send(JSON.stringify({ errors: [{ message, extensions }] }));
}

const mediaType = (request: FastifyRequest): string =>
  `${request.headers.accept?.includes('application/graphql-response+json') ? 'application/graphql-response+json' : 'application/json'}; charset=utf-8`;

/** What a caller may know of an error: one of ours, or what Fastify found wrong with the request. */
function publicError(error: unknown, request: FastifyRequest): { status: number; coded: CodedError } {
  if (error instanceof CodedError) return { status: error.httpStatus, coded: error };
  const { code, statusCode } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const maxMb = (request.routeOptions.bodyLimit ?? 0) / 1024 / 1024;
    return { status: 413, coded: new CodedError('TOO_LARGE', `The body is larger than ${maxMb} MB`, 'body') };
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return {
      status: 415,
      coded: new CodedError('BAD_USER_INPUT', 'The content type must be application/json', 'content-type'),
    };
  }
  if (code === 'FST_ERR_BAD_URL') {
    return { status: 400, coded: new CodedError('BAD_USER_INPUT', 'The path is not well-formed', 'path') };
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, coded: new CodedError('BAD_USER_INPUT', 'The body is not JSON', 'body') };
  }
  return { status: 500, coded: new CodedError('INTERNAL_SERVER_ERROR', 'Something went wrong on our side') };
}
