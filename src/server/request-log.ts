import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { nanoid } from 'nanoid';
import type { OperationClass, ServerMetrics } from './metrics.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request asked for, once its document is known. */
    operation: { name?: string; kind: OperationClass } | null;
    /** Whether it is answered for as long as somebody follows: its door counts it when that begins. */
    isStream: boolean;
  }
}

const saneId = /^[A-Za-z0-9_-]{8,64}$/;

/** The caller's `x-request-id` where it is harmless in a log, else one of ours. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && saneId.test(given) ? given : nanoid();
}

/** One line and one count for each request, and its id in the answer. Never a query string, variable or header. */
export function logRequests(app: FastifyInstance, metrics: ServerMetrics): void {
  app.decorateRequest('operation', null);
  app.decorateRequest('isStream', false);
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    done();
    if (request.isStream) return;
    const route = request.routeOptions.url ?? 'unknown';
    const status = reply.statusCode;
    request.log.info(
      {
        method: request.method,
        path: request.url.split('?', 1)[0],
        status,
        durationMs: Math.round(reply.elapsedTime),
        operationName: request.operation?.name,
      },
      'request',
    );
    const operation = request.operation?.kind ?? 'none';
    metrics.requestEnded({ route, operation, status, seconds: reply.elapsedTime / 1000 });
  });
}
