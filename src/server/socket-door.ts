import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { Authenticate } from '../auth/authenticate.js';
import type { Config } from '../base/config.js';
import type { Logger } from '../base/logger.js';
import type { Live } from '../graphql/live/live.js';
import type { Operations } from '../graphql/operations.js';
import type { OpenConnections } from './connections/open-connections.js';
import { isOriginAllowed } from './cross-site.js';
import { isHostAllowed } from './host-guard.js';
import type { ServerMetrics } from './metrics.js';
import { SocketConnection } from './sockets/socket-connection.js';
import { socketProtocol } from './sockets/socket-protocol.js';

export interface SocketDoor {
  readonly config: Pick<Config, 'NODE_ENV' | 'ALLOWED_ORIGINS' | 'HOST' | 'ALLOWED_HOSTS' | 'demoMode'>;
  readonly authenticator: Authenticate;
  readonly operations: Operations;
  readonly live: Live;
  readonly logger: Logger;
  readonly metrics: ServerMetrics;
  readonly open: OpenConnections;
}

/** `ws://…/graphql` in the protocol `graphql-transport-ws`. */
export function registerSockets(app: FastifyInstance, door: SocketDoor): void {
  const { open } = door;
  const protocol = socketProtocol(door);
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: (protocols) => handleProtocols(protocols),
    maxPayload: open.limits.messageBytes,
    perMessageDeflate: false,
    clientTracking: false,
  });
  const noteFailure = (error: Error): void => door.logger.debug({ err: error }, 'socket failed');

  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', destroySocket);
    const refusal = open.isClosing ? 503 : refusalOf(request, door.config);
    if (refusal !== undefined) return refuse(socket, refusal);
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new SocketConnection(webSocket, open.limits);
      open.add(connection);
      webSocket.on('error', noteFailure);
      const closed = protocol(webSocket, connection);
      webSocket.once('close', (code, reason) => {
        open.remove(connection);
        void closed(code, String(reason));
      });
    });
  });
}

/** One function for all sockets. */
function destroySocket(this: Duplex): void {
  this.destroy();
}

/** The HTTP status that an upgrade is refused with, if it is. */
function refusalOf(request: IncomingMessage, config: SocketDoor['config']): number | undefined {
  const { origin, host } = request.headers;
  if (request.url?.split('?', 1)[0] !== '/graphql') return 404;
  if (!isHostAllowed(host, config)) return 403;
  // Browsers always name the page's origin here; who names none is no browser.
  if (origin !== undefined && !isOriginAllowed(origin, host, config.ALLOWED_ORIGINS)) return 403;
  return undefined;
}

const reasons: Readonly<Record<number, string>> = { 403: 'Forbidden', 404: 'Not Found', 503: 'Service Unavailable' };

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${reasons[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
