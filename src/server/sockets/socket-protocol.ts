import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type Context, makeServer, type Server } from 'graphql-ws';
import { nanoid } from 'nanoid';
import type { WebSocket } from 'ws';
import type { Authenticate } from '../../auth/authenticate.js';
import type { Config } from '../../base/config.js';
import { CodedError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { OperationNote } from '../../graphql/context.js';
import type { Live } from '../../graphql/live/live.js';
import type { LiveSubscription } from '../../graphql/live/live-subscription.js';
import type { Operations, PreparedOperation } from '../../graphql/operations.js';
import type { SentOperation } from '../../graphql/sent-operation.js';
import type { ConnectionLimits } from '../connections/connection-limits.js';
import type { OpenConnections } from '../connections/open-connections.js';
import type { ServerMetrics } from '../metrics.js';
import { closeCodes, type SocketConnection } from './socket-connection.js';
import { renewCredential, showCredential } from './socket-credential.js';

export interface ProtocolParts {
  readonly config: Pick<Config, 'NODE_ENV'>;
  readonly authenticator: Authenticate;
  readonly operations: Operations;
  readonly live: Live;
  readonly logger: Logger;
  readonly metrics: ServerMetrics;
  readonly open: OpenConnections;
}

type Extra = { readonly connection: SocketConnection };
type SocketContext = Context<Record<string, unknown>, Extra>;

/** What `onSubscribe` found out and `execute` or `subscribe` hands on. */
interface Begun {
  readonly answer?: ExecutionResult;
  readonly follower?: LiveSubscription;
}

/** Errors that are made already as they leave. */
const formatted = new WeakMap<GraphQLError, GraphQLFormattedError>();

/**
 * Speaks `graphql-transport-ws` on a socket. No hook throws, for the library would close the socket with a code that
 * stock clients never come back after.
 * @returns what must be called when the socket is closed.
 */
export function socketProtocol(parts: ProtocolParts) {
  const server = protocolServer(parts);
  return (socket: WebSocket, connection: SocketConnection): ((code: number, reason: string) => Promise<void>) => {
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: (text) => connection.sendAnswer(text),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) =>
          socket.on('message', (data) => {
            connection.heardAtMs = performance.now();
            const message = parsed(String(data));
            if (isServers(message)) return connection.close(closeCodes.badRequest, 'Such messages are ours to send');
            take(message).catch((error) => {
              parts.logger.error({ err: error }, 'a message on a socket could not be handled');
              connection.close(closeCodes.tryLater, 'Something went wrong on our side');
            });
          }),
        onPing: async (payload) => {
          if (typeof payload?.authorization === 'string') {
            await renewCredential(parts, connection, payload.authorization);
            return connection.send('{"type":"pong"}');
          }
          connection.send(JSON.stringify({ type: 'pong', ...(payload && { payload }) }));
        },
      },
      { connection },
    );
    return async (code, reason) => closed(code, reason);
  };
}

/** The library holds what it is handed for as long as a subscription goes on: it gets the message, not its text as well. */
function parsed(text: string): string {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'string' ? text : (message as string);
  } catch {
    return text;
  }
}

/** Well-formed, but not a client's to send: the library would take it for a fault of ours. */
const isServers = (message: unknown): boolean =>
  ['connection_ack', 'next', 'error'].includes((message as { type?: string } | null)?.type ?? '');

function protocolServer(parts: ProtocolParts): Server<Extra> {
  const { operations, open } = parts;
  return makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: open.limits.initTimeoutMs,
    onConnect: (context) => {
      const authorization = context.connectionParams?.authorization;
      // Nor is a secret kept that was looked at.
      Object.assign(context, { connectionParams: undefined });
      return showCredential(parts, context.extra.connection, authorization);
    },
    onSubscribe: (context, id, payload) => begin(parts, context, id, payload as SentOperation),
    execute: (args) => (args.contextValue as Begun).answer!,
    subscribe: (args) => (args.contextValue as Begun).follower!,
    onNext: (_context, _id, _payload, _args, result) => result as never,
    onError: (_context, _id, _payload, errors) =>
      errors.flatMap((error) => formatted.get(error) ?? operations.errorsOf(error, nanoid())),
    onComplete: ({ extra }, id) => void extra.connection.subscriptions.delete(id),
  });
}

async function begin(
  parts: ProtocolParts,
  context: SocketContext,
  id: string,
  sent: SentOperation,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  const { connection } = context.extra;
  const requestId = nanoid();
  const note: OperationNote = { kind: 'none' };
  const startedMs = performance.now();
  const isOver = (): boolean => !connection.isOpen || !(id in context.subscriptions);
  let prepared: PreparedOperation;
  let begun: Begun = {};
  try {
    refuseTooMany(context, parts.open.limits);
    prepared = await parts.operations.prepare(sent, connection.viewer, requestId, note);
    if (prepared.kind === 'answer') begun = { answer: prepared.result };
    if (prepared.kind === 'subscription') {
      // Held with the message for as long as the subscription goes on, and needed by nobody.
      Object.assign(sent, { query: '' });
      begun = { follower: await follow(parts, connection, id, prepared, sent.variables ?? {}, isOver) };
    }
  } catch (error) {
    prepared = { kind: 'errors', errors: parts.operations.errorsOf(error, requestId) };
  }
  noteOperation(parts, requestId, note, prepared.kind === 'errors' ? 400 : 200, performance.now() - startedMs);
  if (prepared.kind === 'errors') return prepared.errors.map(asFormatted);
  return {
    schema: parts.operations.schema,
    document: prepared.document,
    operationName: sent.operationName,
    contextValue: begun,
  };
}

async function follow(
  parts: ProtocolParts,
  connection: SocketConnection,
  id: string,
  { plan }: PreparedOperation & { kind: 'subscription' },
  variables: Readonly<Record<string, unknown>>,
  isOver: () => boolean,
): Promise<LiveSubscription> {
  const request = { plan, variables, outlet: connection.outlet(id), isOver };
  const viewer = connection.viewer!;
  const follower = await parts.live.subscribe(viewer, request);
  connection.subscriptions.set(id, { follower, request });
  // A new credential may have been shown while the subscription was prepared in the old one's name.
  if (connection.viewer !== viewer) await parts.live.renew(follower, connection.viewer!, request);
  return follower;
}

function refuseTooMany({ subscriptions }: SocketContext, limits: ConnectionLimits): void {
  const most = limits.operationsPerConnection;
  if (Object.keys(subscriptions).length <= most) return;
  throw new CodedError('TOO_COSTLY', `One connection has ${most} operations under way at most`);
}

function asFormatted(error: GraphQLFormattedError): GraphQLError {
  const carrier = new GraphQLError(error.message);
  formatted.set(carrier, error);
  return carrier;
}

function noteOperation(parts: ProtocolParts, requestId: string, note: OperationNote, status: number, ms: number): void {
  const line = { requestId, path: '/graphql', kind: note.kind, status, durationMs: Math.round(ms) };
  parts.logger.info({ ...line, operationName: note.name }, 'operation on a socket');
  parts.metrics.requestEnded({ route: 'ws /graphql', operation: note.kind, status, seconds: ms / 1000 });
}
