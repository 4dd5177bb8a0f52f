import { HeaderMap } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';
import { CodedError, errorCatalogue } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { literalPath, variablePath } from './field-path.js';

/** GraphQL's own codes that may leave as they are. Every other code comes from the catalogue. */
const graphqlCodes = ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'OPERATION_RESOLUTION_FAILURE'];

const maxMessageLength = 500;

/** An error of ours as one that GraphQL can carry before an operation runs, with its HTTP status. */
export function requestError(error: CodedError, requestId: string): GraphQLError {
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { code: error.code, requestId, http: { status: error.httpStatus, headers: headersOf(error) } },
  });
}

/** A map of Apollo's own kind; it knows no other. */
const headersOf = (error: CodedError): HeaderMap => {
  const headers = new HeaderMap();
  if (error.retryAfterSeconds !== undefined) headers.set('retry-after', String(error.retryAfterSeconds));
  if (error.code === 'UNAUTHENTICATED') headers.set('www-authenticate', 'Bearer, Basic');
  return headers;
};

/** The error of ours that this one carries, if it carries one. */
function codedErrorOf(error: unknown): CodedError | undefined {
  const original = unwrapResolverError(error);
  if (original instanceof CodedError) return original;
  return error instanceof GraphQLError && error.originalError instanceof CodedError ? error.originalError : undefined;
}

/** How an error leaves the gateway: one of ours by its code, one of GraphQL's by its own, any other one masked. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { requestId } = formatted.extensions ?? {};
  const { message, extensions } = publicError(formatted, error);
  return {
    message,
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
    extensions: { ...extensions, ...(requestId !== undefined && { requestId }) },
  };
}

interface PublicError {
  readonly message: string;
  readonly extensions: Record<string, unknown>;
}

function publicError(formatted: GraphQLFormattedError, error: unknown): PublicError {
  const coded = codedErrorOf(error);
  if (coded) return { message: coded.message, extensions: codedExtensions(coded) };
  const code = publicCode(formatted, error);
  if (code === undefined) {
    const id = formatted.extensions?.requestId;
    // Apollo's own failures, such as an answer too long to write, know no request; its id is in the header still.
    const message = `Something went wrong on our side; request id ${id === undefined ? 'in x-request-id' : String(id)}`;
    return { message, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  }
  const field = error instanceof GraphQLError ? fieldOf(error) : undefined;
  return {
    message: shortened(withoutValues(formatted.message, error)),
    extensions: { code, ...(field !== undefined && { field }) },
  };
}

/** `field` where one is at fault, `retryAfterSeconds` where waiting helps. */
export const codedExtensions = (error: CodedError): Record<string, unknown> => ({
  code: error.code,
  ...(error.field !== undefined && { field: error.field }),
  ...(error.retryAfterSeconds !== undefined && { retryAfterSeconds: error.retryAfterSeconds }),
});

/** The code of an error that graphql-js or Apollo made because of the request; undefined for any other error. */
function publicCode(formatted: GraphQLFormattedError, error: unknown): string | undefined {
  const given = String(formatted.extensions?.code);
  if (given === 'GRAPHQL_PARSE_FAILED' && /more tha[nt] \d+ tokens/.test(formatted.message)) return 'TOO_COSTLY';
  if (given === 'BAD_REQUEST') return 'BAD_USER_INPUT';
  // What graphql-js says after the last of the variables' errors that it lists.
  if (formatted.message.startsWith('Too many errors processing variables')) return 'BAD_USER_INPUT';
  const own = ownCodeOf(error);
  if (own !== undefined) return own;
  return graphqlCodes.includes(given) || given === 'BAD_USER_INPUT' ? given : undefined;
}

/** A code of the catalogue that a scalar or a validation rule of ours gave, also below an error that Apollo wrapped it in. */
function ownCodeOf(error: unknown): string | undefined {
  const original = error instanceof GraphQLError ? error.originalError : undefined;
  if (!(original instanceof GraphQLError)) return undefined;
  const code = original.extensions.code;
  return typeof code === 'string' && code in errorCatalogue ? code : ownCodeOf(original);
}

const fieldOf = (error: GraphQLError): string | undefined => {
  const [node] = error.nodes ?? [];
  return variablePath(error) ?? (node && literalPath(node));
};

/**
 * What graphql-js says of a value that does not fit, without the value: it may hold a secret or what somebody wrote in
 * confidence, and error messages are logged by whoever gets them.
 */
function withoutValues(message: string, error: unknown): string {
  const node = error instanceof GraphQLError ? error.nodes?.[0] : undefined;
  if (node?.kind !== Kind.VARIABLE_DEFINITION) return withoutValue(message);
  if (!message.includes(' got invalid value ')) return message;
  const { originalError } = error as GraphQLError;
  const reason = originalError && message.endsWith(`; ${originalError.message}`) ? `: ${originalError.message}` : '';
  return `The variable $${variablePath(error as GraphQLError)} does not fit${withoutValue(reason)}`;
}

const withoutValue = (reason: string): string =>
  reason
    .replace(/(cannot represent [^:]*value): .*?( Did you mean [^?]*\?)?$/s, '$1.$2')
    .replace(/(Expected value of type "[^"]*"), found .*$/s, '$1.');

const shortened = (message: string): string =>
  message.length <= maxMessageLength ? message : `${message.slice(0, maxMessageLength)}…`;

/** Logs what nobody expected, whole, under the request's id, and marks every error with that id. What a caller did wrong is no matter for the log. */
export function noteErrors(errors: readonly GraphQLError[], requestId: string, logger: Logger): void {
  for (const error of errors) {
    error.extensions.requestId = requestId;
    const coded = codedErrorOf(error);
    if (coded?.cause !== undefined) logger.warn({ requestId, err: coded, cause: coded.cause }, coded.code);
    if (coded || publicCode(error.toJSON(), error) !== undefined) continue;
    logger.error({ requestId, err: error.originalError ?? error, path: error.path }, 'unexpected error');
  }
}
