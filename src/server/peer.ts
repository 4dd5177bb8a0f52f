import type { FastifyRequest } from 'fastify';
import * as loopback from '../auth/loopback.js';

/** Whether the caller is this machine itself. A forwarding header means that a proxy here speaks for someone elsewhere. */
export const isDirectLoopback = (request: FastifyRequest): boolean =>
  loopback.isDirectLoopback({ remoteAddress: request.socket.remoteAddress, headers: request.headers });
