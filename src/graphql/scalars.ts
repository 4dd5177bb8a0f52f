import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { isId } from '../base/ids.js';

/** An invalid value of a scalar. Which argument it was given for is added where the error leaves. */
const invalid = (message: string, node?: ValueNode): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' }, nodes: node });

/**
 * A scalar that is written as a string. `check` returns what resolvers get, or undefined where the text is none.
 * What a variable gives as text may be left to the services by `defer`, which name it: refused here, one malformed item
 * would keep the good items of its batch out.
 */
function textScalar<T>(options: {
  name: string;
  description: string;
  expected: string;
  check: (text: string) => T | undefined;
  defer?: (text: string) => T;
  serialize: (value: unknown) => unknown;
}): GraphQLScalarType<T | undefined, unknown> {
  const read = (value: unknown, node?: ValueNode): T => {
    const checked = typeof value === 'string' ? options.check(value) : undefined;
    if (checked === undefined) throw invalid(`Expected ${options.expected}`, node);
    return checked;
  };
  return new GraphQLScalarType<T | undefined, unknown>({
    name: options.name,
    description: options.description,
    serialize: options.serialize,
    parseValue: (value) => {
      const deferred = typeof value === 'string' && options.check(value) === undefined && options.defer?.(value);
      return deferred || read(value);
    },
    parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : undefined, node),
  });
}

const idExpected = 'an id of 24 hexadecimal digits';
/** An id that is none, where it comes by another way than an argument. */
export const invalidId = (): GraphQLError => invalid(`Expected ${idExpected}`);

export const ObjectIdScalar = textScalar<string>({
  name: 'ObjectID',
  description: 'An id: 24 hexadecimal digits, e.g. `"66f0c2a1e4b0a1b2c3d4e5f6"`.',
  expected: idExpected,
  check: (text) => (isId(text) ? text.toLowerCase() : undefined),
  defer: (text) => text,
  serialize: String,
});

const cursorText = (text: string): string | undefined => (text.length > 0 && text.length <= 2048 ? text : undefined);

export const PageCursorScalar = textScalar<string>({
  name: 'PageCursor',
  description:
    'A place in one ordered list: what connections page by. Opaque; take it from `pageInfo` or an edge and hand it back as `after` or `before`.',
  expected: 'a cursor that this API gave out',
  check: cursorText,
  serialize: String,
});

export const FeedCursorScalar = textScalar<string>({
  name: 'FeedCursor',
  description:
    "A place in the workspace's log: what one follows from. Opaque; take it from `feedCursor` or `cursor` and hand it back.",
  expected: 'a cursor that this API gave out',
  check: cursorText,
  serialize: String,
});

export const DateTimeScalar = textScalar<Date>({
  name: 'DateTime',
  description:
    'A moment, as RFC 3339 writes it with its offset, to the millisecond, e.g. `"2026-03-01T09:30:00.000Z"`.',
  expected: 'a moment such as "2026-03-01T09:30:00Z"',
  check: (text) => {
    try {
      return GraphQLDateTime.parseValue(text);
    } catch {
      return undefined;
    }
  },
  defer: () => new Date(Number.NaN),
  serialize: (value) => (value instanceof Date ? value.toISOString() : value),
});

export const JsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value. Every key is data, also `$where`, `a.b` and `__proto__`, and comes back equal.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => literalJson(node, variables ?? {}),
});

const notGiven: Record<string, unknown> = {};

/** Of a variable whose name is one that every object has, such as `constructor`, what it has there was not given. */
function givenBy(variables: Record<string, unknown>, name: string): unknown {
  const value = variables[name];
  return value === notGiven[name] ? null : (value ?? null);
}

/** What a literal in a document means as JSON. Keys are defined, not assigned, so that `__proto__` is one like any other. */
function literalJson(node: ValueNode, variables: Record<string, unknown>): unknown {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.LIST:
      return node.values.map((item) => literalJson(item, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((field) => [field.name.value, literalJson(field.value, variables)]));
    case Kind.VARIABLE:
      return givenBy(variables, node.name.value);
    case Kind.ENUM:
      throw invalid(`Expected JSON; a bare word such as ${node.value} must be quoted`, node);
  }
}
