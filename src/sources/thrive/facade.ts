import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticate } from '../../auth/authenticate.js';
import { badInput, CodedError } from '../../base/errors.js';
import { isId } from '../../base/ids.js';
import type { ActivityLogFilter, ResolvedFilter } from '../../model/activity-log-filter.js';
import type { SourceReadingService } from '../../services/source-reading.js';
import { type FacadeAnswer, type FacadeCall, json, registerFacade } from '../facade.js';
import { queryInteger, queryText } from '../query.js';
import { toErrorBody } from './errors.js';
import { toNative } from './mapping.js';
import type { Pagination } from './payload.js';
import { ofTypes } from './types.js';

export interface ThriveFacadeDeps {
  readonly authenticator: Authenticate;
  readonly reading: Pick<SourceReadingService, 'page' | 'byNativeKey' | 'byId' | 'names'>;
}

/** Serves Thrive's activity records, at the root as its page says and under `/rest/v1` where the real one has them. */
export async function registerThriveFacade(app: FastifyInstance, deps: ThriveFacadeDeps): Promise<void> {
  await registerFacade(app, {
    prefixes: ['', '/rest/v1'],
    identify: (request) => deps.authenticator.authenticate(request.headers.authorization),
    errorBody: (error) => toErrorBody(error),
    routes: [
      { method: 'GET', path: '/activity/:id', handle: (call) => single(deps, call) },
      { method: 'GET', path: '/activities', handle: (call) => list(deps, call) },
    ],
  });
}

async function single({ reading }: ThriveFacadeDeps, { viewer, request }: FacadeCall): Promise<FacadeAnswer> {
  const { id } = request.params as { id: string };
  if (!isId(id)) throw badInput('id', 'id must have 24 hexadecimal digits');
  const ofThrive = await reading.byNativeKey(viewer, 'THRIVE', [...new Set([id, id.toLowerCase()])]);
  const entry = ofThrive ?? (await reading.byId(viewer, id));
  if (!entry) throw new CodedError('NOT_FOUND', 'Activity not found', 'id');
  const [names] = await reading.names(viewer, [entry]);
  return { status: 200, body: toNative(entry, names!) };
}

async function list({ reading }: ThriveFacadeDeps, { viewer, request }: FacadeCall): Promise<FacadeAnswer> {
  const page = queryInteger(request, 'page', { min: 1, absent: 1 });
  const perPage = queryInteger(request, 'perPage', { min: 1, max: 1000, absent: 20 });
  const { entries, total } = await reading.page(viewer, {
    ...recordsOf(request),
    order: 'OCCURRED_AT_DESC',
    skip: (page - 1) * perPage,
    limit: perPage,
  });
  const names = await reading.names(viewer, entries);
  const pagination: Pagination = { totalResults: total, totalPages: Math.ceil(total / perPage), page, perPage };
  // Joined as texts, so that each record goes out as it came.
  const results = entries.map((entry, index) => toNative(entry, names[index]!)).join(',');
  return { status: 200, body: `{"pagination":${json(200, pagination).body},"results":[${results}]}` };
}

/** The records that the query's parameters name. All of them must hold. */
function recordsOf(request: FastifyRequest): { filter: ActivityLogFilter; also: ResolvedFilter } {
  const actions = listOf(request, 'actions');
  const omitted = listOf(request, 'omitActions');
  const contentType = queryText(request, 'contentType');
  return {
    filter: {
      objectIds: listOf(request, 'contentIds'),
      objectTypes: contentType === undefined ? undefined : [contentType],
      occurredAfter: timeOf(request, 'timestampFrom'),
      occurredBefore: timeOf(request, 'timestampTo'),
    },
    also: { ...(actions && { anyOf: ofTypes(actions) }), ...(omitted && { noneOf: ofTypes(omitted) }) },
  };
}

function listOf(request: FastifyRequest, name: string): string[] | undefined {
  const items = queryText(request, name)
    ?.split(',')
    .map((item) => item.trim());
  if (items?.includes('')) throw badInput(name, `${name} must be names separated by commas`);
  return items && [...new Set(items)];
}

/** `YYYY-MM-DD hh:mm:ss`, taken as UTC: Thrive states no zone, and its working clients send UTC. */
function timeOf(request: FastifyRequest, name: string): Date | undefined {
  const text = queryText(request, name);
  if (text === undefined) return undefined;
  const [, day, time] = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})$/.exec(text) ?? [];
  const date = new Date(`${day}T${time}.000Z`);
  // A day that no calendar has would roll over into the next month.
  if (Number.isNaN(date.getTime()) || date.toISOString() !== `${day}T${time}.000Z`) {
    throw badInput(name, `${name} must be a date and time as YYYY-MM-DD hh:mm:ss`);
  }
  return date;
}
