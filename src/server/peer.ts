import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../base/config.js';

const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/** Whether the caller is this machine itself. A forwarding header means that a proxy here speaks for someone elsewhere. */
export const isDirectLoopback = (request: FastifyRequest): boolean =>
  isLoopback(request.socket.remoteAddress ?? '') && !forwardingHeaders.some((name) => name in request.headers);
