import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CodedError } from '../base/errors.js';
import { noteFailure, publicError } from '../base/public-error.js';
import { codedExtensions } from '../graphql/errors.js';

/** Every door's errors leave in GraphQL's shape, unless the door has a shape of its own. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendError(new CodedError('NOT_FOUND', `There is nothing at ${request.method} of this path`), request, reply),
  );
}

export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const coded = publicError(error, request);
  if (!hasLeft(error, request)) noteFailure(coded, request);
  if (coded.retryAfterSeconds !== undefined) reply.header('retry-after', coded.retryAfterSeconds);
  if (coded.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer, Basic');
  const extensions = { ...codedExtensions(coded), requestId: request.id };
  return reply
    .code(coded.httpStatus)
    .type(mediaType(request))
    .send(JSON.stringify({ errors: [{ message: coded.message, extensions }] }));
}

/** Who goes away as their answer begins, as a page does that is left, ends the stream that it was to be sent by. */
const hasLeft = (error: unknown, { raw }: FastifyRequest): boolean =>
  raw.socket.destroyed && (error as { code?: unknown }).code === 'ERR_STREAM_PREMATURE_CLOSE';

const mediaType = (request: FastifyRequest): string =>
  `${request.headers.accept?.includes('application/graphql-response+json') ? 'application/graphql-response+json' : 'application/json'}; charset=utf-8`;
