import { createRequire } from 'node:module';
import type { GraphQLSchema } from 'graphql';
import { ValidationContext } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/base/config.js';
import { Documents } from '../../src/graphql/documents.js';
import { requestLimitsOf } from '../../src/graphql/limits.js';
import { createSchema } from '../../src/graphql/schema.js';
import type { Services } from '../../src/graphql/services.js';
import { overSocket } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { overStream } from '../support/streaming.js';

/** The very class that everybody in this process parses with. */
const { Parser: parser } = createRequire(import.meta.url)('graphql/language/parser.js') as {
  Parser: { prototype: { parseDocument(): unknown } };
};
const parses = vi.spyOn(parser.prototype, 'parseDocument');
const looks = vi.spyOn(ValidationContext.prototype, 'getDocument');
/** Each validation has a context of its own. */
const validations = (): number => new Set(looks.mock.contexts).size;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(() => {
  parses.mockClear();
  looks.mockClear();
});

type Door = (query: string) => Promise<unknown>;
const doors: Record<string, Door> = {
  HTTP: (query) => gateway.query(query),
  'a socket': (query) => overSocket(gateway, query),
  'a stream': async (query) => (await overStream(gateway, query))[0],
};
const counted = async (work: () => Promise<unknown>): Promise<[number, number]> => {
  const before = [parses.mock.calls.length, validations()] as const;
  await work();
  return [parses.mock.calls.length - before[0], validations() - before[1]];
};

describe('a document', () => {
  it.each(Object.keys(doors))(
    'that came by %s first is parsed and validated there, and nowhere again',
    async (first) => {
      const query = `query FirstBy${first.replace(/\W/g, '')} { viewer { scopes } }`;
      expect(await counted(() => doors[first]!(query))).toEqual([1, 1]);
      for (const door of Object.values(doors)) expect(await counted(() => door(query))).toEqual([0, 0]);
    },
  );

  it('that is not valid is refused in the same words however often it comes', async () => {
    const told = (answer: unknown) =>
      (answer as { errors: { message: string }[] }).errors.map(({ message }) => message);
    const answers = [];
    for (const door of [...Object.values(doors), ...Object.values(doors)])
      answers.push(told(await door('{ nothing }')));
    expect(answers).toEqual(answers.map(() => ['Cannot query field "nothing" on type "Query".']));
  });
});

describe('what is remembered', () => {
  const schema: GraphQLSchema = createSchema({} as Services);

  it('is bounded in bytes: what was not asked for longest is parsed again', () => {
    const documents = new Documents(schema, requestLimitsOf(readConfig({})), undefined, 50_000);
    const query = (n: number) => `query Q${n} { viewer { scopes } }`;
    documents.of(query(0));
    const one = documents.bytes;
    for (let n = 1; n < 100; n += 1) documents.of(query(n));
    expect(documents.bytes).toBeGreaterThan(50_000 - 2 * one);
    expect(documents.bytes).toBeLessThanOrEqual(50_000);
    parses.mockClear();
    documents.of(query(99));
    expect(parses).not.toHaveBeenCalled();
    documents.of(query(0));
    expect(parses).toHaveBeenCalledOnce();
  });
});
