import cors from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CodedError } from '../base/errors.js';

/**
 * Whether a page of `origin` may talk to us: our own, or one of ALLOWED_ORIGINS. Our own is told by its host alone,
 * because a proxy in front may speak https where we speak http.
 */
export function isOriginAllowed(origin: string, host: string | undefined, allowed: readonly string[]): boolean {
  if (allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host !== '' && new URL(origin).host === host?.toLowerCase();
}

/**
 * Refuses what a foreign page could make a browser send. Such a request names its origin, or says by
 * `Sec-Fetch-Site` that it comes from elsewhere; older browsers can send neither with `application/json`.
 * @throws CodedError FORBIDDEN
 */
export function refuseCrossSite(request: FastifyRequest, allowed: readonly string[]): void {
  const { origin, host } = request.headers;
  if (origin !== undefined) {
    if (isOriginAllowed(origin, host, allowed)) return;
    throw new CodedError('FORBIDDEN', 'This origin is not among ALLOWED_ORIGINS');
  }
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new CodedError('FORBIDDEN', 'Requests from other sites must come from an origin among ALLOWED_ORIGINS');
}

/** What our own API and the façades read; a browser sends no others to us from another origin. */
const allowedHeaders = [
  'authorization',
  'content-type',
  'x-request-id',
  'x-explain',
  'traceparent',
  'tracestate',
  'x-idempotency-key',
  'x-user-id',
  'x-external-user-id',
];
/** What a page of another origin may read of an answer. */
const exposedHeaders = [
  'x-request-id',
  'x-feed-cursor',
  'etag',
  'retry-after',
  'x-idempotency-cache-hit',
  'x-idempotency-key',
];

/** Answers preflights and marks answers for the same list of origins that the guard allows. */
export async function registerCors(app: FastifyInstance, allowed: readonly string[]): Promise<void> {
  await app.register(cors, {
    delegator: (request, done) => {
      const { origin, host } = request.headers;
      done(null, {
        origin: origin !== undefined && isOriginAllowed(origin, host, allowed) ? origin : false,
        methods: ['GET', 'POST', 'DELETE'],
        allowedHeaders,
        exposedHeaders,
        maxAge: 600,
      });
    },
  });
}
