import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Allowances } from '../auth/allowances.js';
import { CodedError } from '../base/errors.js';
import { noteFailure, publicError } from '../base/public-error.js';
import type { Viewer } from '../model/viewer.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** What each credential may take up. */
    allowances: Pick<Allowances, 'enter'>;
  }
}

/** What a façade answers: JSON text, so that what a source said can go out as it came; in parts where it is long. */
export interface FacadeAnswer {
  readonly status: number;
  readonly body: string | Readable;
}

export interface FacadeCall {
  readonly viewer: Viewer;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export interface FacadeRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the façade's prefix. */
  readonly path: string;
  handle(call: FacadeCall): Promise<FacadeAnswer>;
}

/** One outside system's documented API, as we serve it. */
export interface Facade {
  /** Whatever lies below one of these and is no route does not exist, in the system's words. `''`: the routes alone. */
  readonly prefixes: readonly string[];
  readonly routes: readonly FacadeRoute[];
  /** @throws CodedError UNAUTHENTICATED, SERVICE_UNAVAILABLE, RATE_LIMITED. */
  identify(request: FastifyRequest): Promise<Viewer>;
  /** The system's own error body. */
  errorBody(error: CodedError, request: FastifyRequest): unknown;
}

/** What one call costs of its credential's allowance, as much as a usual page does. */
const callCost = 20;
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export async function registerFacade(app: FastifyInstance, facade: Facade): Promise<void> {
  for (const prefix of facade.prefixes) {
    // Its own scope: the parser and the error shape are for these paths alone.
    await app.register(async (scope) => openScope(scope, facade, prefix), { prefix });
  }
}

function openScope(scope: FastifyInstance, facade: Facade, prefix: string): void {
  const viewers = new WeakMap<FastifyRequest, Viewer>();
  readBodiesByRoute(scope);
  scope.setErrorHandler((error, request, reply) => sendError(facade, error, request, reply));
  for (const { method, path, handle } of facade.routes) {
    scope.route({
      method,
      url: path,
      onRequest: async (request, reply) => {
        const viewer = await facade.identify(request);
        const leave = scope.allowances.enter(viewer, callCost);
        reply.raw.once('close', leave);
        viewers.set(request, viewer);
      },
      handler: async (request, reply) => send(reply, await handle({ viewer: viewers.get(request)!, request, reply })),
    });
  }
  const nothing = (request: FastifyRequest): never => {
    throw new CodedError('NOT_FOUND', `There is nothing at ${request.method} ${pathOf(request)}`);
  };
  if (prefix !== '') {
    scope.setNotFoundHandler((request) => nothing(request));
    return;
  }
  for (const path of new Set(facade.routes.map((route) => route.path))) {
    const served = facade.routes.flatMap((route) => (route.path === path ? route.method : []));
    const others = methods.filter((method) => !served.some((one) => one === method));
    scope.route({ method: [...others], url: path, handler: nothing });
  }
}

/** The route says what a body is, whatever the content type says; Fastify refuses one that is malformed. */
function readBodiesByRoute(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  scope.addHook('onRequest', async (request) => {
    saidTypes.set(request, request.raw.headers['content-type']);
    request.raw.headers['content-type'] = 'application/octet-stream';
  });
}

const saidTypes = new WeakMap<FastifyRequest, string | undefined>();

/** The content type that the caller really sent. */
export const contentTypeOf = (request: FastifyRequest): string | undefined => saidTypes.get(request);

export const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0]!;

export const json = (status: number, body: unknown): FacadeAnswer => ({ status, body: JSON.stringify(body) });

const send = (reply: FastifyReply, { status, body }: FacadeAnswer): FastifyReply =>
  reply.code(status).type('application/json; charset=utf-8').send(body);

function sendError(facade: Facade, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const told = publicError(error, request);
  noteFailure(told, request);
  if (told.retryAfterSeconds !== undefined) reply.header('retry-after', String(told.retryAfterSeconds));
  // Not Basic: a browser would ask for a password, and then send it along on its own.
  if (told.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
  return send(reply, json(told.httpStatus, facade.errorBody(told, request)));
}
