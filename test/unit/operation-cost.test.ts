import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getIntrospectionQuery, Kind, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/base/config.js';
import { operationCost } from '../../src/graphql/cost/operation-cost.js';
import { createSchema } from '../../src/graphql/schema.js';
import type { Services } from '../../src/graphql/services.js';
import { examples } from '../../src/server/pages/examples.js';

const schema = createSchema({} as Services);
const { MAX_QUERY_COST: most } = readConfig({});

function costOf(text: string, variables?: Record<string, unknown>, name?: string): number {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  return operationCost(schema, document, name)!.of(variables);
}

function costliest(text: string, variables?: Record<string, unknown>) {
  return operationCost(schema, parse(text), undefined)!.costliest(variables);
}

describe('what an operation costs', () => {
  const page = 'query($n: Int) { activityLogs(first: $n) { nodes { id } } }';

  it('is one for each item that a page may have, 20 where it does not say', () => {
    const items = (n: number) => n + 2;
    expect(costOf('{ activityLogs { nodes { id action } } }')).toBe(items(20));
    expect(costOf('{ activityLogs(first: 50) { nodes { id } } }')).toBe(items(50));
    expect(costOf('{ activityLogs(last: 7) { edges { node { id } } } }')).toBe(items(7));
    expect(costOf('{ activityLogs(first: null) { nodes { id } } }')).toBe(items(20));
    expect(costOf(page, { n: 300 })).toBe(items(300));
    expect(costOf(page, { n: null })).toBe(items(20));
    expect(costOf(page)).toBe(items(20));
    expect(costOf('query($n: Int = 40) { activityLogs(first: $n) { nodes { id } } }')).toBe(items(40));
    expect(costOf('query($n: Int = 40) { activityLogs(first: $n) { nodes { id } } }', { n: 3 })).toBe(items(3));
  });

  it('takes variables as they were sent, whatever they are', () => {
    for (const n of ['ten', -5, Number.NaN, 1e9, [1], {}]) expect(costOf(page, { n })).toBeLessThanOrEqual(1002);
    expect(costOf(page, { n: 1e9 })).toBe(1002);
    expect(costOf(page, { n: -5 })).toBe(2);
  });

  it('multiplies pages within pages, whose items cost half', () => {
    const text = 'query($a: Int, $b: Int) { users(first: $a) { nodes { pathways(first: $b) { nodes { id } } } } }';
    expect(costOf(text, { a: 10, b: 10 })).toBe(2 + 10 * (1 + 1 + 10 * 0.5));
    expect(costOf(text, { a: 1000, b: 1000 })).toBe(2 + 1000 * (1 + 1 + 1000 * 0.5));
    expect(costliest(text, { a: 1000, b: 1000 })).toMatchObject({ path: 'users.pathways', size: 1_000_000 });
  });

  it('is little for what is looked up together, and nothing for parts of an entry', () => {
    expect(costOf('{ activityLogs(first: 100) { nodes { user { id } actor { name } object { id } } } }')).toBe(122);
    expect(costOf('{ activityLogs(first: 100) { nodes { actor { name } progress { percent } } } }')).toBe(102);
  });

  it('counts what is selected twice under one name once, and under two names twice', () => {
    const fragment = 'fragment F on Query { activityLogs(first: 100) { nodes { user { id } } } }';
    const once = costOf('{ activityLogs(first: 100) { nodes { user { id } } } }');
    expect(costOf(`{ ...F ...F activityLogs(first: 100) { nodes { id user { name } } } } ${fragment}`)).toBe(once);
    expect(
      costOf('{ a: activityLogs(first: 100) { nodes { id } } b: activityLogs(first: 100) { nodes { id } } }'),
    ).toBe(204);
  });

  it('is of the operation that is meant', () => {
    const text = 'query A { viewer { scopes } } query B { users(first: 100) { nodes { id } } }';
    expect(costOf(text, {}, 'B') - costOf(text, {}, 'A')).toBeGreaterThan(90);
    expect(operationCost(schema, parse(text), 'C')).toBeUndefined();
  });

  it('grows with what a mutation sends', () => {
    const batch = 'mutation($i: [CreateActivityLogInput!]!) { createActivityLogs(inputs: $i) { cursor } }';
    const inputs = Array.from({ length: 500 }, () => ({ action: 'a' }));
    expect(costOf(batch, { i: inputs })).toBe(510);
    expect(costOf('mutation { createActivityLogs(inputs: [{ action: "a" }, { action: "b" }]) { cursor } }')).toBe(12);
    const enrol = 'mutation($i: EnrolUsersInput!) { enrolUsers(input: $i) { results { enrolment { user { id } } } } }';
    const users = inputs.map(() => ({ userEmail: 'a@example.com' }));
    expect(costOf(enrol, { i: { pathwayId: '0'.repeat(24), users } })).toBe(10 + 500 + 500 * 0.4);
  });
});

describe('the default limit', () => {
  const folder = join(import.meta.dirname, '../../schema/operations');
  const text = readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const names = parse(text).definitions.flatMap((one) =>
    one.kind === Kind.OPERATION_DEFINITION && one.name ? [one.name.value] : [],
  );

  it.each(names)('is far above what %s costs', (name) => expect(costOf(text, {}, name)).toBeLessThan(most / 10));

  it.each(names)('lets %s ask for a page of 500', (name) => {
    const pages = /PathwaysWithPeople|UsersWithPathways/.test(name) ? 100 : 500;
    expect(costOf(text, { first: pages }, name)).toBeLessThan(most);
  });

  it('is far above what GraphiQL and its examples ask for', () => {
    expect(costOf(getIntrospectionQuery())).toBeLessThan(most / 10);
    for (const { query, variables } of examples) {
      expect(operationCost(schema, parse(query), undefined)!.of(variables)).toBeLessThan(most / 10);
    }
  });

  it('is below 24 pages of 1,000', () => {
    const aliases = Array.from({ length: 24 }, (_, n) => `a${n}: activityLogs(first: 1000) { nodes { id } }`);
    expect(costOf(`{ ${aliases.join(' ')} }`)).toBe(24 * 1002);
    expect(24 * 1002).toBeGreaterThan(most);
  });
});
