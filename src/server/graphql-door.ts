import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../base/config.js';
import { badInput, CodedError } from '../base/errors.js';
import type { Graphql } from '../graphql/apollo.js';
import type { OperationNote, RequestContext } from '../graphql/context.js';
import type { Documents } from '../graphql/documents.js';
import { requestError } from '../graphql/errors.js';
import { createLoaders } from '../graphql/loaders.js';
import { noCredential } from '../graphql/no-credential.js';
import type { Services } from '../graphql/services.js';
import { PayloadBudget } from '../model/payload-budget.js';
import type { Viewer } from '../model/viewer.js';
import { refuseCrossSite } from './cross-site.js';

/** Who a request's Authorization header speaks for. */
export interface Authenticate {
  /** @throws CodedError UNAUTHENTICATED, or SERVICE_UNAVAILABLE where that cannot be found out. */
  authenticate(authorization: string | undefined): Promise<Viewer>;
}

export interface GraphqlDoor {
  readonly config: Pick<Config, 'NODE_ENV' | 'ALLOWED_ORIGINS'>;
  readonly graphql: Graphql;
  readonly documents: Documents;
  readonly services: Services;
  readonly authenticator: Authenticate;
}

/** `POST /graphql`, and `GET /graphql` for queries. */
export async function registerGraphql(app: FastifyInstance, door: GraphqlDoor): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'string' },
      scope.getDefaultJsonParser('ignore', 'ignore'),
    );
    scope.addHook('onRequest', async (request) => refuseCrossSite(request, door.config.ALLOWED_ORIGINS));
    scope.addHook('preHandler', async (request) => {
      const query = request.method === 'GET' ? (request.query as { query?: unknown }).query : queryOf(request.body);
      if (typeof query === 'string') door.documents.guard(query);
    });
    scope.route({
      method: ['GET', 'POST'],
      url: '/graphql',
      handler: fastifyApolloHandler(door.graphql, { context: (request) => contextOf(request, door) }),
    });
  });
}

/** @throws CodedError BAD_USER_INPUT naming the part of the body that is not as GraphQL over HTTP has it. */
function queryOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badInput('body', 'The body must be one JSON object with a query; lists of operations are not taken');
  }
  const { query, ...rest } = body as Record<string, unknown>;
  // Apollo's clients first try a hash alone; they send the document once they hear that hashes are not taken.
  if (query === undefined && rest.extensions) return undefined;
  if (typeof query !== 'string' || query.trim() === '') throw badInput('query', 'query must be a GraphQL document');
  for (const name of ['variables', 'extensions']) {
    const value = rest[name] ?? {};
    if (typeof value !== 'object' || Array.isArray(value)) throw badInput(name, `${name} must be a JSON object`);
  }
  if (typeof (rest.operationName ?? '') !== 'string') throw badInput('operationName', 'operationName must be a string');
  return query;
}

async function contextOf(request: FastifyRequest, door: GraphqlDoor): Promise<RequestContext> {
  const operation: OperationNote = { kind: 'none' };
  request.operation = operation;
  const viewer = await viewerOf(request, door);
  return {
    viewer,
    requestId: request.id,
    operation,
    loaders: createLoaders(door.services, viewer),
    budget: new PayloadBudget(),
  };
}

/** Undefined for who shows no credential, where that may at least look at the schema. */
async function viewerOf(request: FastifyRequest, door: GraphqlDoor): Promise<Viewer | undefined> {
  try {
    const { authorization } = request.headers;
    if (authorization !== undefined) return await door.authenticator.authenticate(authorization);
    if (door.config.NODE_ENV === 'production') throw noCredential();
    return undefined;
  } catch (error) {
    if (error instanceof CodedError) throw requestError(error, request.id);
    throw error;
  }
}
