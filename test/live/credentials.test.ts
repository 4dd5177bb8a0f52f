import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  CountActivityLogsDocument,
  CreateActivityLogDocument,
  CreateCredentialDocument,
  RevokeCredentialDocument,
} from '../../schema/operations/operations.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { type Message, RawSocket } from '../support/raw-socket.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const logged = `subscription($after: FeedCursor) {
  activityLogged(after: $after) { cursor activityLog { action user { name } } }
}`;
const feedCursor = async () => (await gateway.data(CountActivityLogsDocument, {})).activityLogs.feedCursor;
const record = (action: string) =>
  gateway.data(CreateActivityLogDocument, { input: { action, userId: gateway.users.alice } });

/** A client of ours, and tokens of it with some of its scopes. */
async function addClient(scopes: string[]) {
  const { createCredential } = await gateway.data(CreateCredentialDocument, {
    input: { kind: 'CLIENT', name: 'a dashboard', scopes },
  });
  const { id, clientId } = createCredential.credential;
  const token = async (scope: string): Promise<string> => {
    const issued = await gateway.gateway.authenticator.issueToken({
      tenant: gateway.home.key,
      clientId: clientId!,
      clientSecret: createCredential.secret,
      scope,
    });
    return `Bearer ${issued.accessToken}`;
  };
  return { id, token };
}

interface Event {
  readonly data: {
    readonly activityLogged: { readonly activityLog: { action: string; user: { name: string } | null } };
  };
}
const nexts = (raw: RawSocket): Event[] =>
  raw.messages.filter((message) => message.type === 'next').map((message) => message.payload as Event);
const told = (raw: RawSocket): [string, string | undefined][] =>
  nexts(raw).map(({ data }) => [data.activityLogged.activityLog.action, data.activityLogged.activityLog.user?.name]);
const isPong = (message: Message): boolean => message.type === 'pong';

it('a revoked credential ends its sockets with 4403, and nobody else’s', async () => {
  const { id, token } = await addClient(['activity_log:read', 'user:read']);
  const raws = [
    await RawSocket.acknowledged(gateway, await token('')),
    await RawSocket.acknowledged(gateway, await token('activity_log:read')),
  ];
  const other = await RawSocket.acknowledged(gateway, gateway.people.reader);
  other.subscribe('1', logged, { after: await feedCursor() });
  const closed = Promise.all(raws.map((raw) => raw.closed()));
  await gateway.data(RevokeCredentialDocument, { id });
  expect((await closed).map(({ code }) => code)).toEqual([4403, 4403]);
  await record('went-on');
  await other.until(() => nexts(other).length === 1);
  other.socket.terminate();
});

it('an expired credential ends its sockets with 4403', async () => {
  const { createCredential } = await gateway.data(CreateCredentialDocument, {
    input: { kind: 'API_KEY', name: 'short', scopes: ['*'], expiresAt: new Date(Date.now() + 1500).toISOString() },
  });
  const raw = await RawSocket.acknowledged(gateway, `Bearer ${createCredential.secret}`);
  expect((await raw.closed()).code).toBe(4403);
});

it('a new token in a ping goes on at the same place, with the new rights', async () => {
  const { token } = await addClient(['activity_log:read', 'user:read']);
  const raw = await RawSocket.acknowledged(gateway, await token(''));
  raw.subscribe('1', logged, { after: await feedCursor() });
  const recording = (async () => {
    for (let n = 0; n < 30; n += 1) await record(`renewed-${n}`);
  })();
  await raw.until(() => told(raw).length >= 5);
  raw.send({ type: 'ping', payload: { authorization: await token('activity_log:read') } });
  await raw.message(isPong);
  const sighted = told(raw).length;
  await recording;
  await raw.until(() => told(raw).length === 30);
  expect(told(raw).map(([action]) => action)).toEqual(Array.from({ length: 30 }, (_, n) => `renewed-${n}`));
  expect(told(raw).slice(0, 5)).toEqual(Array.from({ length: 5 }, (_, n) => [`renewed-${n}`, 'Alice Miller']));
  expect(
    told(raw)
      .slice(sighted)
      .filter(([, name]) => name !== undefined),
  ).toEqual([]);
  expect(raw.messages.filter(isPong)).toEqual([{ type: 'pong' }]);

  raw.send({ type: 'ping', payload: { authorization: await token('user:read') } });
  const error = await raw.message((message) => message.type === 'error');
  expect(error).toMatchObject({ id: '1', payload: [{ extensions: { code: 'FORBIDDEN' } }] });
  raw.subscribe('2', '{ viewer { scopes } }');
  expect((await raw.message((message) => message.id === '2')).payload).toEqual({
    data: { viewer: { scopes: ['user:read'] } },
  });
  raw.socket.terminate();
});

it.each(['foreigner', 'alice', 'wrong'] as const)('a new token of another owner (%s) closes with 4403', async (who) => {
  const raw = await RawSocket.acknowledged(gateway, gateway.people.admin);
  const closed = raw.closed();
  raw.send({ type: 'ping', payload: { authorization: gateway.people[who] } });
  expect((await closed).code).toBe(4403);
});

it('a ping of any other kind is answered with its own payload', async () => {
  const raw = await RawSocket.acknowledged(gateway, gateway.people.admin);
  raw.send({ type: 'ping', payload: { any: 'thing' } });
  expect(await raw.message(isPong)).toEqual({ type: 'pong', payload: { any: 'thing' } });
  raw.socket.terminate();
});
