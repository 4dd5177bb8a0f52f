import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AnonymousCallers } from '../../auth/anonymous.js';
import type { Authenticate } from '../../auth/authenticate.js';
import { type Clock, systemClock } from '../../base/clock.js';
import { badInput, notFound } from '../../base/errors.js';
import { newId } from '../../base/ids.js';
import type { ActivityLogFilter } from '../../model/activity-log-filter.js';
import type { Viewer } from '../../model/viewer.js';
import type { SourceReadingService } from '../../services/source-reading.js';
import type { SourceRecordingService } from '../../services/source-recording.js';
import type { SourceRemovalService } from '../../services/source-removal.js';
import { contentTypeOf, type FacadeAnswer, type FacadeCall, json, registerFacade } from '../facade.js';
import { queryInteger, queryText } from '../query.js';
import { success, toEnvelope } from './errors.js';
import { fromNative, toNative } from './mapping.js';
import { readBody } from './payload.js';

export interface TikMatrixFacadeDeps {
  readonly authenticator: Authenticate;
  /** TikMatrix has no credentials: who shows none is one of these, or nobody. */
  readonly anonymous: Pick<AnonymousCallers, 'viewer'>;
  readonly recording: Pick<SourceRecordingService, 'begin'>;
  readonly reading: Pick<SourceReadingService, 'slice' | 'count'>;
  readonly removal: Pick<SourceRemovalService, 'removeAt' | 'removeAll'>;
  readonly clock?: Clock;
}

type Parts = TikMatrixFacadeDeps & { readonly clock: Clock };

/** Serves TikMatrix's Activity Log API. It shows, counts and removes rows of TikMatrix only. */
export async function registerTikMatrixFacade(app: FastifyInstance, deps: TikMatrixFacadeDeps): Promise<void> {
  const parts: Parts = { ...deps, clock: deps.clock ?? systemClock };
  await registerFacade(app, {
    prefixes: ['/api/v1'],
    identify: (request) => identify(parts, request),
    errorBody: (error) => toEnvelope(error),
    routes: [
      { method: 'POST', path: '/activity_log', handle: (call) => add(parts, call) },
      { method: 'GET', path: '/activity_log', handle: (call) => list(parts, call) },
      { method: 'GET', path: '/activity_log/count', handle: (call) => count(parts, call) },
      { method: 'DELETE', path: '/activity_log/all', handle: (call) => removeAll(parts, call) },
      { method: 'DELETE', path: '/activity_log/:id', handle: (call) => remove(parts, call) },
    ],
  });
}

function identify({ authenticator, anonymous }: Parts, request: FastifyRequest): Promise<Viewer> {
  const { authorization } = request.headers;
  if (authorization !== undefined) return authenticator.authenticate(authorization);
  return anonymous.viewer({
    remoteAddress: request.socket.remoteAddress,
    headers: request.headers,
    method: request.method,
    contentType: contentTypeOf(request),
  });
}

async function add({ recording, clock }: Parts, { viewer, request }: FacadeCall): Promise<FacadeAnswer> {
  const { body, native } = readBody(request.body as Buffer | undefined);
  const writing = await recording.begin(viewer, {
    source: 'TIKMATRIX',
    userId: body.username || undefined,
    userSpace: 'username',
  });
  const { seq } = await writing.record({ id: newId(), entry: fromNative({ body, native, receivedAt: clock.now() }) });
  return json(200, success({ id: seq }));
}

async function list({ reading }: Parts, { viewer, request }: FacadeCall): Promise<FacadeAnswer> {
  const limit = queryInteger(request, 'limit', { min: 1, max: 1000, absent: 100 });
  const skip = queryInteger(request, 'offset', { min: 0, absent: 0 });
  const entries = await reading.slice(viewer, { ...rows(request), skip, limit });
  return json(200, success(entries.map(toNative)));
}

async function count({ reading }: Parts, { viewer, request }: FacadeCall): Promise<FacadeAnswer> {
  return json(200, success({ count: await reading.count(viewer, rows(request)) }));
}

async function remove({ removal }: Parts, { viewer, request }: FacadeCall): Promise<FacadeAnswer> {
  const text = (request.params as { id: string }).id;
  if (!/^\d{1,15}$/.test(text)) throw badInput('id', 'id must be the number of an activity log, or all');
  const id = Number(text);
  if (!(await removal.removeAt(viewer, 'TIKMATRIX', id))) throw notFound('This activity log', 'id');
  return json(200, success({ deleted: true, id }));
}

async function removeAll({ removal }: Parts, { viewer }: FacadeCall): Promise<FacadeAnswer> {
  await removal.removeAll(viewer, 'TIKMATRIX');
  return json(200, success({ deleted: true, message: 'All activity logs deleted' }));
}

/** The rows that the query's filters name, newest number first. */
function rows(request: FastifyRequest) {
  const exact = (name: string): string[] | undefined => {
    const value = queryText(request, name);
    return value === undefined ? undefined : [value];
  };
  const filter: ActivityLogFilter = {
    sources: ['TIKMATRIX'],
    platforms: exact('platform'),
    serials: exact('serial'),
    actions: exact('action_type'),
  };
  return { filter, order: 'RECORDED_DESC' } as const;
}
