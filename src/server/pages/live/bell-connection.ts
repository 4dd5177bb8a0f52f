import { createClient } from 'graphql-ws';
import { bellDocument, type NotificationEvent } from './notification.js';

export interface BellConnectionOptions {
  readonly authorization: string;
  /** Where to begin. */
  readonly after: string;
  onEvent(event: NotificationEvent): void;
  /** The place is not kept any more, or the credential is refused. */
  onEnd(): void;
}

const longestWaitMs = 8_000;
const forbidden = 4403;

/** Follows one's notifications by a socket of its own. @returns what ends it. */
export function followNotifications({ authorization, after, onEvent, onEnd }: BellConnectionOptions): () => void {
  let last = after;
  const client = createClient({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
    connectionParams: { authorization },
    lazy: true,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (cause) => !(cause instanceof CloseEvent && cause.code === forbidden),
    retryWait: (retries) =>
      new Promise((resolve) =>
        setTimeout(resolve, Math.min(longestWaitMs, 250 * 2 ** retries) * (0.5 + Math.random() / 2)),
      ),
  });
  const resuming = {};
  // The client sends its variables afresh each time it comes back: a getter gives it the cursor of that moment.
  Object.defineProperty(resuming, 'after', { enumerable: true, get: () => last });
  client.subscribe<{ notificationReceived: NotificationEvent }>(
    { query: bellDocument, variables: resuming },
    {
      next: ({ data }) => {
        if (!data) return;
        last = data.notificationReceived.cursor;
        onEvent(data.notificationReceived);
      },
      error: onEnd,
      complete: () => {},
    },
  );
  return () => void client.dispose();
}
