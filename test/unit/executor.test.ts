import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import { beforeEach, describe, expect, it } from 'vitest';
import { badInput } from '../../src/base/errors.js';
import { formatError } from '../../src/graphql/errors.js';
import { Executor } from '../../src/graphql/executor.js';
import { DateTimeScalar, JsonScalar } from '../../src/graphql/scalars.js';

const sdl = `
  scalar JSON
  scalar DateTime
  enum Colour { RED GREEN }
  input Shape { sides: Int! = 4, colour: Colour = GREEN, at: DateTime, note: JSON, inner: [Shape!] }
  interface Animal { name: String! legs: Int friend: Animal }
  type Cat implements Animal { name: String! legs: Int friend: Animal purrs: Boolean! }
  type Dog implements Animal { name: String! legs: Int friend: Animal barks(times: Int = 2): [String!]! }
  union Found = Cat | Dog
  type Item { id: ID! name: String! fails: String failsHard: String! later: String! laterHard: String! list: [Item!]! none: Item maybe: [Item] }
  type Query {
    items(count: Int!): [Item!]
    sparse: [Item]
    item: Item
    hard: Item!
    animals: [Animal!]!
    found: [Found]
    echo(shape: Shape, text: String = "none", at: DateTime, json: JSON, ids: [ID!], colour: Colour = RED, need: Int! = 7): JSON
    when: DateTime
    colours: [Colour]
    wrongColour: Colour
    number(n: Float!): Float
    tooLarge: Int
  }
  type Mutation { add(n: Int!): Int! note(text: String!): String }
  type Subscription { told: Item }
`;

let total = 0;
const fail = (message = 'failed'): never => {
  throw badInput('field', message);
};
const later = async <T>(value: T): Promise<T> => value;
const item = (n: number) => ({
  id: n,
  name: `item ${n}`,
  list: n > 2 ? [] : [{ id: n + 10, name: 'below' }],
  maybe: n % 2 ? null : [null],
});
const animals = [
  { __typename: 'Cat', name: 'Tom', legs: 4, purrs: true, friend: { __typename: 'Dog', name: 'Rex' } },
  { __typename: 'Dog', name: 'Rex', legs: 3 },
];

const resolvers: Record<string, Record<string, GraphQLFieldResolver<unknown, unknown>>> = {
  Query: {
    items: (_root, { count }) => later(Array.from({ length: count as number }, (_, n) => item(n))),
    sparse: () => [item(1), null, item(2)],
    item: () => later(item(1)),
    hard: () => item(2),
    animals: () => later(animals),
    found: () => [...animals, null],
    // Sorted, for arguments have no order.
    echo: (_root, args: object) => Object.fromEntries(Object.entries(args).sort(([a], [b]) => a.localeCompare(b))),
    when: () => new Date(0),
    colours: () => ['RED', null, 'GREEN'],
    wrongColour: () => 'BLUE',
    number: (_root, { n }) => n,
    tooLarge: () => 2 ** 40,
  },
  Item: {
    fails: () => fail(),
    failsHard: () => later(0).then(() => fail('hard')),
    later: () => later('at last'),
    laterHard: () => later(null as never),
  },
  Dog: { barks: (_root, { times }) => later(Array(times as number).fill('woof')) },
  Mutation: {
    add: async (_root, { n }) => {
      total += n as number;
      return n === 13 ? fail('unlucky') : total;
    },
    note: (_root, { text }) => text,
  },
  Subscription: { told: (event) => event },
};

function makeSchema(): GraphQLSchema {
  const schema = buildSchema(sdl);
  Object.assign(schema.getType('JSON')!, { ...JsonScalar });
  Object.assign(schema.getType('DateTime')!, { ...DateTimeScalar });
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const [name, resolve] of Object.entries(resolvers[type.name] ?? {})) type.getFields()[name]!.resolve = resolve;
  }
  return schema;
}

const schema = makeSchema();
const compiling = new Executor(schema, { compileAtUse: 1 });

/** As text: what resolving came to, keys in their order, and how its errors leave. */
const told = ({ data, errors }: ExecutionResult): string =>
  JSON.stringify({
    data,
    errors: errors?.map((error) => [error.toJSON(), formatError(error.toJSON(), error)]),
  });

const contextOf = () => ({ operation: { kind: 'query' as const, executor: undefined as string | undefined } });

async function both(text: string | DocumentNode, variables: Record<string, unknown> = {}, rootValue?: unknown) {
  const document = typeof text === 'string' ? parse(text) : text;
  expect(validate(schema, document)).toEqual([]);
  const context = contextOf();
  total = 0;
  const expected = told(await execute({ schema, document, variableValues: variables, rootValue }));
  total = 0;
  const result = await compiling.execute({ document, variables, rootValue, context: context as never });
  expect(told(result)).toBe(expected);
  return { executor: context.operation.executor, data: result.data as never, errors: result.errors };
}

beforeEach(() => {
  total = 0;
});

describe('a compiled operation answers as graphql-js does', () => {
  it.each([
    [
      'fields, aliases, fragments',
      '{ item { id a: id ...F ... on Item { name } } } fragment F on Item { name none { id } list { id } }',
    ],
    ['lists', '{ items(count: 3) { id list { name } maybe { id } } sparse { id } colours when }'],
    ['the same field asked for twice', '{ item { list { id } } item { list { name } id } }'],
    [
      'interfaces',
      '{ animals { __typename name legs ... on Cat { purrs } ... on Dog { barks(times: 1) } friend { name } } }',
    ],
    ['unions', '{ found { ... on Cat { name purrs } ... on Dog { barks } ... on Animal { legs } } }'],
    ['an error', '{ item { id fails } }'],
    ['errors in lists', '{ items(count: 3) { id fails } }'],
    ['an error where nothing may be null', '{ item { id failsHard } }'],
    ['several of them', '{ items(count: 3) { id failsHard } hard { id } }'],
    ['a null where nothing may be', '{ item { laterHard } }'],
    ['up to the whole answer', '{ hard { failsHard } }'],
    ['values that a type cannot tell', '{ wrongColour tooLarge when }'],
  ])('%s', async (_name, text) => {
    expect((await both(text)).executor).toBe('compiled');
  });

  it('arguments, written or by variables, with defaults at every level', async () => {
    const text = `query ($shape: Shape, $text: String, $at: DateTime = "2026-01-01T00:00:00Z", $json: JSON, $id: ID = 5, $colour: Colour) {
      echo(shape: $shape, text: $text, at: $at, json: $json, ids: [$id, "b"], colour: $colour)
      b: echo(shape: { sides: 3, colour: RED, inner: [{ note: { a: [1, "x", null, true] } }] }, text: null)
      c: echo(shape: { note: $json, at: "2026-02-02T02:02:02Z" }, ids: "one", at: "2026-01-01T00:00:00Z")
    }`;
    expect((await both(text)).executor).toBe('compiled');
    await both(text, { shape: {}, text: null, json: { deep: [{ $where: 1 }] }, colour: 'GREEN', id: null });
    await both(text, { shape: { inner: [{ sides: 1, at: '2026-03-03T03:03:03Z' }] }, at: null, json: 0 });
  });

  it('variables that do not fit', async () => {
    const text = 'query ($shape: Shape, $n: Float!, $c: Colour) { echo(shape: $shape, colour: $c) number(n: $n) }';
    for (const variables of [
      {},
      { n: 'x' },
      { n: 1, c: 'BLUE' },
      { n: 1, shape: { inner: [{ sides: null }] } },
      { n: 1, shape: 3 },
    ]) {
      const { errors, data } = await both(text, variables);
      expect([errors!.length, data]).toEqual([1, undefined]);
    }
  });

  it('arguments that variables turn out not to fill', async () => {
    const text =
      'query ($n: Int = 3, $d: Float = 1, $s: Int = 1) { echo(need: $n, shape: { sides: $s }) number(n: $d) item { id } }';
    expect((await both(text)).executor).toBe('compiled');
    expect((await both(text, { n: null })).executor).toBe('interpreted');
    expect((await both(text, { d: null })).errors).toHaveLength(1);
    expect((await both(text, { s: null })).errors).toHaveLength(1);
  });

  it('@skip and @include on fields, fragments and spreads, each outcome compiled for itself', async () => {
    const text = parse(`query ($a: Boolean!, $b: Boolean = true) {
      item { id @skip(if: $a) ...F @include(if: $b) ... @skip(if: $b) { list { id } } ...G }
      sparse @include(if: $a) @skip(if: $b) { id }
      other: item { ...F }
    }
    fragment F on Item { name @include(if: $a) list { name } }
    fragment G on Item { none @skip(if: true) { id } maybe @include(if: true) { id } }`);
    for (const a of [true, false])
      for (const b of [true, false]) expect((await both(text, { a, b })).executor).toBe('compiled');
    await both(text, { a: false });
    expect((await both(text, { a: false, b: null })).errors).toHaveLength(1);
  });

  it('what is asked for last may be nothing', async () => {
    await both('{ item { id @skip(if: true) } }');
    await both('{ item @skip(if: true) { id } }');
  });

  it('mutations, in their order', async () => {
    expect((await both('mutation ($n: Int!) { add(n: $n) }', { n: 5 })).executor).toBe('compiled');
    expect((await both('mutation { add(n: 13) }')).errors).toHaveLength(1);
    await both('mutation { a: add(n: 1) b: add(n: 2) c: add(n: 13) d: add(n: 4) }');
    await both('mutation ($n: Int = 1) { ...Two } fragment Two on Mutation { a: add(n: 1) b: add(n: $n) }', {
      n: null,
    });
  });

  it('events of subscriptions', async () => {
    const text = 'subscription { told { id name fails later } }';
    expect((await both(text, {}, item(3))).executor).toBe('compiled');
    expect((await both('subscription { told { name later } }', {}, null)).data).toEqual({ told: null });
  });

  it('names that look like others, or like what every object has', async () => {
    await both('{ a_b: item { c: id } a: item { b_c: name } }');
    await both('{ item { __proto__: id constructor: name toString: id then: name } }');
    await both('{ __proto__: item { id } hasOwnProperty: when }');
    await both('{ __typename t: __typename item { t: __typename } }');
    await both('{ __schema { queryType { name } } __type(name: "Item") { fields { name } } }');
  });
});

describe('what is written in a document', () => {
  it('is never a part of the code that it is compiled to', async () => {
    const date = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';
    const attack = `${date}0);globalThis.wasRun = true;new Date(`;
    for (const text of [attack, '__MAGIC_NAN__57f286b9_4c20_487f_b409_79804ddcb4f8', '`$' + '{1}`', '\\u2028"\\\\']) {
      const written = JSON.stringify(text);
      const { data } = await both(`{ echo(text: ${written}, json: { a: ${written} }) }`);
      expect((data as { echo: unknown }).echo).toMatchObject({ text, json: { a: text } });
    }
    expect(globalThis).not.toHaveProperty('wasRun');
  });

  it('as a key of JSON is a key and nothing else', async () => {
    const { data } = await both('{ echo(json: { __proto__: { a: 1 }, constructor: 2 }) }');
    expect(JSON.stringify(data)).toContain('"json":{"__proto__":{"a":1},"constructor":2}');
  });
});

describe('an operation is compiled', () => {
  const executor = (tuning = {}) => {
    const subject = new Executor(schema, tuning);
    return async (document: DocumentNode, variables = {}, operationName?: string) => {
      const context = contextOf();
      await subject.execute({ document, variables, operationName, context: context as never });
      return context.operation.executor;
    };
  };

  it('at its second use, each operation of a document for itself', async () => {
    const run = executor();
    const document = parse('query A { when } query B { colours }');
    const of = async (name: string) => run(document, {}, name);
    expect([await of('A'), await of('B'), await of('A'), await of('B')]).toEqual([
      'interpreted',
      'interpreted',
      'compiled',
      'compiled',
    ]);
    const missing = await new Executor(schema).execute({ document, operationName: 'C', context: contextOf() as never });
    expect(missing.errors?.[0]?.message).toBe('Unknown operation named "C".');
  });

  it('again, when it was forgotten for others', async () => {
    const run = executor({ mostFields: 4 });
    const [first, other] = [parse('{ item { id } }'), parse('{ hard { id } }')];
    expect([await run(first), await run(first)]).toEqual(['interpreted', 'compiled']);
    expect([await run(other), await run(other), await run(first)]).toEqual(['interpreted', 'compiled', 'interpreted']);
  });

  it('not for more conditions than a few', async () => {
    const run = executor({ compileAtUse: 1 });
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const declared = names.map((name) => `$${name}: Boolean = true`).join(' ');
    const fields = names.map((name) => `${name}: when @include(if: $${name})`).join(' ');
    expect(await run(parse(`query (${declared}) { ${fields} }`))).toBe('interpreted');
  });
});

it("an error of GraphQL's own that a resolver throws keeps its extensions", async () => {
  const field = schema.getQueryType()!.getFields().item!;
  const { resolve } = field;
  field.resolve = () => {
    throw new GraphQLError('said so', { extensions: { code: 'FORBIDDEN' } });
  };
  const { errors } = await both('{ item { id } again: item { id } }');
  field.resolve = resolve;
  expect(errors!.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
});
