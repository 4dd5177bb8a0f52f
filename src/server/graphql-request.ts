import { badInput } from '../base/errors.js';
import { persistedHash } from '../graphql/persisted-documents.js';
import type { SentOperation } from '../graphql/sent-operation.js';

/**
 * The operation in a body; without a query where only its hash is sent.
 * @throws CodedError BAD_USER_INPUT naming the part of the body that is not as GraphQL over HTTP has it.
 */
export function operationOf(body: unknown): SentOperation {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badInput('body', 'The body must be one JSON object with a query; lists of operations are not taken');
  }
  const { query, ...rest } = body as Record<string, unknown>;
  for (const name of ['variables', 'extensions']) {
    const value = rest[name] ?? {};
    if (typeof value !== 'object' || Array.isArray(value)) throw badInput(name, `${name} must be a JSON object`);
  }
  if (typeof (rest.operationName ?? '') !== 'string') throw badInput('operationName', 'operationName must be a string');
  const isByHash = (query ?? '') === '' && persistedHash(rest.extensions as SentOperation['extensions']) !== undefined;
  if (!isByHash && (typeof query !== 'string' || query.trim() === '')) {
    throw badInput('query', 'query must be a GraphQL document');
  }
  return { ...(rest as Omit<SentOperation, 'query'>), query: isByHash ? undefined : (query as string) };
}

/**
 * The operation in the parameters of a GET, where objects are JSON texts.
 * @throws CodedError BAD_USER_INPUT, as `operationOf`.
 */
export function operationOfParameters(parameters: unknown): SentOperation {
  const { variables, extensions, ...rest } = parameters as Record<string, unknown>;
  return operationOf({ ...rest, ...parsed('variables', variables), ...parsed('extensions', extensions) });
}

function parsed(name: string, text: unknown): Record<string, unknown> {
  if (text === undefined || text === '') return {};
  try {
    return { [name]: JSON.parse(String(text)) };
  } catch {
    throw badInput(name, `${name} must be a JSON object`);
  }
}
