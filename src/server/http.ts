import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { Config } from '../base/config.js';
import type { Logger } from '../base/logger.js';
import type { Graphql } from '../graphql/apollo.js';
import type { Documents } from '../graphql/documents.js';
import type { KnownOperations } from '../graphql/known-operations.js';
import type { Live } from '../graphql/live/live.js';
import type { Services } from '../graphql/services.js';
import type { SocketOperations } from '../graphql/socket-operations.js';
import { registerCompression } from './compression.js';
import { registerCors } from './cross-site.js';
import { answerErrors, sendError } from './error-answer.js';
import { registerGraphql } from './graphql-door.js';
import { registerHealth } from './health.js';
import { guardHost } from './host-guard.js';
import { registerMetrics, type ServerMetrics } from './metrics.js';
import { logRequests, requestIdOf } from './request-log.js';
import type { Authenticate } from './request-viewer.js';
import { registerSockets } from './socket-door.js';
import type { CredentialCheck } from './sockets/credential-watch.js';
import { OpenConnections } from './sockets/open-connections.js';
import { type SocketLimits, socketLimitsOf } from './sockets/socket-limits.js';
import { registerStreams } from './stream-door.js';
import { traceRequests } from './tracing.js';

/** One request's body, at most. */
export const maxBodyBytes = 16 * 1024 * 1024;

/** Connections that the system holds until they are taken up. Of Node's 511 those of a sudden crowd would be reset. */
export const backlog = 4096;

export interface ServerParts {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: ServerMetrics;
  readonly graphql: Graphql;
  readonly documents: Documents;
  readonly known: KnownOperations;
  readonly services: Services;
  readonly authenticator: Authenticate & CredentialCheck;
  readonly operations: SocketOperations;
  readonly live: Live;
  readonly socketLimits?: Partial<SocketLimits>;
  /** Rejects while the store does not answer. */
  readonly ready: () => Promise<void>;
}

/**
 * The gateway's one listener, not yet listening, so that further doors can be added.
 * Closing it stops accepting, finishes what is being answered and drops idle connections.
 */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { config, logger, metrics, graphql } = parts;
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
  registerHealth(app, parts.ready);
  registerMetrics(app, metrics, config.METRICS_TOKEN);
  await registerGraphql(app, parts);
  const open = new OpenConnections(parts.authenticator, { ...socketLimitsOf(config), ...parts.socketLimits });
  metrics.observeLive(() => ({ ...parts.live.counts(), ...open.counts() }));
  registerSockets(app, { ...parts, open });
  await registerStreams(app, { ...parts, open });
  app.addHook('preClose', () => open.close());
  dropConnectionsOnClose(app);
  app.addHook('onClose', () => graphql.stop());
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
