import { type Client, createClient } from 'graphql-ws';
import { type Filter, followDocument, type LoggedEvent } from './entry.js';

export interface ConnectionOptions {
  readonly authorization: string;
  readonly filter: Filter;
  /** Where to begin. */
  readonly after: string;
  onOpen(): void;
  /** The socket is gone; the client comes back by itself. */
  onLost(): void;
  onEvent(event: LoggedEvent): void;
  /** The cursor moved on, with an event or without. */
  onCursor(cursor: string): void;
  /** It will not come back. */
  onEnd(problem: { readonly message: string; readonly code?: string }): void;
}

const longestWaitMs = 8_000;
/** The gateway's code for a credential that it refuses. */
const forbidden = 4403;

/** A stock graphql-ws client with one subscription, which goes on after the last cursor whenever it comes back. */
export class Connection {
  #last: string;
  readonly #client: Client;
  #holdUntil = 0;

  constructor(options: ConnectionOptions) {
    this.#last = options.after;
    this.#client = createClient({
      url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
      connectionParams: { authorization: options.authorization },
      lazy: true,
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: (cause) => !(cause instanceof CloseEvent && cause.code === forbidden),
      retryWait: (retries) => this.#wait(retries),
      on: {
        connected: () => options.onOpen(),
        closed: () => options.onLost(),
        // With a filter that rarely matches, this is how the cursor keeps up with the log.
        ping: (_received, payload) => {
          const [cursor] = Object.values((payload?.cursors ?? {}) as Record<string, string>);
          if (cursor !== undefined) this.#moveTo(cursor, options);
        },
      },
    });
    this.#subscribe(options);
  }

  /** Breaks the socket without a goodbye, and lets the client come back after so long. */
  cut(milliseconds: number): void {
    this.#holdUntil = performance.now() + milliseconds;
    this.#client.terminate();
  }

  close(): void {
    void this.#client.dispose();
  }

  #subscribe(options: ConnectionOptions): void {
    const resuming = { filter: options.filter, after: '' };
    // The client sends its variables afresh each time it comes back: a getter gives it the cursor of that moment.
    Object.defineProperty(resuming, 'after', { enumerable: true, get: () => this.#last });
    this.#client.subscribe<{ activityLogged: LoggedEvent }>(
      { query: followDocument, variables: resuming },
      {
        next: ({ data }) => {
          if (!data) return;
          this.#moveTo(data.activityLogged.cursor, options);
          options.onEvent(data.activityLogged);
        },
        error: (cause) => options.onEnd(problemOf(cause)),
        complete: () => {},
      },
    );
  }

  #moveTo(cursor: string, options: ConnectionOptions): void {
    this.#last = cursor;
    options.onCursor(cursor);
  }

  #wait(retries: number): Promise<void> {
    const backOff = Math.min(longestWaitMs, 250 * 2 ** retries) * (0.5 + Math.random() / 2);
    const held = this.#holdUntil - performance.now();
    return new Promise((resolve) => setTimeout(resolve, held > 0 ? held : backOff));
  }
}

function problemOf(cause: unknown): { message: string; code?: string } {
  if (Array.isArray(cause)) {
    const [error] = cause as { message: string; extensions?: { code?: string } }[];
    return { message: error?.message ?? 'The subscription ended', code: error?.extensions?.code };
  }
  if (cause instanceof CloseEvent) {
    return { message: cause.reason || `The connection ended (${cause.code})`, code: String(cause.code) };
  }
  return { message: cause instanceof Error ? cause.message : 'The connection failed' };
}
