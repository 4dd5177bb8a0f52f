import { print } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { ActivityLoggedDocument, type ActivityLoggedSubscription } from '../../schema/operations/operations.js';
import { decodeFeedCursor } from '../../src/base/cursor.js';
import type { ChaosFilter } from './live-entries.js';

export interface Told {
  readonly seq: number;
  readonly type: 'RECORDED' | 'REMOVED';
  readonly entryId: string;
  readonly action: string | undefined;
}

export interface SubscriberOptions {
  readonly filter: ChaosFilter;
  readonly after: string;
  readonly authorization: string;
  /** Asked at every connecting. */
  readonly url: () => string;
}

/** How a connection may end while gateways die and networks break. */
const expectedCodes = [1000, 1001, 1005, 1006, 1012, 1013];

/** An unmodified graphql-ws client that follows from its newest cursor whenever it comes back, and what it was told. */
export class LiveSubscriber {
  readonly told: Told[] = [];
  readonly surprises: string[] = [];
  /** Sockets that it opened. */
  connections = 0;
  readonly filter: ChaosFilter;
  readonly #client: Client;
  #socket: WebSocket | undefined;
  #last: string;

  constructor({ filter, after, authorization, url }: SubscriberOptions) {
    this.filter = filter;
    this.#last = after;
    const subscriber = this;
    class NotedSocket extends WebSocket {
      constructor(...args: ConstructorParameters<typeof WebSocket>) {
        super(...args);
        subscriber.#socket = this;
        subscriber.connections += 1;
      }
    }
    this.#client = createClient({
      url,
      webSocketImpl: NotedSocket,
      connectionParams: { authorization },
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => true,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 20)),
      on: { closed: (event) => this.#closed((event as { code: number }).code) },
    });
    const variables = {
      ...(filter && { filter }),
      get after(): string {
        return subscriber.#last;
      },
    };
    this.#client.subscribe<ActivityLoggedSubscription>(
      { query: print(ActivityLoggedDocument), variables },
      {
        next: ({ data, errors }) => {
          if (errors) this.surprises.push(`an event came with errors: ${JSON.stringify(errors)}`);
          if (data) this.#note(data.activityLogged);
        },
        error: (error) => this.surprises.push(`it was ended by ${JSON.stringify(error)} ${error}`),
        complete: () => this.#isClosing || this.surprises.push('it was completed'),
      },
    );
  }

  #isClosing = false;

  /** Without a goodbye. */
  cut(): void {
    this.#socket?.terminate();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#client.dispose();
  }

  #note(event: ActivityLoggedSubscription['activityLogged']): void {
    const { seq } = decodeFeedCursor(event.cursor, 'cursor');
    const { type, activityLogId: entryId, activityLog } = event;
    this.told.push({ seq, type, entryId, action: activityLog?.action });
    this.#last = event.cursor;
  }

  #closed(code: number): void {
    if (!expectedCodes.includes(code)) this.surprises.push(`a socket was closed with ${code}`);
  }
}
