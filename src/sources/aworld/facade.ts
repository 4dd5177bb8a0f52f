import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { nanoid } from 'nanoid';
import { type Clock, systemClock } from '../../base/clock.js';
import { badInput, CodedError } from '../../base/errors.js';
import { newId } from '../../base/ids.js';
import type { Viewer } from '../../model/viewer.js';
import type { RowNames, RowWriting, SourceRecordingService } from '../../services/source-recording.js';
import type { KeptAnswer } from '../../store/idempotency-keys.js';
import { idTaken, publicError, type RequestFacts, toErrorBody } from './errors.js';
import { contentHash, fromNative, toActivityFields, toNative } from './mapping.js';
import { type Attempt, answerOnce, type OnceOptions } from './once.js';
import { type ActivityLogBody, limits, readBody } from './payload.js';

export interface AWorldFacadeDeps {
  /** @throws CodedError UNAUTHENTICATED, SERVICE_UNAVAILABLE, RATE_LIMITED. */
  readonly authenticator: { authenticate(authorization: string | undefined): Promise<Viewer> };
  readonly recording: Pick<SourceRecordingService, 'begin'>;
  readonly idempotencyKeys: OnceOptions['keys'];
  readonly clock?: Clock;
}

const prefix = '/app/v1';
const maxBodyBytes = 16 * 1024 * 1024;

/** Serves AWorld's `POST /app/v1/activity-logs`; whatever else lies under `/app/v1` does not exist, in AWorld's words. */
export async function registerAWorldFacade(app: FastifyInstance, deps: AWorldFacadeDeps): Promise<void> {
  const clock = deps.clock ?? systemClock;
  // Its own scope: the parser and the error shape are for these paths alone.
  await app.register(
    async (scope) => {
      const viewers = new WeakMap<FastifyRequest, Viewer>();
      // The route says what the body is, whatever the content type says; Fastify refuses one that is malformed.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
      scope.addHook('onRequest', async (request) => {
        request.raw.headers['content-type'] = 'application/octet-stream';
      });
      scope.setErrorHandler((error, request, reply) => sendError(error, request, reply, clock.now()));
      scope.setNotFoundHandler((request, reply) => {
        const error = new CodedError('NOT_FOUND', `There is nothing at ${request.method} ${pathOf(request)}`);
        return sendError(error, request, reply, clock.now());
      });
      scope.post('/activity-logs', {
        bodyLimit: maxBodyBytes,
        onRequest: async (request) => {
          viewers.set(request, await deps.authenticator.authenticate(request.headers.authorization));
        },
        handler: (request, reply) => createActivityLog({ ...deps, clock }, viewers.get(request)!, request, reply),
      });
    },
    { prefix },
  );
}

type Parts = AWorldFacadeDeps & { readonly clock: Clock };

async function createActivityLog(parts: Parts, viewer: Viewer, request: FastifyRequest, reply: FastifyReply) {
  const bytes = request.body as Buffer | undefined;
  const { body, native } = readBody(bytes);
  const names = namesOf(request, body);
  const writing = await parts.recording.begin(viewer, names);
  const activityLogId = body.activityLogId ?? nanoid(21);
  const execute = (attempt: Attempt): Promise<KeptAnswer> =>
    write({ parts, viewer, request, writing, body, native, userId: names.userId }, attempt);

  const key = headerOf(request, 'x-idempotency-key', limits.idempotencyKey);
  if (key === undefined) {
    const entryId = newId();
    const attempt = { activityLogId, receivedAt: parts.clock.now(), entryId, wrote: async () => false };
    return send(reply, await execute(attempt));
  }
  const { answer, replayed } = await answerOnce(
    {
      keys: parts.idempotencyKeys,
      clock: parts.clock,
      scope: { workspaceId: viewer.workspaceId, owner: viewer.owner, key },
      requestHash: createHash('sha256').update(JSON.stringify(names)).update(native).digest('hex'),
      activityLogId,
    },
    execute,
  );
  reply.header('x-idempotency-key', key);
  if (replayed) reply.header('x-idempotency-cache-hit', 'true');
  return send(reply, answer);
}

interface Write {
  readonly parts: Parts;
  readonly viewer: Viewer;
  readonly request: FastifyRequest;
  readonly writing: RowWriting;
  readonly body: ActivityLogBody;
  readonly native: string;
  readonly userId: string;
}

/** Records the log and answers 201, or 409 when its id is taken by something that this request did not write. */
async function write(
  { parts, viewer, request, writing, body, native, userId }: Write,
  { activityLogId, receivedAt, entryId, wrote }: Attempt,
): Promise<KeptAnswer> {
  const posted = { body, native, userId, activityLogId, receivedAt };
  const entry = fromNative(posted);
  const recorded = await writing.record({
    id: entryId,
    nativeKey: activityLogId,
    contentHash: contentHash(posted),
    entry,
  });
  if (recorded.outcome !== 'RECORDED' && !(await wrote(recorded.id))) {
    const error = toErrorBody(idTaken(), factsOf(request), parts.clock.now());
    return { status: error.status, body: JSON.stringify(error) };
  }
  const activity = toActivityFields(writing.activity, body.activityId, viewer.workspaceId, recorded.recordedAt);
  return { status: 201, body: JSON.stringify({ ...activity, ...toNative({ ...entry, source: 'AWORLD' }) }) };
}

/** The user is the body's; where the body names none, the header's by which a machine acts for a user. */
function namesOf(request: FastifyRequest, body: ActivityLogBody): RowNames {
  const own = headerOf(request, 'x-user-id', limits.id);
  const external = headerOf(request, 'x-external-user-id', limits.id);
  if (own !== undefined && external !== undefined) {
    throw badInput('x-external-user-id', 'Send x-user-id or x-external-user-id, not both');
  }
  const userId = body.userId ?? own ?? external;
  if (userId === undefined) throw badInput('userId', 'userId is required');
  const names = { source: 'AWORLD', userId, activityId: body.activityId } as const;
  return body.userId === undefined && external !== undefined ? { ...names, userSpace: 'external' } : names;
}

/** Undefined for a header that is missing or, as curl sends it for `-H 'name;'`, empty. */
function headerOf(request: FastifyRequest, name: string, maxLength: number): string | undefined {
  const value = request.headers[name];
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.length > maxLength) throw badInput(name, `${name} must have at most ${maxLength} characters`);
  return value;
}

const send = (reply: FastifyReply, { status, body }: KeptAnswer): FastifyReply =>
  reply.code(status).type('application/json; charset=utf-8').send(body);

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply, now: Date): FastifyReply {
  const told = publicError(error, request.id);
  if (told.code === 'INTERNAL_SERVER_ERROR') {
    request.log.error({ requestId: request.id, err: error }, 'unexpected error');
  }
  if (told.retryAfterSeconds !== undefined) reply.header('retry-after', String(told.retryAfterSeconds));
  // Not Basic: a browser would ask for a password, and then send it along on its own.
  if (told.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
  const body = toErrorBody(told, factsOf(request), now);
  return send(reply, { status: body.status, body: JSON.stringify(body) });
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0]!;

const factsOf = (request: FastifyRequest): RequestFacts => ({
  id: request.id,
  path: pathOf(request),
  origin: `${request.protocol}://${request.host}`,
});
