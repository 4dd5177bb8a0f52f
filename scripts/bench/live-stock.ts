import { EventEmitter, on, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { useServer as speakOn } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { encodeFeedCursor } from '../../src/base/cursor.js';
import type { Gateway } from '../../src/gateway.js';
import { type ActivityLogEvent, isTold, toEvent } from '../../src/graphql/activity-logs/activity-log.event.js';
import type { RequestContext } from '../../src/graphql/context.js';
import { createLoaders } from '../../src/graphql/loaders.js';
import { createSchema } from '../../src/graphql/schema.js';
import type { FeedEvent } from '../../src/log/feed.js';
import type { ActivityLogFilter } from '../../src/model/activity-log-filter.js';
import { PayloadBudget } from '../../src/model/payload-budget.js';
import type { Viewer } from '../../src/model/viewer.js';
import type { Serving } from './live-serving.js';

type Context = { -readonly [K in keyof RequestContext]: RequestContext[K] };

/** graphql-ws's own server: an iterator and an execution per subscriber and event, users by fresh DataLoaders. */
export async function serveStock(gateway: Gateway): Promise<Serving> {
  const schema = createSchema(gateway.services);
  const events = new EventEmitter().setMaxListeners(0);
  const followed = new Set<string>();
  let subscribers = 0;

  async function* follow(filter: ActivityLogFilter | undefined, context: Context): AsyncGenerator<ActivityLogEvent> {
    const viewer = context.viewer!;
    const resolved = await gateway.services.activityLogs.resolveFilter(viewer, filter);
    if (!followed.has(viewer.workspaceId)) {
      followed.add(viewer.workspaceId);
      const feed = await gateway.log.feeds.open(viewer.workspaceId);
      feed.follow((event) => events.emit('log', event));
    }
    const told = on(events, 'log') as AsyncIterableIterator<[FeedEvent]>;
    subscribers += 1;
    try {
      for await (const [event] of told) {
        if (event.type !== 'records') return;
        for (const record of event.records) {
          if (!isTold(resolved, record)) continue;
          // An event shows what is so when it is told.
          context.loaders = createLoaders(gateway.services, viewer);
          yield toEvent(record, encodeFeedCursor({ ...event.place, seq: record.seq }));
        }
      }
    } finally {
      subscribers -= 1;
    }
  }

  const field = schema.getSubscriptionType()!.getFields().activityLogged!;
  field.subscribe = (_root, { filter }, context) => follow(filter, context);
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  const viewers = new WeakMap<object, Viewer>();
  speakOn(
    {
      schema,
      onConnect: async ({ connectionParams, extra }) => {
        viewers.set(extra, await gateway.authenticator.authenticate(String(connectionParams?.authorization)));
      },
      context: ({ extra }): Context => {
        const viewer = viewers.get(extra)!;
        const loaders = createLoaders(gateway.services, viewer);
        return {
          viewer,
          requestId: 'bench',
          operation: { kind: 'subscription' },
          loaders,
          budget: new PayloadBudget(),
        };
      },
    },
    server,
  );
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}`, subscribers: () => subscribers };
}
