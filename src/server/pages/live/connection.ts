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

/** Follows the log after a place, and goes on after the last cursor whenever the connection comes back. */
export type Follow = <T>(document: string, options: FollowOptions<T>) => () => void;

export interface FollowOptions<T> {
  readonly filter: Filter;
  readonly after: string;
  cursorOf(told: T): string;
  next(told: T): void;
  /** The cursor moved on, with an event or without. */
  onCursor?(cursor: string): void;
  onEnd?(problem: { readonly message: string; readonly code?: string }): void;
}

const longestWaitMs = 8_000;
/** The gateway's code for a credential that it refuses. */
const forbidden = 4403;

/** A stock graphql-ws client, whose subscriptions go on after their last cursors whenever it comes back. */
export class Connection {
  readonly #client: Client;
  /** Called with the cursors that the gateway tells beside events. */
  readonly #followed = new Map<string, (cursor: string) => void>();
  #begun = 0;
  #newest = '';
  #holdUntil = 0;

  constructor(options: ConnectionOptions) {
    this.#client = createClient({
      url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
      connectionParams: { authorization: options.authorization },
      lazy: true,
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: (cause) => !(cause instanceof CloseEvent && cause.code === forbidden),
      retryWait: (retries) => this.#wait(retries),
      // So that it is known whose cursors the gateway tells.
      generateID: () => this.#newest,
      on: {
        connected: () => options.onOpen(),
        closed: () => options.onLost(),
        // With a filter that rarely matches, this is how the cursor keeps up with the log.
        ping: (_received, payload) => {
          const cursors = Object.entries((payload?.cursors ?? {}) as Record<string, string>);
          for (const [id, cursor] of cursors) this.#followed.get(id)?.(cursor);
        },
      },
    });
    this.follow<{ activityLogged: LoggedEvent }>(followDocument, {
      ...options,
      cursorOf: ({ activityLogged }) => activityLogged.cursor,
      next: ({ activityLogged }) => options.onEvent(activityLogged),
      onCursor: (cursor) => options.onCursor(cursor),
      onEnd: (problem) => options.onEnd(problem),
    });
  }

  /** Breaks the socket without a goodbye, and lets the client come back after so long. */
  cut(milliseconds: number): void {
    this.#holdUntil = performance.now() + milliseconds;
    this.#client.terminate();
  }

  close(): void {
    void this.#client.dispose();
  }

  follow: Follow = (document, options) => {
    let last = options.after;
    const moveTo = (cursor: string): void => {
      last = cursor;
      options.onCursor?.(cursor);
    };
    const resuming = { filter: options.filter, after: '' };
    // The client sends its variables afresh each time it comes back: a getter gives it the cursor of that moment.
    Object.defineProperty(resuming, 'after', { enumerable: true, get: () => last });
    this.#begun += 1;
    const id = `follow-${this.#begun}`;
    this.#newest = id;
    this.#followed.set(id, moveTo);
    const stop = this.#client.subscribe<never>(
      { query: document, variables: resuming },
      {
        next: ({ data }) => {
          if (!data) return;
          moveTo(options.cursorOf(data));
          options.next(data);
        },
        error: (cause) => options.onEnd?.(problemOf(cause)),
        complete: () => {},
      },
    );
    return () => {
      this.#followed.delete(id);
      stop();
    };
  };

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
