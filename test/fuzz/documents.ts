import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { chance, type Known, oneOf, type Random, valueFor } from './values.js';

export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export type Kind = 'query' | 'mutation' | 'subscription';

/** A document over the schema, most often a valid one, and values for its variables. */
export function operation(g: Random, schema: GraphQLSchema, kind: Kind, known: Known): Operation {
  const writing = new Writing(g, known);
  const root = {
    query: schema.getQueryType()!,
    mutation: schema.getMutationType()!,
    subscription: schema.getSubscriptionType()!,
  }[kind];
  const count = kind === 'subscription' ? 1 : g.int(1, 3);
  const fields = Array.from({ length: count }, (_, index) =>
    writing.field(oneOf(g, Object.values(root.getFields())), 0, `r${index}`),
  );
  const declared = writing.declared.length > 0 ? `(${writing.declared.join(', ')})` : '';
  const query = `${kind} Fuzz${declared} { ${fields.join(' ')} }`;
  return { query: chance(g, 5) ? damaged(g, query) : query, variables: writing.variables };
}

/** Names that every object has. */
const inherited = ['constructor', '__proto__', 'toString'];

class Writing {
  readonly variables: Record<string, unknown> = {};
  readonly declared: string[] = [];
  /** How many more fields may be written. */
  #left = 60;

  constructor(
    private readonly g: Random,
    private readonly known: Known,
  ) {}

  field(field: GraphQLField<unknown, unknown>, depth: number, alias?: string): string {
    this.#left -= 1;
    const given = field.args.filter((arg) => (isRequiredArgument(arg) ? !chance(this.g, 2) : chance(this.g, 35)));
    const args = given.length > 0 ? `(${given.map((arg) => `${arg.name}: ${this.#argument(arg)}`).join(', ')})` : '';
    const type = getNamedType(field.type);
    const below = isCompositeType(type) && isObjectType(type) ? this.#selection(type, depth + 1) : '';
    const condition = chance(this.g, 4) ? ` @${oneOf(this.g, ['include', 'skip'])}(if: ${chance(this.g, 50)})` : '';
    return `${alias === undefined ? '' : `${alias}: `}${field.name}${args}${condition} ${below}`;
  }

  #argument({ type }: GraphQLArgument): string {
    const value = valueFor(this.g, type, this.known);
    const count = this.declared.length;
    const name = count < inherited.length && chance(this.g, 10) ? inherited[count]! : `v${count}`;
    this.declared.push(`$${name}: ${String(type)}`);
    if (value !== null || chance(this.g, 50)) this.#define(name, value);
    return `$${name}`;
  }

  /** Not assigned, so that `__proto__` is sent like any other. */
  #define(name: string, value: unknown): void {
    Object.defineProperty(this.variables, name, { value, enumerable: true });
  }

  #selection(type: GraphQLObjectType, depth: number): string {
    const all = Object.values(type.getFields());
    const chosen = all.filter((field) => {
      const isDeep = isCompositeType(getNamedType(field.type)) && !isInterfaceType(field.type);
      return this.#left > 0 && (isDeep ? depth < 6 && chance(this.g, 45) : chance(this.g, 50));
    });
    const fields = chosen.map((field) => this.field(field, depth));
    if (fields.length === 0 || chance(this.g, 5)) fields.push('__typename');
    const text = `{ ${fields.join(' ')} }`;
    return chance(this.g, 5) ? `{ ... on ${type.name} ${text} }` : text;
  }
}

/** Something is missing, doubled, or in the wrong place. */
function damaged(g: Random, query: string): string {
  const at = g.int(0, query.length);
  const length = g.int(0, 10);
  const inserted = oneOf(g, [
    '',
    '{',
    '}',
    '(',
    '"',
    '$',
    '...',
    '@',
    '#',
    '\u0000',
    '"""',
    ' fragment F on User { ...F } ',
  ]);
  return `${query.slice(0, at)}${inserted}${query.slice(at + length)}`;
}
