import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Closeable } from '../../src/base/lifecycle.js';

/** What the frontend is told, in its address, after the `#`. */
export interface Order {
  readonly gateway: string;
  readonly authorization: string;
  readonly userId: string;
}

/** What it writes down of an answer, or that the browser gave it none. */
export type Outcome =
  | { readonly status: number; readonly body: string; readonly headers: [string, string][] }
  | 'refused';

const page = `<!doctype html>
<title>working</title>
<pre></pre>
<script type="module">
  const { gateway, authorization, userId } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  const post = async (path, headers, body) => {
    const init = { method: 'POST', headers: { authorization, ...headers }, body: JSON.stringify(body) };
    try {
      const answer = await fetch(gateway + path, init);
      return { status: answer.status, body: await answer.text(), headers: [...answer.headers] };
    } catch {
      return 'refused';
    }
  };
  const json = { 'content-type': 'application/json', 'x-request-id': 'of-the-frontend' };
  const idempotent = { ...json, 'x-user-id': userId, 'x-idempotency-key': 'once' };
  const log = { activityId: 'a', activityLogId: 'of-the-frontend' };
  const outcomes = [
    await post('/graphql', json, { query: '{ users(first: 1) { totalCount nodes { name } } }' }),
    await post('/app/v1/activity-logs', idempotent, log),
    await post('/app/v1/activity-logs', idempotent, log),
  ];
  document.querySelector('pre').textContent = JSON.stringify(outcomes);
  document.title = 'done';
</script>
`;

export interface Frontend extends Closeable {
  readonly origin: string;
  address(order: Order): string;
}

/** A page of an origin of its own, which talks to a gateway elsewhere as soon as it is opened. */
export async function serveFrontend(): Promise<Frontend> {
  const server = createServer((request, response) => {
    if (request.url !== '/') return void response.writeHead(204).end();
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    address: (order) => `${origin}/#${encodeURIComponent(JSON.stringify(order))}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
