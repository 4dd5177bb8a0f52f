import { context } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { beginSpan, callersContext, endSpan, type Traced } from '../base/tracing.js';

/**
 * A span for each request (https://opentelemetry.io/docs/specs/semconv/http/http-spans/), of which what is done for it is
 * part. It says nothing of what was asked for but the route, and the operation's kind and name.
 */
export function traceRequests(app: FastifyInstance): void {
  const traced = new WeakMap<FastifyRequest, Traced>();
  const within = (request: FastifyRequest, done: () => void): void => {
    const known = traced.get(request);
    if (known) context.with(known.context, done);
    else done();
  };
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, headers, routeOptions } = request;
    const route = routeOptions.url ?? 'unknown';
    const attributes = { 'http.request.method': method, 'http.route': route, 'request.id': request.id };
    const begun = beginSpan(`${method} ${route}`, { kind: 'SERVER', attributes, parent: callersContext(headers) });
    if (begun) traced.set(request, begun);
    within(request, done);
  });
  // Reading a body leaves the context that it began in.
  app.addHook('preHandler', (request, _reply, done) => within(request, done));
  app.addHook('onResponse', async (request, reply) => {
    const known = traced.get(request);
    if (!known) return;
    const { operation } = request;
    known.span.setAttributes({
      'http.response.status_code': reply.statusCode,
      ...(operation && { 'graphql.operation.type': operation.kind }),
      ...(operation?.name !== undefined && { 'graphql.operation.name': operation.name }),
    });
    endSpan(known, reply.statusCode >= 500 ? reply.statusCode : undefined);
  });
}
