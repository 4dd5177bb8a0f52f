import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  CountActivityLogsDocument,
  CreateActivityLogDocument,
  CreateCredentialDocument,
  RevokeCredentialDocument,
} from '../../schema/operations/operations.js';
import { decodeFeedCursor } from '../../src/base/cursor.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { type Message, RawSocket } from '../support/raw-socket.js';
import { StoreLine } from '../support/store-line.js';
import { RawStream } from '../support/streaming.js';

/** `far` reaches the store by a line that keeps back questions; `near` goes on, as another process would. */
let line: StoreLine;
let near: TestGateway;
let far: TestGateway;
beforeAll(async () => {
  line = await StoreLine.open(inject('mongodbUrl'));
  near = await startGateway();
  far = await startGateway({ database: near.store.db.databaseName, mongodbUrl: line.url });
});
afterAll(async () => {
  await far.close();
  await near.close();
  await line.close();
});

const query = `subscription($after: FeedCursor) {
  activityLogged(after: $after) { cursor activityLog { action } }
}`;
interface Event {
  readonly data: { readonly activityLogged: { readonly activityLog: { readonly action: string } } };
}
const actionOf = (event: unknown): string => (event as Event).data.activityLogged.activityLog.action;

let credential: { readonly id: string; readonly authorization: string };
let socket: RawSocket;
let stream: RawStream;
const bySocket = (): string[] =>
  socket.messages.filter(({ type }) => type === 'next').map(({ payload }) => actionOf(payload));
const byStream = (): string[] => stream.results.filter(({ data }) => data).map(actionOf);

beforeEach(async () => {
  const { createCredential } = await near.data(CreateCredentialDocument, {
    input: { kind: 'API_KEY', name: 'a dashboard', scopes: ['activity_log:read', 'user:read', 'pathway:read'] },
  });
  credential = { id: createCredential.credential.id, authorization: `Bearer ${createCredential.secret}` };
  const { feedCursor: after } = (await near.data(CountActivityLogsDocument, {})).activityLogs;
  socket = await RawSocket.acknowledged(far, credential.authorization);
  socket.subscribe('1', query, { after });
  stream = await RawStream.open(
    { ...far, people: { ...far.people, admin: credential.authorization } },
    {
      query,
      variables: { after },
    },
  );
  await record('before');
  await socket.until(() => bySocket().length === 1);
  await stream.until(() => byStream().length === 1);
});
afterEach(() => {
  socket.socket.terminate();
  stream.cut();
});

const record = (action: string) => near.data(CreateActivityLogDocument, { input: { action } });
async function unchecked(): Promise<number> {
  const text = await (await fetch(`${far.url}/metrics`)).text();
  return Number(/^unchecked_connections (\d+)$/m.exec(text)![1]);
}
const isUnchecked = () => expect.poll(unchecked, { timeout: 20_000, interval: 20 }).toBe(2);

describe('while the store does not answer on credentials', () => {
  /** Entries can be read all the while: nothing but the unanswered check holds them back. */
  async function readButUnchecked(): Promise<void> {
    line.keepBack('credentials');
    await isUnchecked();
    const { createActivityLog } = await record('read-unchecked');
    const { seq } = decodeFeedCursor(createActivityLog.cursor, 'cursor');
    await far.gateway.log.feeds.settle(near.home.id, seq);
    // Whatever was told before this answer has arrived before it.
    socket.send({ type: 'ping', payload: { after: 'all' } });
    await socket.message(({ type, payload }: Message) => type === 'pong' && payload !== undefined);
    expect([bySocket(), byStream()]).toEqual([['before'], ['before']]);
  }

  it('nobody is revoked and nothing new is told, though it was read; once they were found good, everything is, once', async () => {
    await readButUnchecked();
    line.restore();
    await record('live-again');
    await socket.until(() => bySocket().includes('live-again'));
    await stream.until(() => byStream().includes('live-again'));
    expect([bySocket(), byStream()]).toEqual(Array(2).fill(['before', 'read-unchecked', 'live-again']));
    expect(await unchecked()).toBe(0);
  });

  it('and it was revoked meanwhile, sockets end with 4403 and streams with an error, told nothing new', async () => {
    await readButUnchecked();
    const closed = socket.closed();
    await near.data(RevokeCredentialDocument, { id: credential.id });
    line.restore();
    expect((await closed).code).toBe(4403);
    await stream.until(() => stream.isOver);
    expect(stream.results.at(-1)?.errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
    expect([bySocket(), byStream()]).toEqual([['before'], ['before']]);
  });
});
