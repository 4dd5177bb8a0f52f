import {
  ApolloServer,
  type ApolloServerOptions,
  type ApolloServerPlugin,
  type GraphQLRequestListener,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLError, GraphQLSchema } from 'graphql';
import type { Logger } from '../base/logger.js';
import type { Admission } from './admission.js';
import type { RequestContext } from './context.js';
import type { Documents } from './documents.js';
import { formatError, noteErrors, requestError } from './errors.js';
import type { Executor } from './executor.js';
import { explainPlugin } from './explain-plugin.js';
import { noCredential } from './no-credential.js';
import { noSocket } from './no-socket.js';
import { operationKind } from './operation-kind.js';

export type Graphql = ApolloServer<RequestContext>;

export interface GraphqlParts {
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly executor: Executor;
  readonly admission: Admission;
  readonly logger: Logger;
}

/**
 * The pipeline from a document to an answer. Apollo's own cross-site guard is off because the server's stands before
 * it; its cache-control plugin is off because it wraps every field.
 */
export async function createGraphql({
  schema,
  documents,
  executor,
  admission,
  logger,
}: GraphqlParts): Promise<Graphql> {
  const apollo = new ApolloServer<RequestContext>({
    gateway: executedBy(executor, admission, schema),
    logger: apolloLogger(logger),
    introspection: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    stringifyResult: (value) => JSON.stringify(value),
    documentStore: documents.store,
    parseOptions: documents.parseOptions,
    validationOptions: { maxErrors: 20 },
    validationRules: [...documents.rules],
    formatError,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      requestPlugin(admission, logger),
      explainPlugin(),
    ],
  });
  await apollo.start();
  return apollo;
}

type ApolloGateway = NonNullable<ApolloServerOptions<RequestContext>['gateway']>;

/** Where Apollo would hand operations on to other servers, they are executed here. */
const executedBy = (executor: Executor, admission: Admission, schema: GraphQLSchema): ApolloGateway => ({
  onSchemaLoadOrUpdate: (tell) => {
    tell({ apiSchema: schema, coreSupergraphSdl: '' });
    return () => {};
  },
  load: async () => ({
    executor: ({ document, request: { operationName, variables }, ...rest }) => {
      const context = rest.context as RequestContext;
      const asked = { document, operationName, variables };
      return admission.execute(asked, context, () => executor.execute({ ...asked, context }));
    },
  }),
  stop: async () => {},
});

/** Notes what the operation is, lets nobody unknown past the schema, and logs what nobody expected. */
function requestPlugin(admission: Admission, logger: Logger): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: async (): Promise<GraphQLRequestListener<RequestContext>> => ({
      didResolveOperation: async ({ operation, contextValue }) => {
        if (!operation) return;
        contextValue.operation.name = operation.name?.value;
        contextValue.operation.kind = operationKind(operation);
        if (!contextValue.viewer && contextValue.operation.kind !== 'introspection') {
          throw requestError(noCredential(), contextValue.requestId);
        }
        // The socket's door answers subscriptions itself: one that comes here came over HTTP.
        if (contextValue.operation.kind === 'subscription') throw requestError(noSocket(), contextValue.requestId);
      },
      willSendResponse: async ({ request, response, errors }) => {
        const accept = request.http?.headers.get('accept');
        if (response.http.status === 400 && accept && isOfOldClient(accept) && errors?.every(isOfGraphql)) {
          response.http.status = 200;
        }
      },
      didEncounterErrors: async ({ errors, contextValue }) => {
        admission.dropSuggestions(errors);
        noteErrors(errors, contextValue.requestId, logger);
      },
    }),
  };
}

/**
 * Whoever asks for `application/json` and for nothing newer takes any other status than 200 for a fault of the transport
 * (https://graphql.github.io/graphql-over-http/draft/#sec-application-json).
 */
const isOfOldClient = (accept: string): boolean =>
  accept.includes('application/json') && !accept.includes('application/graphql-response+json');

/** What is wrong with the document or its variables, and not with the request around them. */
const isOfGraphql = ({ extensions: { code } }: GraphQLError): boolean =>
  ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT'].includes(String(code));

/** Apollo writes plain lines. */
const apolloLogger = (logger: Logger) => ({
  debug: (message?: string) => logger.debug(message),
  info: (message?: string) => logger.debug(message),
  warn: (message?: string) => logger.warn(message),
  error: (message?: string) => logger.error(message),
});
