import type { GraphqlError, TestGateway } from '../support/gateway.js';
import { type Message, RawSocket } from '../support/raw-socket.js';
import type { Shown } from './permission-credentials.js';

/** `in`, or the code that somebody is kept out with. Any code that tells of a fault of ours stays as it is. */
export type Outcome = string;

export interface Told {
  readonly outcome: Outcome;
  /** All that was answered. */
  readonly text: string;
}

/** What a door answers to several operations, by their names. */
export type Door = (
  gateway: TestGateway,
  shown: Shown,
  documents: Readonly<Record<string, string>>,
) => Promise<Record<string, Told>>;

const kept = ['UNAUTHENTICATED', 'FORBIDDEN', 'INTERNAL_SERVER_ERROR', 'RATE_LIMITED', 'GRAPHQL_VALIDATION_FAILED'];

function toldBy(answer: { data?: unknown; errors?: readonly GraphqlError[] }): Told {
  const codes = (answer.errors ?? []).map(({ extensions }) => extensions.code);
  return { outcome: codes.find((code) => kept.includes(code)) ?? 'in', text: JSON.stringify(answer) };
}

const all = async (documents: Readonly<Record<string, string>>, ask: (document: string) => Promise<Told>) =>
  Object.fromEntries(
    await Promise.all(Object.entries(documents).map(async ([name, document]) => [name, await ask(document)] as const)),
  );

const headersOf = ({ authorization }: Shown, accept: string): Record<string, string> => ({
  accept,
  'content-type': 'application/json',
  ...(authorization !== undefined && { authorization }),
});

export const overHttp: Door = ({ url }, shown, documents) =>
  all(documents, async (query) => {
    const headers = headersOf(shown, 'application/json');
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return toldBy((await response.json()) as object);
  });

export const overStream: Door = ({ url }, shown, documents) =>
  all(documents, async (query) => {
    const headers = headersOf(shown, 'text/event-stream');
    const body = JSON.stringify({ query });
    const response = await fetch(`${url}/graphql/stream`, { method: 'POST', headers, body });
    if (response.status !== 200) return toldBy((await response.json()) as object);
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const [, data] = /^event: next\ndata: (.*)\n\n/m.exec(text) ?? [];
      if (data !== undefined) return toldBy(JSON.parse(data) as object);
    }
    throw new Error(`A stream that told nothing: ${query}`);
  });

/** All operations of one credential go over one socket, at once. */
export const overSocket: Door = async (gateway, { authorization }, documents) => {
  const socket = await RawSocket.open(gateway);
  let isClosed = false;
  const closed = socket.closed().then(() => {
    isClosed = true;
  });
  try {
    socket.send({ type: 'connection_init', payload: authorization === undefined ? {} : { authorization } });
    await Promise.race([closed, socket.message(({ type }) => type === 'connection_ack')]);
    if (isClosed) return all(documents, async () => ({ outcome: 'UNAUTHENTICATED', text: '' }));
    const names = Object.keys(documents);
    for (const [index, name] of names.entries()) socket.subscribe(String(index), documents[name]!);
    await Promise.race([closed, socket.until(() => names.every((_, index) => answerTo(socket, index)))]);
    if (isClosed) throw new Error('The socket was closed before all was answered');
    return Object.fromEntries(names.map((name, index) => [name, toldIn(answerTo(socket, index)!)]));
  } finally {
    socket.socket.terminate();
    await closed;
  }
};

const answerTo = ({ messages }: RawSocket, index: number): Message | undefined =>
  messages.find(({ id, type }) => id === String(index) && (type === 'next' || type === 'error'));

const toldIn = ({ type, payload }: Message): Told =>
  toldBy(type === 'error' ? { errors: payload as GraphqlError[] } : (payload as object));
