import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../base/config.js';
import { CodedError } from '../base/errors.js';
import type { Graphql } from '../graphql/apollo.js';
import type { OperationNote, RequestContext } from '../graphql/context.js';
import type { Documents } from '../graphql/documents.js';
import { requestError } from '../graphql/errors.js';
import { createLoaders } from '../graphql/loaders.js';
import type { Services } from '../graphql/services.js';
import { PayloadBudget } from '../model/payload-budget.js';
import type { Viewer } from '../model/viewer.js';
import { refuseCrossSite } from './cross-site.js';
import { operationOf } from './graphql-request.js';
import { type Authenticate, requestViewer } from './request-viewer.js';

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
    takeJsonOfOurOrigins(scope, door.config.ALLOWED_ORIGINS);
    scope.addHook('preHandler', async (request) => {
      const query =
        request.method === 'GET' ? (request.query as { query?: unknown }).query : operationOf(request.body)?.query;
      if (typeof query === 'string') door.documents.guard(query);
    });
    scope.route({
      method: ['GET', 'POST'],
      url: '/graphql',
      handler: fastifyApolloHandler(door.graphql, { context: (request) => contextOf(request, door) }),
    });
  });
}

/** What GraphQL's doors have in common: bodies of JSON alone, and no requests that a foreign page made a browser send. */
export function takeJsonOfOurOrigins(scope: FastifyInstance, allowedOrigins: readonly string[]): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, scope.getDefaultJsonParser('ignore', 'ignore'));
  scope.addHook('onRequest', async (request) => refuseCrossSite(request, allowedOrigins));
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

/** What Apollo is to know of a credential's fault is an error of GraphQL's with its HTTP status. */
async function viewerOf(request: FastifyRequest, door: GraphqlDoor): Promise<Viewer | undefined> {
  try {
    return await requestViewer(request, door);
  } catch (error) {
    if (error instanceof CodedError) throw requestError(error, request.id);
    throw error;
  }
}
