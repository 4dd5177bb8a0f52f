import fc from 'fast-check';
import { RawSocket } from '../support/raw-socket.js';
import { type Kind, operation } from './documents.js';
import { faultOf } from './judge.js';
import { chance, cursor, json, oneOf, type Random, text } from './values.js';
import { callers, isForeign, type World } from './world.js';

/** Something that somebody sends, and what is wrong with what became of it. */
export interface Attack {
  readonly told: unknown;
  run(): Promise<string | undefined>;
}

/** A request that is not answered for so long hangs. Waiting for a place of the log may take six seconds. */
const patienceMs = 25_000;
/** How long a subscription is listened to that has nothing to tell. */
const listenedMs = 100;

const headerTexts = fc.string({ unit: 'grapheme-ascii', maxLength: 300 });
const bytes = fc.uint8Array({ maxLength: 200 });

/** A GraphQL operation over HTTP, by POST or GET. */
export function overHttp(g: Random, world: World): Attack {
  const sent = operation(g, world.schema, kindOf(g), world.known);
  const as = oneOf(g, callers);
  const isGet = chance(g, 10);
  const body = JSON.stringify(chance(g, 3) ? json(g) : sent);
  const parameters = new URLSearchParams({ query: sent.query, variables: JSON.stringify(sent.variables) });
  return http(
    world,
    as,
    { method: isGet ? 'GET' : 'POST', body: isGet ? undefined : body },
    isGet ? `/graphql?${parameters}` : '/graphql',
  );
}

/** The same as a stream, listened to for as long as it takes to tell something. */
export function overStream(g: Random, world: World): Attack {
  const kind = oneOf<Kind>(g, ['query', 'mutation', 'subscription', 'subscription']);
  const sent = operation(g, world.schema, kind, world.known);
  return http(
    world,
    oneOf(g, callers),
    { method: 'POST', body: JSON.stringify(sent) },
    '/graphql/stream',
    'text/event-stream',
  );
}

const names = [
  ...['page', 'perPage', 'actions', 'omitActions', 'contentIds', 'contentType', 'timestampFrom', 'timestampTo'],
  ...['limit', 'offset', 'platform', 'serial', 'action_type', 'sort', 'order', 'nextToken', 'userId', 'after'],
  ...['search', 'sources', 'users', 'cursor', 'scope', 'activity', 'item_id', 'format', 'grant_type', '__proto__'],
];
const bodies: readonly object[] = [
  { activityId: 'a', userId: 'u', outcome: 'SUCCESS', value: 1, tags: ['t'], additionalData: { a: 'b' } },
  { platform: 'tiktok', serial: 's', action_type: 'follow', action_detail: 'd', username: 'me' },
  { pathway_id: 'p', filters: {}, from: '2026-01-01', to: '2026-02-01', limit: 10 },
  { bookmark: '2026-01-01T00:00:00Z' },
];

/** Any route but GraphQL's, with any method, parameters, headers and body. */
export function overRoute(g: Random, world: World): Attack {
  const path = oneOf(
    g,
    world.paths.filter((one) => !one.startsWith('/graphql')),
  ).replace(/:\w+/g, () => part(g, world));
  const query = Array.from({ length: g.int(0, 3) }, () => {
    const value = chance(g, 30) ? cursor(g, world.known) : text(g, world.known);
    return `${encodeURIComponent(oneOf(g, names))}=${encodeURIComponent(value.slice(0, 2_000).toWellFormed())}`;
  });
  const method = oneOf(g, ['GET', 'GET', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE']);
  const body = method === 'GET' ? undefined : bodyOf(g);
  const headers = {
    'content-type': oneOf(g, ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'a/b']),
    ...(chance(g, 30) && { 'x-idempotency-key': g.of(headerTexts).trim() }),
    ...(chance(g, 30) && { 'x-external-user-id': oneOf(g, world.known.words) }),
    ...(chance(g, 20) && { 'accept-encoding': oneOf(g, ['gzip', 'br', '*;q=0', ';;']) }),
  };
  return http(
    world,
    oneOf(g, callers),
    { method, body, headers },
    `${path}${query.length > 0 ? `?${query.join('&')}` : ''}`,
  );
}

/** What a source might be sent by somebody who does not know its secret, or does. */
export function overDelivery(g: Random, world: World): Attack {
  const event = {
    eventType: oneOf(g, ['content.completed', 'x']),
    createdAt: text(g, world.known),
    user: json(g),
    content: { id: text(g, world.known) },
  };
  const body = chance(g, 50) ? JSON.stringify(event) : bodyOf(g);
  const headers = {
    'content-type': oneOf(g, ['application/json', 'text/plain']),
    ...(chance(g, 70) && { 'x-hmac-signature': oneOf(g, ['sha256=00', 'x', 'sha256='.repeat(100)]) }),
  };
  const id = chance(g, 80) ? oneOf(g, world.addressees) : part(g, world);
  return http(world, 'nobody', { method: 'POST', body, headers }, `/sources/${id}/deliveries`);
}

/** Pages and subscriptions from places that were given out elsewhere, or are nearly such. */
export function overCursors(g: Random, world: World): Attack {
  const list = oneOf(g, ['activityLogs', 'users', 'activities', 'pathways', 'enrolments', 'credentials']);
  const given = {
    [oneOf(g, ['after', 'before'])]: cursor(g, world.known),
    [oneOf(g, ['first', 'last'])]: oneOf(g, [0, 1, 3, 1000]),
  };
  const atLeast = list === 'activityLogs' && chance(g, 30) ? { atLeast: cursor(g, world.known) } : {};
  const args = Object.entries({ ...given, ...atLeast }).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const query = `{ ${list}(${args.join(', ')}) { feedCursor nodes { __typename id } pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
  return http(world, oneOf(g, callers), { method: 'POST', body: JSON.stringify({ query }) }, '/graphql');
}

/** Messages on one socket, in the protocol's order or not. Its last one must be answered, or the socket closed in order. */
export function overSocket(g: Random, world: World): Attack {
  const as = oneOf(g, callers);
  const authorization = world.gateway.people[as];
  const messages: string[] = [];
  const awaited: string[] = [];
  if (!chance(g, 5))
    messages.push(JSON.stringify({ type: 'connection_init', payload: authorization ? { authorization } : {} }));
  const count = g.int(1, 6);
  for (let n = 0; n < count; n += 1) {
    if (chance(g, 70)) {
      const kind = oneOf<Kind>(g, ['query', 'mutation', 'subscription']);
      if (kind !== 'subscription') awaited.push(String(n));
      messages.push(
        JSON.stringify({ type: 'subscribe', id: String(n), payload: operation(g, world.schema, kind, world.known) }),
      );
    } else messages.push(message(g, world));
  }
  // Who ends an operation hears no more of it.
  const isEnded = (id: string) => messages.some((one) => one.startsWith(`{"type":"complete","id":"${id}"`));
  const told = { as, messages };
  return {
    told,
    run: async () => {
      const socket = await RawSocket.open(world.gateway);
      let code: number | undefined;
      const closed = socket.closed().then((end) => {
        code = end.code;
        socket.socket.emit('message', '{"type":"closed"}');
      });
      for (const one of messages) socket.send(one);
      const isAnswered = (id: string): boolean => socket.messages.some((one) => one.id === id && one.type !== 'ping');
      const hung = await Promise.race([
        socket
          .until(() => code !== undefined || awaited.every((id) => isEnded(id) || isAnswered(id)))
          .then(() => false),
        new Promise<boolean>((resolve) => setTimeout(() => resolve(true), patienceMs).unref()),
      ]);
      socket.socket.terminate();
      await closed;
      if (hung) return 'not answered';
      if (code !== undefined && [1011, 4500].includes(code)) return `closed with ${code}`;
      for (const { type, payload } of socket.messages) {
        const answer = type === 'error' ? { errors: payload } : payload;
        const fault = faultOf({ status: 200, text: JSON.stringify(answer ?? null), isForeign: isForeign(as) });
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
  };
}

const kindOf = (g: Random): Kind => oneOf(g, ['query', 'query', 'mutation', 'mutation', 'subscription']);

const part = (g: Random, { known }: World): string => {
  if (chance(g, 50)) return oneOf(g, known.ids);
  return chance(g, 10)
    ? oneOf(g, ['%', '%ff', '%2e%2e', '1', '-1'])
    : encodeURIComponent(text(g, known).slice(0, 600).toWellFormed());
};

function bodyOf(g: Random): string | Uint8Array {
  if (chance(g, 10)) return g.of(bytes);
  const template = { ...oneOf(g, bodies) };
  for (const key of Object.keys(template)) if (chance(g, 30)) Object.assign(template, { [key]: json(g) });
  const whole = JSON.stringify(chance(g, 10) ? json(g) : template);
  return chance(g, 10) ? whole.slice(0, g.int(0, whole.length)) : whole;
}

function message(g: Random, { known }: World): string {
  const type = oneOf(g, ['ping', 'pong', 'complete', 'subscribe', 'connection_init', 'next', 'nothing', '__proto__']);
  if (chance(g, 10)) return oneOf(g, ['', '{', 'null', '[]', '"x"', '1', '{"type":null}', '\u0000']);
  return JSON.stringify({
    type,
    ...(chance(g, 70) && { id: oneOf(g, ['0', '1', '', 'x'.repeat(500)]) }),
    ...(chance(g, 50) && { payload: chance(g, 50) ? json(g) : { query: text(g, known) } }),
  });
}

interface Request {
  readonly method: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

function http(
  world: World,
  as: (typeof callers)[number],
  request: Request,
  path: string,
  accept = 'application/json',
): Attack {
  const authorization = world.gateway.people[as];
  const headers = {
    accept,
    'content-type': 'application/json',
    ...(authorization !== undefined && { authorization }),
    ...request.headers,
  };
  const shown = request.body instanceof Uint8Array ? [...request.body] : request.body;
  return {
    told: { as, path, ...request, body: shown },
    run: async () => {
      const end = new AbortController();
      const timer = setTimeout(() => end.abort(new Error('hangs')), patienceMs);
      try {
        const response = await fetch(`${world.gateway.url}${path}`, {
          ...request,
          headers,
          signal: end.signal,
          redirect: 'manual',
        } as RequestInit);
        const text = accept === 'text/event-stream' && response.ok ? await firstEvent(response) : await response.text();
        const saysWhen = response.headers.has('retry-after');
        return faultOf({ status: response.status, text, saysWhen, isForeign: isForeign(as) });
      } catch (error) {
        return `no answer: ${String((error as Error).cause ?? error)}`;
      } finally {
        clearTimeout(timer);
        end.abort();
      }
    },
  };
}

/** The first result of a stream, or nothing where it has nothing to tell for a moment. */
async function firstEvent(response: Response): Promise<string> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let seen = '';
  const quiet = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), listenedMs));
  for (;;) {
    const read = await Promise.race([reader.read(), quiet]);
    if (!read || read.done) break;
    seen += read.value;
    if (/^event: (next|complete)\n/m.test(seen)) break;
  }
  await reader.cancel().catch(() => {});
  return /^data: (.*)$/m.exec(seen)?.[1] ?? '';
}

export const attacks: Readonly<Record<string, (g: Random, world: World) => Attack>> = {
  'operations over HTTP': overHttp,
  'operations as streams': overStream,
  'messages on sockets': overSocket,
  'calls of routes': overRoute,
  deliveries: overDelivery,
  cursors: overCursors,
};
