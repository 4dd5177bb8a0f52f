import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overSocket } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { RawSocket } from '../support/raw-socket.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({
    env: { ALLOWED_ORIGINS: 'https://app.example.com' },
    socketLimits: { initTimeoutMs: 300, operationsPerConnection: 3, messageBytes: 20_000 },
  });
});
afterAll(() => gateway.close());

const logged = 'subscription($after: FeedCursor) { activityLogged(after: $after) { activityLogId } }';
const admin = () => RawSocket.acknowledged(gateway, gateway.people.admin);

describe('upgrades', () => {
  it('are refused at other paths and from origins that are not allowed', async () => {
    expect(await RawSocket.refusal(gateway, '/elsewhere', {})).toBe(404);
    expect(await RawSocket.refusal(gateway, '/graphql', { origin: 'https://evil.example' })).toBe(403);
    expect(await RawSocket.refusal(gateway, '/graphql', { origin: 'null' })).toBe(403);
  });

  it('are accepted from our own origin, an allowed one and from who is no browser', async () => {
    const allowed: Record<string, string>[] = [{ origin: gateway.url }, { origin: 'https://app.example.com' }, {}];
    for (const headers of allowed) {
      const raw = await RawSocket.open(gateway, { headers });
      raw.socket.terminate();
    }
  });
});

describe("the protocol's own codes", () => {
  it.each([
    ['4400 for what is no message', 4400, (raw: RawSocket) => raw.send('{"type":"nonsense"}')],
    ['4400 for a message that is ours to send', 4400, (raw: RawSocket) => raw.send({ type: 'next', id: '1' })],
    [
      '4401 for an operation before the acknowledgement',
      4401,
      (raw: RawSocket) => raw.subscribe('1', '{ __typename }'),
    ],
    ['4408 for who never introduces itself', 4408, () => {}],
    [
      '4429 for a second introduction',
      4429,
      (raw: RawSocket) => {
        raw.send({ type: 'connection_init', payload: {} });
        raw.send({ type: 'connection_init', payload: {} });
      },
    ],
    ['1009 for a message that is too large', 1009, (raw: RawSocket) => raw.send(' '.repeat(20_001))],
  ])('%s', async (_name, code, act) => {
    const raw = await RawSocket.open(gateway);
    const closed = raw.closed();
    act(raw);
    expect((await closed).code).toBe(code);
  });

  it('4406 for another protocol', async () => {
    const raw = await RawSocket.open(gateway, { protocol: 'graphql-ws' }).catch((error) => error as Error);
    // The client refuses a server that does not speak its protocol before the server's code arrives.
    expect(raw instanceof Error ? raw.message : (await raw.closed()).code).toSatisfy(
      (told) => told === 4406 || /subprotocol/.test(String(told)),
    );
  });

  it('4409 for an id that is taken', async () => {
    const raw = await admin();
    const closed = raw.closed();
    raw.subscribe('same', logged);
    raw.subscribe('same', logged);
    expect((await closed).code).toBe(4409);
  });
});

describe('credentials', () => {
  it.each([['Bearer agw_wrong'], ['nonsense'], [42]])('%s is refused with 4403', async (authorization) => {
    const raw = await RawSocket.open(gateway);
    const closed = raw.closed();
    raw.send({ type: 'connection_init', payload: { authorization } });
    expect((await closed).code).toBe(4403);
  });

  it('nobody may look at the schema, and at nothing else', async () => {
    const schema = await overSocket(gateway, '{ __schema { queryType { name } } }', {}, 'nobody');
    expect(schema).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
    for (const query of ['{ viewer { scopes } }', 'mutation { createUser(input: { name: "x" }) { cursor } }', logged]) {
      const { errors } = await overSocket(gateway, query, {}, 'nobody');
      expect(errors?.map((error) => error.extensions.code)).toEqual(['UNAUTHENTICATED']);
    }
  });
});

describe('queries and mutations', () => {
  it('are answered as over HTTP', async () => {
    const query = 'query Me($id: ObjectID!) { viewer { scopes } user(id: $id) { name } }';
    const variables = { id: gateway.users.alice };
    const { data } = await gateway.query(query, variables);
    expect(await overSocket(gateway, query, variables)).toEqual({ data });
    const created = await overSocket(gateway, 'mutation { createActivityLog(input: { action: "did" }) { outcome } }');
    expect(created).toEqual({ data: { createActivityLog: { outcome: 'RECORDED' } } });
  });

  it.each([
    ['a word that is no GraphQL', 'what', {}],
    ['a field that does not exist', '{ nothing }', {}],
    ['a subscription to what does not exist', 'subscription { nothing { id } }', {}],
    ['an operation that is too deep', `{ ${'a { '.repeat(201)} b ${'}'.repeat(202)}`, {}],
    ['a variable that does not fit', 'query($id: ObjectID!) { user(id: $id) { name } }', { id: 'x' }],
    ['no such operation', 'query A { viewer { scopes } } query B { viewer { scopes } }', {}],
  ])('%s is refused in the same words', async (_name, query, variables) => {
    const { errors } = await gateway.query(query, variables);
    const over = await overSocket(gateway, query, variables);
    const told = (list: typeof errors) =>
      list?.map(({ message, extensions: { requestId: _, ...extensions } }) => ({ message, extensions }));
    expect(told(over.errors)).toEqual(told(errors));
  });

  it("a subscription's variables that do not fit are the subscription's own error", async () => {
    const { errors } = await overSocket(gateway, logged, { after: 5 });
    expect(errors?.map(({ extensions: { code, field } }) => [code, field])).toEqual([['BAD_USER_INPUT', 'after']]);
  });

  it('a subscription over HTTP is told where to go', async () => {
    const answer = await gateway.query(logged);
    expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(answer.errors?.[0]?.message).toContain('WebSocket');
  });
});

describe('limits', () => {
  it('one connection has so many operations, and the one too many is refused alone', async () => {
    const raw = await admin();
    for (const id of ['1', '2', '3', '4']) raw.subscribe(id, logged);
    const refused = await raw.message((message) => message.type === 'error');
    expect(refused).toMatchObject({ id: '4', payload: [{ extensions: { code: 'TOO_COSTLY' } }] });
    raw.send({ type: 'complete', id: '1' });
    raw.subscribe('5', '{ viewer { scopes } }');
    expect(await raw.message((message) => message.id === '5')).toMatchObject({ type: 'next' });
    raw.socket.terminate();
  });

  it('one credential has so many connections; the next is told to come back later', async () => {
    const narrow = await startGateway({ socketLimits: { connectionsPerCredential: 2 } });
    const open = [
      await RawSocket.acknowledged(narrow, narrow.people.admin),
      await RawSocket.acknowledged(narrow, narrow.people.admin),
    ];
    const third = await RawSocket.open(narrow);
    const closed = third.closed();
    third.send({ type: 'connection_init', payload: { authorization: narrow.people.admin } });
    expect((await closed).code).toBe(1013);
    // Another credential is none of this one's.
    open.push(await RawSocket.acknowledged(narrow, narrow.people.reader));
    for (const raw of open) raw.socket.terminate();
    await narrow.close();
  });
});
