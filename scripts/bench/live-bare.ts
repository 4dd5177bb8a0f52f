import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { encodeFeedCursor } from '../../src/base/cursor.js';
import type { Gateway } from '../../src/gateway.js';
import type { Serving } from './live-serving.js';

/** The least that a broadcast can be: one text of an event, of the same size as the others', sent to every socket. */
export async function serveBare(gateway: Gateway, workspaceId: string): Promise<Serving> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  const feed = await gateway.log.feeds.open(workspaceId);
  feed.follow((event) => {
    if (event.type !== 'records') return;
    for (const record of event.records) {
      if (record.kind !== 'entry' || !record.entry) continue;
      const { id, action, source, summary } = record.entry;
      const user = { id, name: 'Alice Miller', email: 'alice@example.com' };
      const activityLog = { id, action, occurredAt: new Date(), source, summary, user };
      const cursor = encodeFeedCursor({ ...event.place, seq: record.seq });
      const activityLogged = { cursor, type: 'RECORDED', activityLogId: id, activityLog };
      const text = JSON.stringify({ id: '1', type: 'next', payload: { data: { activityLogged } } });
      for (const socket of server.clients) socket.send(text);
    }
  });
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}`, subscribers: () => server.clients.size };
}
