import { createGraphiQLFetcher, type Fetcher, type FetcherOpts, type FetcherParams } from '@graphiql/toolkit';
import { type DocumentNode, Kind, type OperationDefinitionNode, parse } from 'graphql';
import type { PageConfig } from './page-config.js';

/** Says why the schema could not be read, or `undefined` once it could. */
export type SchemaNotice = (problem: string | undefined) => void;

const signIn =
  'The gateway wants a credential before it shows its schema. Put one under Headers, at the bottom: ' +
  '{ "authorization": "Bearer <API key>" }, then try again.';

/**
 * Sends operations to this origin's `/graphql`: queries and mutations over HTTP, subscriptions over a socket
 * whose `connectionParams` are what the headers editor holds.
 */
export function createFetcher(config: PageConfig, onSchema: SchemaNotice): Fetcher {
  const send = createGraphiQLFetcher({
    url: '/graphql',
    subscriptionUrl: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
  });
  return async (params, options) => {
    if (params.operationName !== 'IntrospectionQuery') return send(...upToDate(params, lowerCase(options)));
    // The schema is asked for before the headers editor exists; until then it would hold these.
    const result = await Promise.resolve(send(params, lowerCase(options?.headers ? options : config))).catch(
      (cause: unknown) => {
        onSchema(`The gateway at ${location.origin} does not answer. Is it running?`);
        throw cause;
      },
    );
    onSchema(schemaProblem(result));
    return result;
  };
}

/** A socket's `connectionParams` are compared by name, and HTTP's headers are not: one spelling serves both. */
function lowerCase(options: FetcherOpts | undefined): FetcherOpts {
  const entries = Object.entries(options?.headers ?? {});
  return { ...options, headers: Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value])) };
}

/** GraphiQL's own reading of the document lags behind the editor, so it may be of the tab before. */
function upToDate(params: FetcherParams, options: FetcherOpts): [FetcherParams, FetcherOpts] {
  const documentAST = parseQuietly(params.query);
  const operations = (documentAST?.definitions ?? []).filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  if (!documentAST || operations.length !== 1) return [params, options];
  return [
    { ...params, operationName: operations[0]!.name?.value },
    { ...options, documentAST },
  ];
}

/** What does not parse is sent as it is: the gateway says best what is wrong with it. */
function parseQuietly(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}

function schemaProblem(result: object): string | undefined {
  if ('data' in result && result.data) return undefined;
  const errors = 'errors' in result && Array.isArray(result.errors) ? result.errors : [];
  const first: unknown = errors[0];
  const { message, extensions } = (first ?? {}) as { message?: string; extensions?: { code?: string } };
  if (extensions?.code === 'UNAUTHENTICATED') return signIn;
  if (extensions?.code === 'FORBIDDEN') return `This credential may not read the schema: ${message}`;
  return `The schema could not be read: ${message ?? 'the answer is not GraphQL'}`;
}
