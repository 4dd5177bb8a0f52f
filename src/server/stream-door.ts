import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate } from '../auth/authenticate.js';
import type { Config } from '../base/config.js';
import { badInput, CodedError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { RequestFault } from '../base/public-error.js';
import type { OperationNote } from '../graphql/context.js';
import type { Live } from '../graphql/live/live.js';
import { noCredential } from '../graphql/no-credential.js';
import type { Operations, PreparedOperation } from '../graphql/operations.js';
import type { SentOperation } from '../graphql/sent-operation.js';
import type { Viewer } from '../model/viewer.js';
import type { OpenConnections } from './connections/open-connections.js';
import { takeJsonOfOurOrigins } from './graphql-door.js';
import { operationOf, operationOfParameters } from './graphql-request.js';
import type { ServerMetrics } from './metrics.js';
import { requestViewer } from './request-viewer.js';
import { StreamConnection } from './streams/stream-connection.js';
import { completeEvent, firstLine, nextEvent, streamHeaders } from './streams/stream-events.js';

export interface StreamDoor {
  readonly config: Pick<Config, 'NODE_ENV' | 'ALLOWED_ORIGINS'>;
  readonly authenticator: Authenticate;
  readonly operations: Operations;
  readonly live: Live;
  readonly logger: Logger;
  readonly metrics: ServerMetrics;
  readonly open: OpenConnections;
}

const url = '/graphql/stream';

/**
 * `POST` and `GET /graphql/stream`: server-sent events in graphql-sse's protocol, one response for each operation.
 * What the request itself is at fault for is refused with HTTP's status; what GraphQL refuses is told as an event, because
 * clients cannot read the answer to a request that failed.
 */
export async function registerStreams(app: FastifyInstance, door: StreamDoor): Promise<void> {
  await app.register(async (scope) => {
    takeJsonOfOurOrigins(scope, door.config.ALLOWED_ORIGINS);
    scope.route({
      method: ['GET', 'POST'],
      url,
      exposeHeadRoute: false,
      handler: (request, reply) => answer(door, request, reply),
    });
    // By these a client in single connection mode would reserve a stream and end an operation.
    scope.route({
      method: ['PUT', 'DELETE'],
      url,
      handler: async (request, reply) => {
        reply.header('allow', 'GET, POST');
        throw new RequestFault(405, `${request.method} is for a single connection; ${distinctOnly}`, 'method');
      },
    });
  });
}

const distinctOnly = 'here each operation has a connection of its own (singleConnection: false)';

async function answer(door: StreamDoor, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  refuseOtherModes(request);
  const sent = request.method === 'GET' ? operationOfParameters(request.query) : operationOf(request.body);
  const viewer = await requestViewer(request, door);
  const note: OperationNote = { kind: 'none' };
  request.operation = note;
  if (request.method === 'GET' && door.operations.kindOf(sent) === 'mutation') {
    reply.header('allow', 'POST');
    throw new RequestFault(405, 'A mutation is taken by POST only', 'query');
  }
  const prepared = await door.operations.prepare(sent, viewer, request.id, note);
  if (prepared.kind === 'subscription') return stream(door, request, reply, { prepared, sent, viewer: viewer! });
  if (prepared.kind === 'errors' && !viewer && prepared.errors.some(isForSomebody)) throw noCredential();
  const result = prepared.kind === 'errors' ? { errors: prepared.errors } : prepared.result;
  return reply.headers(streamHeaders).send(`${firstLine}${nextEvent(JSON.stringify(result))}${completeEvent}`);
}

/** @throws CodedError where the request is for another media type or for the protocol's other mode. */
function refuseOtherModes({ headers, query }: FastifyRequest): void {
  const { accept = '*/*' } = headers;
  if (!['text/event-stream', 'text/*', '*/*'].some((type) => accept.includes(type))) {
    throw new RequestFault(406, 'Answers are text/event-stream', 'accept');
  }
  if ('x-graphql-event-stream-token' in headers || 'token' in (query as object)) {
    throw badInput('token', `Tokens are for a single connection; ${distinctOnly}`);
  }
}

const isForSomebody = ({ extensions }: { readonly extensions?: { readonly code?: unknown } }): boolean =>
  extensions?.code === 'UNAUTHENTICATED';

interface Begun {
  readonly prepared: PreparedOperation & { kind: 'subscription' };
  readonly sent: SentOperation;
  readonly viewer: Viewer;
}

/** @throws CodedError RATE_LIMITED, SERVICE_UNAVAILABLE where no more may be open; clients try again. */
async function stream(
  door: StreamDoor,
  request: FastifyRequest,
  reply: FastifyReply,
  { prepared, sent, viewer }: Begun,
): Promise<void> {
  const { open, operations } = door;
  if (open.isClosing) throw new CodedError('SERVICE_UNAVAILABLE', 'The gateway is going away; try again');
  if (!open.admits(viewer)) {
    const later = { retryAfterSeconds: 5 };
    throw new CodedError('RATE_LIMITED', 'Too many connections of this credential', undefined, later);
  }
  reply.hijack();
  if (reply.raw.destroyed) return;
  request.isStream = true;
  const connection = new StreamConnection(reply.raw, open.limits, request.id);
  open.add(connection);
  open.enter(connection, viewer);
  reply.raw.once('close', () => {
    open.remove(connection);
    void connection.follower?.return();
    note(door, request, reply, 'stream ended');
  });
  reply.raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...streamHeaders });
  connection.ping();
  note(door, request, reply, 'operation on a stream');
  const { kind } = request.operation!;
  door.metrics.requestEnded({ route: url, operation: kind, status: 200, seconds: reply.elapsedTime / 1000 });
  try {
    connection.follower = await door.live.subscribe(viewer, {
      plan: prepared.plan,
      variables: sent.variables ?? {},
      outlet: connection,
      isOver: () => !connection.isOpen,
    });
    if (!connection.isOpen) await connection.follower.return();
    await connection.follower.next();
    connection.complete();
  } catch (error) {
    if (connection.isOpen) connection.complete(operations.errorsOf(error, request.id));
  }
}

function note({ logger }: StreamDoor, { id, operation }: FastifyRequest, reply: FastifyReply, event: string): void {
  const durationMs = Math.round(reply.elapsedTime);
  logger.info({ requestId: id, path: url, kind: operation?.kind, durationMs, operationName: operation?.name }, event);
}
