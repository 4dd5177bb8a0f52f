import { createClient } from 'graphql-ws';
import { followDocument, type ProgressEvent } from './asked.js';

export interface FollowOptions {
  readonly authorization: string;
  readonly pathwayId: string;
  /** Where to begin. */
  readonly after: string;
  onEvent(event: ProgressEvent): void;
  /** It will not come back from here. */
  onEnd(): void;
}

/** The gateway's code for a credential that it refuses. */
const forbidden = 4403;

/** Follows a pathway, going on after the last cursor whenever the client comes back. @returns how to stop. */
export function followPathway({ authorization, pathwayId, after, onEvent, onEnd }: FollowOptions): () => void {
  let last = after;
  const client = createClient({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
    connectionParams: { authorization },
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (cause) => !(cause instanceof CloseEvent && cause.code === forbidden),
    on: {
      ping: (_received, payload) => {
        const [cursor] = Object.values((payload?.cursors ?? {}) as Record<string, string>);
        last = cursor ?? last;
      },
    },
  });
  const variables = {
    id: pathwayId,
    get after() {
      return last;
    },
  };
  client.subscribe<{ pathwayProgressed: ProgressEvent }>(
    { query: followDocument, variables },
    {
      next: ({ data }) => {
        if (!data) return;
        last = data.pathwayProgressed.cursor;
        onEvent(data.pathwayProgressed);
      },
      error: onEnd,
      complete: () => {},
    },
  );
  return () => void client.dispose();
}
