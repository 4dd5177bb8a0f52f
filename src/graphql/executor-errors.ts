import { type ExecutionResult, type GraphQLError, isListType, isNonNullType, locatedError } from 'graphql';
import type { Plain } from './executor-plain.js';

type Path = readonly (string | number)[];

/**
 * What graphql-jit answered, with errors such as graphql-js makes them. As there, one of those that made a place null is
 * told; what else failed below that place is told, too, where graphql-js may have stopped before it came to it.
 */
export function asGraphqlJsSays({ data, errors = [] }: ExecutionResult, plain: Plain): ExecutionResult {
  const nulled = new Set<string>();
  const told = errors.filter((error) => {
    const path = error.path ?? [];
    if (!isForbiddenNull(path, plain)) return true;
    const place = JSON.stringify(nulledPlace(data, path));
    if (nulled.has(place)) return false;
    nulled.add(place);
    return true;
  });
  return { errors: told.map(asOwn), data };
}

/** Its own lack what others look for: nodes, and the error that a resolver threw in its place. */
function asOwn({ message, path, locations, originalError }: GraphQLError): GraphQLError {
  const error = locatedError(originalError ?? new Error(message), undefined, path);
  return error.locations ? error : Object.assign(error, { locations });
}

/** Whether nothing may be null there, so that the place above is. */
function isForbiddenNull(path: Path, { types }: Plain): boolean {
  let type = types.get(path.filter((step) => typeof step === 'string').join());
  for (let at = path.length - 1; typeof path[at] === 'number'; at -= 1) {
    if (isNonNullType(type)) type = type.ofType;
    if (isListType(type)) type = type.ofType;
  }
  return isNonNullType(type);
}

function nulledPlace(data: unknown, path: Path): Path {
  let value = data;
  for (let depth = 0; depth < path.length; depth += 1) {
    if (value === null || value === undefined) return path.slice(0, depth);
    value = (value as Record<string | number, unknown>)[path[depth]!];
  }
  return path;
}
