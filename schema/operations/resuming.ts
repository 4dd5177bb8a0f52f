import type { Client } from 'graphql-ws';

/**
 * A graphql-ws client whose subscriptions go on after the last `cursor` that they were told, whenever it comes back. The
 * stock client sends its variables afresh each time: here `after` is a getter among them.
 */
export function resuming(client: Client): Client {
  const subscribe: Client['subscribe'] = (payload, sink) => {
    let last = payload.variables?.after;
    const after = { enumerable: true, get: () => last };
    const variables = Object.defineProperty({ ...payload.variables }, 'after', after);
    return client.subscribe(
      { ...payload, variables },
      {
        next: (result) => {
          const [event] = Object.values((result.data ?? {}) as Record<string, { cursor?: string } | null>);
          last = event?.cursor ?? last;
          sink.next(result as never);
        },
        error: (cause) => sink.error(cause),
        complete: () => sink.complete(),
      },
    );
  };
  return { ...client, subscribe };
}
