import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { nanoid } from 'nanoid';
import type { Authenticate } from '../../auth/authenticate.js';
import { type Clock, systemClock } from '../../base/clock.js';
import { badInput } from '../../base/errors.js';
import { newId } from '../../base/ids.js';
import type { Viewer } from '../../model/viewer.js';
import type { RowNames, RowWriting, SourceRecordingService } from '../../services/source-recording.js';
import type { KeptAnswer } from '../../store/idempotency-keys.js';
import { type FacadeAnswer, type FacadeCall, pathOf, registerFacade } from '../facade.js';
import { idTaken, type RequestFacts, toErrorBody } from './errors.js';
import { delegatedUser, headerOf } from './headers.js';
import { contentHash, fromNative, toActivityFields, toNative } from './mapping.js';
import { type Attempt, answerOnce, type OnceOptions } from './once.js';
import { type ActivityLogBody, limits, readBody } from './payload.js';
import { getActivity, listActivityLogs, type ReadingDeps } from './reading.js';

export interface AWorldFacadeDeps {
  readonly authenticator: Authenticate;
  readonly recording: Pick<SourceRecordingService, 'begin'>;
  readonly reading: ReadingDeps['reading'];
  readonly idempotencyKeys: OnceOptions['keys'];
  readonly clock?: Clock;
}

/** Serves AWorld's activity logs; whatever else lies under `/app/v1` does not exist, in AWorld's words. */
export async function registerAWorldFacade(app: FastifyInstance, deps: AWorldFacadeDeps): Promise<void> {
  const parts: Parts = { ...deps, clock: deps.clock ?? systemClock };
  await registerFacade(app, {
    prefixes: ['/app/v1'],
    identify: (request) => deps.authenticator.authenticate(request.headers.authorization),
    errorBody: (error, request) => toErrorBody(error, factsOf(request), parts.clock.now()),
    routes: [
      { method: 'POST', path: '/activity-logs', handle: (call) => createActivityLog(parts, call) },
      { method: 'GET', path: '/activity-logs', handle: (call) => listActivityLogs(parts, call) },
      { method: 'GET', path: '/activity-logs/:activityId', handle: (call) => getActivity(parts, call) },
    ],
  });
}

type Parts = AWorldFacadeDeps & { readonly clock: Clock };

async function createActivityLog(parts: Parts, { viewer, request, reply }: FacadeCall): Promise<FacadeAnswer> {
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
    return execute(attempt);
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
  return answer;
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
  const at = { createdAt: recorded.recordedAt, updatedAt: recorded.recordedAt };
  const activity = toActivityFields(writing.activity, body.activityId, viewer.workspaceId, at);
  return { status: 201, body: JSON.stringify({ ...activity, ...toNative({ ...entry, source: 'AWORLD' }) }) };
}

/** The user is the body's; where the body names none, the header's by which a machine acts for a user. */
function namesOf(request: FastifyRequest, body: ActivityLogBody): RowNames & { readonly userId: string } {
  const delegated = delegatedUser(request);
  const { activityId } = body;
  if (body.userId !== undefined) return { source: 'AWORLD', userId: body.userId, activityId };
  if (delegated === undefined) throw badInput('userId', 'userId is required');
  return { source: 'AWORLD', ...delegated, activityId };
}

const factsOf = (request: FastifyRequest): RequestFacts => ({
  id: request.id,
  path: pathOf(request),
  origin: `${request.protocol}://${request.host}`,
});
