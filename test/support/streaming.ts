import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { type ClientOptions, createClient } from 'graphql-sse';
import { Agent, buildConnector, fetch } from 'undici';
import type { StockClient } from './following.js';
import type { GraphqlError, TestGateway } from './gateway.js';
import { mustBeClosed, wasClosed } from './leftovers.js';
import type { As } from './people.js';

type Target = Pick<TestGateway, 'people'> & { readonly url: string | (() => string) };

/** What `Following` needs of a client; this one reports errors that it does not retry as graphql-ws' does not. */
export interface StockStream extends Pick<StockClient, 'client'> {
  /** The connections that it opened, the present one last. */
  readonly sockets: Socket[];
  /** Cuts the present connection without a goodbye. */
  cut(): void;
  close(): Promise<void>;
}

/** Options of an unmodified graphql-sse client that comes back whenever it is cut off, and how it is cut off. */
export function streamOptions(
  { url, people }: Target,
  as: As = 'admin',
): { readonly options: ClientOptions<false>; readonly sockets: Socket[]; close(): Promise<void> } {
  const sockets: Socket[] = [];
  const connect = buildConnector({});
  const dispatcher = new Agent({
    connect: (target, done) =>
      connect(target, (...[error, socket]) => {
        if (socket) sockets.push(socket);
        if (error) done(error, null);
        else done(null, socket!);
      }),
  });
  const authorization = people[as];
  return {
    sockets,
    options: {
      url: () => `${typeof url === 'string' ? url : url()}/graphql/stream`,
      headers: authorization === undefined ? {} : { authorization },
      fetchFn: (input: string, init: object) => fetch(input, { ...init, dispatcher }),
      retryAttempts: Number.POSITIVE_INFINITY,
      retry: () => new Promise((resolve) => setTimeout(resolve, 10)),
    },
    close: () => dispatcher.destroy(),
  };
}

export function stockStream(target: Target, as: As = 'admin', options: Partial<ClientOptions> = {}): StockStream {
  const stream = streamOptions(target, as);
  const client = createClient({ ...stream.options, ...options } as ClientOptions<false>);
  const stock: StockStream = {
    client: client as unknown as StockClient['client'],
    sockets: stream.sockets,
    cut: () => void stream.sockets.at(-1)?.destroy(),
    close: async () => {
      wasClosed(stock);
      client.dispose();
      await stream.close();
    },
  };
  return mustBeClosed(stock, 'a graphql-sse client');
}

/** The answer to an operation that is sent to `/graphql/stream` by a stock client. */
export async function overStream<T>(
  target: Target,
  query: string,
  variables: Record<string, unknown> = {},
  as: As = 'admin',
  options: Partial<ClientOptions> = {},
): Promise<{ data?: T | null; errors?: GraphqlError[] }[]> {
  const stock = stockStream(target, as, { retryAttempts: 0, ...options });
  const results: { data?: T | null; errors?: GraphqlError[] }[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      stock.client.subscribe<T>(
        { query, variables },
        { next: (result) => void results.push(result as (typeof results)[number]), error: reject, complete: resolve },
      );
    });
    return results;
  } finally {
    await stock.close();
  }
}

/** A stream without a client on top: its bytes as they come. */
export class RawStream {
  text = '';
  isOver = false;
  #more: () => void = () => {};

  private constructor(
    private readonly sent: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      this.text += chunk;
      this.#more();
    });
    response.on('error', () => {});
    response.on('close', () => {
      this.isOver = true;
      this.#more();
    });
  }

  static async open(
    { url, people }: Pick<TestGateway, 'url' | 'people'>,
    operation: { readonly query: string; readonly variables?: Record<string, unknown> },
    as: As = 'admin',
    headers: Record<string, string> = {},
  ): Promise<RawStream> {
    const authorization = people[as];
    const sent = request(`${url}/graphql/stream`, {
      method: 'POST',
      agent: false,
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        ...(authorization !== undefined && { authorization }),
        ...headers,
      },
    });
    sent.on('error', () => {});
    sent.end(JSON.stringify(operation));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return new RawStream(sent, response);
  }

  /** The results of all `next` events. */
  get results(): { data?: unknown; errors?: GraphqlError[] }[] {
    return [...this.text.matchAll(/^event: next\ndata: (.*)\n\n/gm)].map(([, data]) => JSON.parse(data!));
  }

  async until(isSo: (stream: this) => boolean): Promise<void> {
    while (!isSo(this)) {
      await new Promise<void>((resolve) => {
        this.#more = resolve;
      });
    }
  }

  /** Stops or starts taking bytes off the wire. */
  setReading(isReading: boolean): void {
    if (isReading) this.response.socket.resume();
    else this.response.socket.pause();
    if (isReading) this.response.resume();
    else this.response.pause();
  }

  cut(): void {
    this.sent.destroy();
  }
}
