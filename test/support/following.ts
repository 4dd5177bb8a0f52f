import { print } from 'graphql';
import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import {
  ActivityLoggedDocument,
  type ActivityLoggedSubscription,
  type ActivityLoggedSubscriptionVariables,
} from '../../schema/operations/operations.js';
import type { GraphqlError, TestGateway } from './gateway.js';
import { mustBeClosed, wasClosed } from './leftovers.js';
import type { As } from './people.js';

export type Told = ActivityLoggedSubscription['activityLogged'];

const socketUrl = (gateway: Pick<TestGateway, 'url'>): string => `${gateway.url.replace('http', 'ws')}/graphql`;

export interface StockClient {
  readonly client: Client;
  /** The sockets that it opened, the present one last. */
  readonly sockets: WebSocket[];
  /** Cuts the present socket without a goodbye. */
  cut(): void;
  close(): Promise<void>;
}

/** An unmodified graphql-ws client that comes back whenever it is cut off. */
export function stockClient(
  gateway: Pick<TestGateway, 'people'> & { readonly url: string | (() => string) },
  as: As = 'admin',
  options: Partial<ClientOptions> = {},
): StockClient {
  const sockets: WebSocket[] = [];
  class NotedSocket extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      sockets.push(this);
    }
  }
  const { url } = gateway;
  const authorization = gateway.people[as];
  const client = createClient({
    url: () => socketUrl({ url: typeof url === 'string' ? url : url() }),
    webSocketImpl: NotedSocket,
    connectionParams: authorization === undefined ? {} : { authorization },
    retryAttempts: Number.POSITIVE_INFINITY,
    // By default one that cannot connect at all gives up at once.
    shouldRetry: () => true,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 10)),
    ...options,
  });
  const stock = {
    client,
    sockets,
    cut: () => sockets.at(-1)?.terminate(),
    close: async () => {
      wasClosed(stock);
      await client.dispose();
    },
  };
  return mustBeClosed(stock, 'a graphql-ws client');
}

/** What one subscription was told, and a way to await more. */
export class Following {
  readonly events: Told[] = [];
  /** Errors that came beside an event's data. */
  readonly eventErrors: GraphqlError[] = [];
  /** The subscription's own errors, which end it. */
  errors: readonly GraphqlError[] | undefined;
  isOver = false;
  last: string | undefined;
  readonly stop: () => void;
  #more: () => void = () => {};

  constructor(
    { client }: Pick<StockClient, 'client'>,
    variables: ActivityLoggedSubscriptionVariables = {},
    document: string = print(ActivityLoggedDocument),
  ) {
    this.last = variables.after ?? undefined;
    const following = this;
    // As the README tells: a getter, because the client repeats its variables when it comes back.
    const resuming = {
      ...variables,
      get after() {
        return following.last;
      },
    };
    this.stop = client.subscribe<ActivityLoggedSubscription>(
      { query: document, variables: resuming },
      {
        next: ({ data, errors }) => {
          if (errors) this.eventErrors.push(...(errors as unknown as GraphqlError[]));
          const event = data?.activityLogged;
          if (event) {
            this.events.push(event);
            this.last = event.cursor;
          }
          this.#more();
        },
        error: (errors) => {
          this.errors = Array.isArray(errors) ? errors : [{ message: String(errors), extensions: { code: 'closed' } }];
          this.isOver = true;
          this.#more();
        },
        complete: () => {
          this.isOver = true;
          this.#more();
        },
      },
    );
  }

  get actions(): (string | undefined)[] {
    return this.events.map((event) => event.activityLog?.action);
  }

  /** Resolves once what was told is so. */
  async until(isSo: (following: this) => boolean): Promise<void> {
    while (!isSo(this)) {
      await new Promise<void>((resolve) => {
        this.#more = resolve;
      });
    }
  }

  count(events: number): Promise<void> {
    return this.until(() => this.events.length >= events || this.isOver);
  }
}

/** The first answer to an operation that is sent over a socket, as HTTP would give it; no status where HTTP's is not told. */
export async function overSocket<T>(
  gateway: Pick<TestGateway, 'people' | 'url'>,
  query: string,
  variables: Record<string, unknown> = {},
  as: As = 'admin',
): Promise<{ data?: T | null; errors?: GraphqlError[] }> {
  const stock = stockClient(gateway, as);
  try {
    return await new Promise((resolve, reject) => {
      stock.client.subscribe<T>(
        { query, variables },
        {
          next: (result) => resolve(result as { data?: T; errors?: GraphqlError[] }),
          error: (errors) => (Array.isArray(errors) ? resolve({ errors }) : reject(errors)),
          complete: () => reject(new Error('Nothing came')),
        },
      );
    });
  } finally {
    await stock.close();
  }
}
