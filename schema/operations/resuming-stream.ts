import type { Client, ClientOptions } from 'graphql-sse';

/**
 * A graphql-sse client whose subscriptions go on after the last `cursor` that they were told, whenever it comes back. The
 * stock client sends its variables afresh each time: here `after` is a getter among them.
 */
export function resumingStream(client: Client): Client {
  const subscribe: Client['subscribe'] = (request, sink, on) => {
    let last = request.variables?.after;
    const after = { enumerable: true, get: () => last };
    const variables = Object.defineProperty({ ...request.variables }, 'after', after);
    return client.subscribe(
      { ...request, variables },
      {
        next: (result) => {
          const [event] = Object.values((result.data ?? {}) as Record<string, { cursor?: string } | null>);
          last = event?.cursor ?? last;
          sink.next(result as never);
        },
        error: (cause) => sink.error(cause),
        complete: () => sink.complete(),
      },
      on,
    );
  };
  return { ...client, subscribe };
}

/** Comes back for good, at most half a minute apart; but what another try cannot change is told at once. */
export const comingBack = {
  retryAttempts: Number.POSITIVE_INFINITY,
  retry: (tries) => new Promise((done) => setTimeout(done, Math.random() * Math.min(1000 * 2 ** tries, 30_000))),
  fetchFn: async (...request: Parameters<typeof fetch>) => {
    const response = await fetch(...request);
    if (![400, 401, 403].includes(response.status)) return response;
    return new Response(`event: next\ndata: ${await response.text()}\n\nevent: complete\ndata:\n\n`);
  },
} satisfies Partial<ClientOptions>;
