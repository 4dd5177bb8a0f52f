import { afterAll, beforeAll, expect, it } from 'vitest';
import { overSocket } from '../support/following.js';
import { type GraphqlError, startGateway, type TestGateway } from '../support/gateway.js';
import { RawSocket } from '../support/raw-socket.js';
import { overStream } from '../support/streaming.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({
    env: {
      MAX_QUERY_DEPTH: '5',
      MAX_QUERY_ROOT_FIELDS: '2',
      MAX_QUERY_FIELDS: '200',
      MAX_QUERY_TOKENS: '250',
      MAX_CONNECTIONS_PER_CREDENTIAL: '1',
      MAX_SOCKET_MESSAGE_BYTES: '5000',
    },
  });
});
afterAll(() => gateway.close());

const nested = (depth: number): string => (depth === 0 ? 'name' : `ofType { ${nested(depth - 1)} }`);

it.each([
  ['depth', '{ __type(name: "User") { ofType { ofType { name } } } }', `{ __type(name: "User") { ${nested(4)} } }`],
  ['fields at the root', '{ a: __typename b: __typename }', '{ a: __typename b: __typename c: __typename }'],
  ['words', `{ __typename # ${'a '.repeat(300)}\n }`, `{ ${'__typename '.repeat(250)} }`],
])('the settings bound the %s of a document, by whichever door it comes', async (_name, good, bad) => {
  const doors: ((query: string) => Promise<{ data?: unknown; errors?: GraphqlError[] }>)[] = [
    (query) => gateway.query(query),
    (query) => overSocket(gateway, query),
    async (query) => (await overStream(gateway, query))[0]!,
  ];
  for (const door of doors) {
    expect((await door(good)).errors).toBeUndefined();
    expect((await door(bad)).errors?.map(({ extensions }) => extensions.code)).toEqual(['TOO_COSTLY']);
  }
});

it('the settings bound what one client takes up', async () => {
  const one = await RawSocket.acknowledged(gateway, gateway.people.admin);
  const two = await RawSocket.open(gateway);
  const refused = two.closed();
  two.send({ type: 'connection_init', payload: { authorization: gateway.people.admin } });
  expect((await refused).code).toBe(1013);
  const tooLarge = one.closed();
  one.send(' '.repeat(5001));
  expect((await tooLarge).code).toBe(1009);
});
