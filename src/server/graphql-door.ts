import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import etag from '@fastify/etag';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate } from '../auth/authenticate.js';
import { type Config, isExplaining } from '../base/config.js';
import { CodedError } from '../base/errors.js';
import { explained } from '../base/explanation.js';
import type { Graphql } from '../graphql/apollo.js';
import type { OperationNote, RequestContext } from '../graphql/context.js';
import type { Documents } from '../graphql/documents.js';
import { requestError } from '../graphql/errors.js';
import type { KnownOperations } from '../graphql/known-operations.js';
import { createLoaders } from '../graphql/loaders.js';
import type { SentOperation } from '../graphql/sent-operation.js';
import type { Services } from '../graphql/services.js';
import { PayloadBudget } from '../model/payload-budget.js';
import type { Viewer } from '../model/viewer.js';
import { AnswerTypes } from './answer-types.js';
import { refuseCrossSite } from './cross-site.js';
import { operationOf, operationOfParameters } from './graphql-request.js';
import { requestViewer } from './request-viewer.js';

export interface GraphqlDoor {
  readonly config: Pick<Config, 'NODE_ENV' | 'ALLOWED_ORIGINS'>;
  readonly graphql: Graphql;
  readonly documents: Documents;
  readonly known: KnownOperations;
  readonly services: Services;
  readonly authenticator: Authenticate;
}

/** `POST /graphql`, and `GET /graphql` for queries. */
export async function registerGraphql(app: FastifyInstance, door: GraphqlDoor): Promise<void> {
  await app.register(async (scope) => {
    takeJsonOfOurOrigins(scope, door.config.ALLOWED_ORIGINS);
    const types = new AnswerTypes();
    scope.post('/graphql', (request, reply) => answer(door, types, request, reply, operationOf(request.body)));
    await scope.register(async (reading) => {
      // An answer that is equal to the one before need not be sent; whoever holds it must ask, each in their own name.
      await reading.register(etag, { weak: true });
      reading.addHook('onRequest', async (_request, reply) => {
        const vary = [reply.getHeader('vary'), 'authorization'].filter(Boolean).join(', ');
        reply.headers({ 'cache-control': 'private, no-cache', vary });
      });
      // A HEAD would be executed like a GET, and answered to nobody.
      reading.get('/graphql', { exposeHeadRoute: false }, (request, reply) =>
        answer(door, types, request, reply, operationOfParameters(request.query)),
      );
    });
  });
}

/** What GraphQL's doors have in common: bodies of JSON alone, and no requests that a foreign page made a browser send. */
export function takeJsonOfOurOrigins(scope: FastifyInstance, allowedOrigins: readonly string[]): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, scope.getDefaultJsonParser('ignore', 'ignore'));
  scope.addHook('onRequest', async (request) => refuseCrossSite(request, allowedOrigins));
}

async function answer(
  door: GraphqlDoor,
  types: AnswerTypes,
  request: FastifyRequest,
  reply: FastifyReply,
  sent: SentOperation,
): Promise<string> {
  const query = door.documents.textOf(sent);
  const context = contextOf(request, door, sent);
  const isExplained = isExplaining(door.config) && request.headers['x-explain'] === '1';
  const type = isExplained ? undefined : types.of(request);
  const document = type && door.documents.known(query);
  // Who is not let in is told so by Apollo, which awaits the context, too.
  const known = document && (await context.catch(() => undefined));
  const answered = known && (await door.known.answer(document, sent, known, request.method !== 'POST'));
  if (answered) {
    for (const [name, value] of answered.headers ?? []) reply.header(name, value);
    reply.code(answered.status ?? 200).type(type!);
    return JSON.stringify(answered.result);
  }
  const execute = () =>
    door.graphql.executeHTTPGraphQLRequest({
      httpGraphQLRequest: httpRequestOf(request, { ...sent, query }),
      context: () => context,
    });
  const { headers, body, status } = await (isExplained ? explained(execute) : execute());
  for (const [name, value] of headers) reply.header(name, value);
  if (body.kind !== 'complete') throw new Error('An answer in parts');
  reply.code(status ?? 200);
  types.learn(request, headers.get('content-type'));
  return body.string;
}

/** The request as Apollo takes it. Its extensions have had their say. */
function httpRequestOf(
  request: FastifyRequest,
  { query, operationName, variables }: SentOperation,
): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
  const operation = { query, ...(operationName && { operationName }), ...(variables && { variables }) };
  if (request.method === 'POST') return { method: 'POST', headers, search: '', body: operation };
  const parameters = new URLSearchParams({ query: query! });
  if (operationName) parameters.set('operationName', operationName);
  if (variables) parameters.set('variables', JSON.stringify(variables));
  return { method: 'GET', headers, search: `?${parameters}`, body: undefined };
}

async function contextOf(request: FastifyRequest, door: GraphqlDoor, sent: SentOperation): Promise<RequestContext> {
  const operation: OperationNote = { kind: 'none' };
  request.operation = operation;
  const viewer = await viewerOf(request, door);
  if (viewer) door.documents.persisted.keep(sent);
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
