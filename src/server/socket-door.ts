import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { Config } from '../base/config.js';
import { sleep } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import type { Live } from '../graphql/live/live.js';
import type { SocketOperations } from '../graphql/socket-operations.js';
import { isOriginAllowed } from './cross-site.js';
import type { Authenticate } from './graphql-door.js';
import { isHostAllowed } from './host-guard.js';
import type { ServerMetrics } from './metrics.js';
import { type CredentialCheck, CredentialWatch } from './sockets/credential-watch.js';
import { Heartbeat } from './sockets/heartbeat.js';
import { closeCodes, SocketConnection } from './sockets/socket-connection.js';
import { defaultSocketLimits, type SocketLimits } from './sockets/socket-limits.js';
import { socketProtocol } from './sockets/socket-protocol.js';

export interface SocketDoor {
  readonly config: Pick<Config, 'NODE_ENV' | 'ALLOWED_ORIGINS' | 'HOST' | 'ALLOWED_HOSTS' | 'demoMode'>;
  readonly authenticator: Authenticate & CredentialCheck;
  readonly operations: SocketOperations;
  readonly live: Live;
  readonly logger: Logger;
  readonly metrics: ServerMetrics;
  readonly socketLimits?: Partial<SocketLimits>;
}

/** Connections are closed in so many steps, so that their clients do not all come back elsewhere at once. */
const drainSteps = 20;
const drainStepMs = 50;
/** What is closed together at least. */
const smallestStep = 50;
/** How long a peer may take to say goodbye. */
const goodbyeMs = 2000;

/** `ws://…/graphql` in the protocol `graphql-transport-ws`. */
export function registerSockets(app: FastifyInstance, door: SocketDoor): void {
  const limits = { ...defaultSocketLimits, ...door.socketLimits };
  const connections = new Set<SocketConnection>();
  const watch = new CredentialWatch(door.authenticator);
  const heartbeat = new Heartbeat(connections, limits.pingMs);
  const protocol = socketProtocol({ ...door, limits, watch, connections });
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: (protocols) => handleProtocols(protocols),
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
    clientTracking: false,
  });
  const noteFailure = (error: Error): void => door.logger.debug({ err: error }, 'socket failed');
  let isClosing = false;
  door.metrics.observeLive(() => ({
    ...door.live.counts(),
    unsentBytes: [...connections].reduce((sum, connection) => sum + connection.unsentBytes, 0),
  }));

  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', destroySocket);
    const refusal = isClosing ? 503 : refusalOf(request, door.config);
    if (refusal !== undefined) return refuse(socket, refusal);
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new SocketConnection(webSocket, limits);
      connections.add(connection);
      door.metrics.openSockets(connections.size);
      webSocket.on('error', noteFailure);
      const closed = protocol(webSocket, connection);
      webSocket.once('close', (code, reason) => {
        connections.delete(connection);
        door.metrics.openSockets(connections.size);
        if (connection.viewer) watch.remove(connection.viewer, connection);
        void closed(code, String(reason));
      });
    });
  });

  app.addHook('preClose', async () => {
    isClosing = true;
    heartbeat.stop();
    await drain(connections);
    await watch.close();
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

/** Says goodbye to all, some at a time, and cuts off who does not answer. */
async function drain(connections: ReadonlySet<SocketConnection>): Promise<void> {
  const all = [...connections];
  const step = Math.max(smallestStep, Math.ceil(all.length / drainSteps));
  for (let from = 0; from < all.length; from += step) {
    if (from > 0) await sleep(drainStepMs);
    for (const connection of all.slice(from, from + step)) {
      connection.close(closeCodes.goingAway, 'The gateway is going away');
    }
  }
  const end = performance.now() + goodbyeMs;
  while (connections.size > 0 && performance.now() < end) await sleep(10);
  for (const connection of connections) connection.terminate();
}
