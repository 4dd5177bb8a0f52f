import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { Config } from '../base/config.js';
import type { Logger } from '../base/logger.js';
import { registerCompression } from './compression.js';
import { registerCors } from './cross-site.js';
import { answerErrors, sendError } from './error-answer.js';
import { guardHost } from './host-guard.js';
import type { ServerMetrics } from './metrics.js';
import { logRequests, requestIdOf } from './request-log.js';
import { traceRequests } from './tracing.js';

/** One request's body, at most. */
const maxBodyBytes = 16 * 1024 * 1024;

export interface AppParts {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: ServerMetrics;
}

/** A listener without doors: what is done for every request, whatever it asks for. */
export async function createApp({ config, logger, metrics }: AppParts): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    loggerInstance: logger as FastifyInstance['log'],
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    requestIdHeader: false,
    bodyLimit: maxBodyBytes,
    // Keys of callers' JSON are data: they are never merged into an object that we use.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500 },
    // What fails before any route or hook: a path that cannot be decoded.
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id);
      return sendError(error, request, reply);
    },
  });
  answerErrors(app);
  // What callers wrote comes back as data: no browser is to take it for a page or a script.
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff');
    done();
  });
  logRequests(app, metrics);
  traceRequests(app);
  guardHost(app, config);
  await registerCors(app, config.ALLOWED_ORIGINS);
  await registerCompression(app);
  dropConnectionsOnClose(app);
  return app;
}

/**
 * A connection that is being answered on when closing begins would otherwise be kept alive by its client, and hold us. One
 * on which nothing was asked yet, as browsers open them ahead of need, would hold us until its headers are overdue.
 */
function dropConnectionsOnClose(app: FastifyInstance): void {
  let closing = false;
  const silent = new Set<Socket>();
  function forget(this: Socket): void {
    if (silent.delete(this)) this.off('close', forget);
  }
  app.server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.on('close', forget);
  });
  for (const event of ['request', 'upgrade']) {
    app.server.on(event, ({ socket }: IncomingMessage) => forget.call(socket));
  }
  app.addHook('preClose', async () => {
    closing = true;
    for (const socket of silent) socket.destroy();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
}
