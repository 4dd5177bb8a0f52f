import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { overSocket } from '../support/following.js';
import { type GraphqlError, startGateway, type TestGateway } from '../support/gateway.js';
import { StoreLine } from '../support/store-line.js';
import { overStream } from '../support/streaming.js';

type Answered = { data?: unknown; errors?: readonly GraphqlError[] };
type Ask = (gateway: TestGateway, query: string, variables?: Record<string, unknown>) => Promise<Answered>;

const doors: [string, Ask][] = [
  ['HTTP', (gateway, query, variables) => gateway.query(query, variables)],
  ['a socket', (gateway, query, variables) => overSocket(gateway, query, variables)],
  ['a stream', async (gateway, query, variables) => (await overStream(gateway, query, variables))[0]!],
];
const codes = ({ errors }: Answered): string[] => (errors ?? []).map(({ extensions }) => extensions.code);
const aliased = (count: number, size: string): string =>
  Array.from({ length: count }, (_, n) => `a${n}: activityLogs(first: ${size}) { nodes { id } }`).join(' ');

describe.each(doors)('by %s', (_door, ask) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({
      env: { MAX_QUERY_ALIASES: '30', MAX_QUERY_DIRECTIVES: '3', INTROSPECTION: '0' },
    });
  });
  afterAll(() => gateway.close());

  it('24 pages of 1,000 are TOO_COSTLY, which says what they cost, what one may, and what to narrow', async () => {
    for (const [text, variables] of [
      [`{ ${aliased(24, '1000')} }`, {}],
      [`query($n: Int) { ${aliased(24, '$n')} }`, { n: 1000 }],
    ] as const) {
      const answer = await ask(gateway, text, variables);
      expect(codes(answer)).toEqual(['TOO_COSTLY']);
      expect(answer.errors![0]).toMatchObject({ extensions: { field: 'first' } });
      expect(answer.errors![0]!.message).toMatch(/costs 24048.*may cost 20000.*a0 asks for 1000 items.*smaller first/);
    }
    expect(codes(await ask(gateway, `query($n: Int) { ${aliased(24, '$n')} }`, { n: 10 }))).toEqual([]);
  });

  it('aliases and directives are bounded', async () => {
    const aliases = (count: number) =>
      `{ viewer { ${Array.from({ length: count }, (_, n) => `a${n}: scopes`).join(' ')} } }`;
    expect(codes(await ask(gateway, aliases(30)))).toEqual([]);
    expect(codes(await ask(gateway, aliases(31)))).toEqual(['TOO_COSTLY']);
    const directives = (count: number) => `{ viewer { scopes ${'@include(if: true) '.repeat(count)} } }`;
    expect(codes(await ask(gateway, directives(4)))).toEqual(['TOO_COSTLY']);
    expect(
      codes(await ask(gateway, `{ a: viewer @skip(if: true) { scopes } b: viewer @skip(if: false) { scopes } }`)),
    ).toEqual([]);
  });

  it('the schema is not told where that is off, neither whole nor by suggestions', async () => {
    for (const query of ['{ __schema { types { name } } }', '{ __type(name: "User") { name } }']) {
      expect(codes(await ask(gateway, query))).toContain('GRAPHQL_VALIDATION_FAILED');
    }
    expect(codes(await ask(gateway, '{ __typename }'))).toEqual([]);
    const bad = [
      await ask(gateway, '{ viewer { scops } }'),
      await ask(gateway, '{ user(emial: "a") { id } }'),
      await ask(gateway, '{ activityLogs(orderBy: RECORDED_DSC) { feedCursor } }'),
      await ask(gateway, 'query($o: ActivityLogOrder) { activityLogs(orderBy: $o) { feedCursor } }', {
        o: 'RECORDED_DSC',
      }),
    ];
    for (const answer of bad) {
      expect(codes(answer)).toHaveLength(1);
      expect(JSON.stringify(answer.errors)).not.toMatch(/Did you mean|RECORDED_DESC|email/);
    }
  });
});

describe('a subscription', () => {
  it('is bounded by what one event of it may cost', async () => {
    const gateway = await startGateway({ env: { MAX_QUERY_COST: '100' } });
    const event = 'subscription { activityLogged { activityLog { user { pathways(first: 1000) { nodes { id } } } } } }';
    expect(codes(await overSocket(gateway, event))).toEqual(['TOO_COSTLY']);
    expect(codes((await overStream(gateway, event))[0]!)).toEqual(['TOO_COSTLY']);
    await gateway.close();
  });

  it('suggests no names where the schema is not told', async () => {
    const gateway = await startGateway({ env: { INTROSPECTION: '0' } });
    const text = 'subscription($f: ActivityLogFilter) { activityLogged(filter: $f) { cursor } }';
    const answer = await overSocket(gateway, text, { f: { sources: ['AWORL'] } });
    expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
    expect(answer.errors![0]!.message).not.toMatch(/Did you mean|AWORLD/);
    await gateway.close();
  });
});

it('tells the schema, and suggests its names, but in production', async () => {
  const env = { TOKEN_SECRET: 'x'.repeat(32), SOURCE_SECRET_KEY: 'x'.repeat(32) };
  const open = await startGateway({ env });
  expect(codes(await open.query('{ __schema { queryType { name } } }'))).toEqual([]);
  expect((await open.query('{ viewer { scops } }')).errors![0]!.message).toContain('Did you mean "scopes"');
  await open.close();
  const closed = await startGateway({ env: { ...env, NODE_ENV: 'production' } });
  expect(codes(await closed.query('{ __schema { queryType { name } } }'))).toContain('GRAPHQL_VALIDATION_FAILED');
  expect((await closed.query('{ viewer { scops } }')).errors![0]!.message).not.toContain('Did you mean');
  await closed.close();
});

describe('what one credential takes up', () => {
  it('in cost is bounded, at every door in common, and says when to try again', async () => {
    const gateway = await startGateway({ env: { MAX_COST_PER_MINUTE: '100' } });
    const page = 'query { activityLogs(first: 70) { nodes { id } } }';
    expect(codes(await gateway.query(page))).toEqual([]);
    const refused = await gateway.query(page);
    expect([refused.status, codes(refused)]).toEqual([429, ['RATE_LIMITED']]);
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(refused.errors![0]!.extensions).toMatchObject({ retryAfterSeconds: seconds });
    expect(codes(await overSocket(gateway, page))).toEqual(['RATE_LIMITED']);
    expect(codes((await overStream(gateway, page))[0]!)).toEqual(['RATE_LIMITED']);
    expect(codes(await gateway.query(page, {}, { as: 'reader' }))).toEqual([]);
    const calls = () => fetch(`${gateway.url}/activities`, { headers: { authorization: gateway.people.foreigner! } });
    const statuses = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await calls()).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await calls()).headers.get('retry-after')).toMatch(/^\d+$/);
    await gateway.close();
  });

  it('at once is bounded, and free again once it is over', async () => {
    const line = await StoreLine.open(inject('mongodbUrl'));
    const gateway = await startGateway({ mongodbUrl: line.url, env: { MAX_OPERATIONS_PER_CREDENTIAL: '1' } });
    const users = '{ users { nodes { id } } }';
    line.keepBack('users');
    const held = gateway.query(users);
    const refused = await (async () => {
      for (;;) {
        const answer = await gateway.query('{ viewer { scopes } }');
        if (answer.errors) return answer;
      }
    })();
    expect([refused.status, codes(refused), refused.headers.get('retry-after')]).toEqual([429, ['RATE_LIMITED'], '1']);
    expect(codes(await overSocket(gateway, users))).toEqual(['RATE_LIMITED']);
    const called = await fetch(`${gateway.url}/activities`, { headers: { authorization: gateway.people.admin! } });
    expect(called.status).toBe(429);
    line.restore();
    expect(codes(await held)).toEqual([]);
    for (let n = 0; n < 3; n += 1) expect(codes(await gateway.query(users))).toEqual([]);
    // Also what fails leaves.
    for (let n = 0; n < 3; n += 1) expect(codes(await gateway.query('{ user { id } }'))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await gateway.query(users))).toEqual([]);
    await gateway.close();
    await line.close();
  });
});

describe('an operation that takes too long', () => {
  it.each(doors)('is QUERY_TOO_SLOW by %s, and under way until it is really over', async (_door, ask) => {
    const line = await StoreLine.open(inject('mongodbUrl'));
    const env = { OPERATION_TIMEOUT_MS: '300', MAX_OPERATIONS_PER_CREDENTIAL: '1' };
    const gateway = await startGateway({ mongodbUrl: line.url, env });
    const users = '{ users { nodes { id } } }';
    line.keepBack('users');
    const slow = await ask(gateway, users);
    expect(codes(slow)).toEqual(['QUERY_TOO_SLOW']);
    expect(slow.errors![0]!.message).toMatch(/longer than 0.3 s.*narrow/);
    expect(codes(await ask(gateway, '{ viewer { scopes } }'))).toEqual(['RATE_LIMITED']);
    line.restore();
    for (;;) if (!(await ask(gateway, users)).errors) break;
    line.keepBack('users');
    const writing = await gateway.query('mutation { createUser(input: { name: "Carol" }) { user { id } } }');
    expect([writing.status, codes(writing)]).toEqual([503, ['QUERY_TOO_SLOW']]);
    expect(writing.errors![0]!.message).toMatch(/may be recorded still/);
    line.restore();
    await gateway.close();
    await line.close();
  });
});
