import type { FastifyRequest } from 'fastify';
import { badInput, CodedError } from '../../base/errors.js';
import type { ActivityLog } from '../../model/activity-log.js';
import type { ActivityLogOrder } from '../../model/activity-log-order.js';
import type { PageRequest } from '../../model/page.js';
import type { Viewer } from '../../model/viewer.js';
import type { SourceList, SourceReadingService } from '../../services/source-reading.js';
import type { FacadeAnswer, FacadeCall } from '../facade.js';
import { queryInteger, queryText } from '../query.js';
import { toNative } from './dialect.js';
import { invalidCursor } from './errors.js';
import { identitiesOfUser } from './users.js';

export type Reading = Pick<SourceReadingService, 'slice' | 'page' | 'cut' | 'names' | 'identitiesOf' | 'usersMadeAt'>;

const defaultSize = 100;
const maxSize = 1000;

/**
 * The rows of a project: the list that the page documents, or in the envelope of real answers where one of the parameters
 * of paging asks for it.
 */
export async function listRows(reading: Reading, { viewer, request }: FacadeCall): Promise<FacadeAnswer> {
  const list = await listOf(reading, viewer, request);
  const limit = queryInteger(request, 'page_size', { min: 1, max: maxSize, absent: defaultSize });
  if (queryText(request, 'page') !== undefined) return byPage(reading, viewer, request, list, limit);
  const cursor = queryText(request, 'cursor');
  if (cursor !== undefined || queryText(request, 'page_size') !== undefined) {
    return byCursor(reading, viewer, request, list, pageRequest(cursor, limit));
  }
  const entries = await reading.slice(viewer, { ...list, skip: 0, limit });
  return ok(await texts(reading, viewer, entries));
}

/** Rows as a list of their JSON texts: joined, so that each of PostHog's goes out as it came. */
async function texts(
  reading: Pick<Reading, 'names'>,
  viewer: Viewer,
  entries: readonly ActivityLog[],
): Promise<string> {
  const names = await reading.names(viewer, entries);
  return `[${entries.map((entry, index) => toNative(entry, names[index]!.user)).join(',')}]`;
}

async function byPage(
  reading: Reading,
  viewer: Viewer,
  request: FastifyRequest,
  list: SourceList,
  limit: number,
): Promise<FacadeAnswer> {
  const page = queryInteger(request, 'page', { min: 1, absent: 1 });
  const { entries, total } = await reading.page(viewer, { ...list, skip: (page - 1) * limit, limit });
  if (page > 1 && entries.length === 0) throw new CodedError('NOT_FOUND', 'Invalid page.', 'page');
  const next = page * limit < total ? linkTo(request, { page: String(page + 1) }) : null;
  const previous = page > 1 ? linkTo(request, { page: String(page - 1) }) : null;
  const links = `"count":${total},"next":${JSON.stringify(next)},"previous":${JSON.stringify(previous)}`;
  return ok(`{${links},"results":${await texts(reading, viewer, entries)}}`);
}

async function byCursor(
  reading: Reading,
  viewer: Viewer,
  request: FastifyRequest,
  list: SourceList,
  page: PageRequest,
): Promise<FacadeAnswer> {
  const cut = await reading.cut(viewer, { ...list, page }).catch((error: unknown) => {
    const isOfCursor = error instanceof CodedError && (error.field === 'after' || error.field === 'before');
    throw isOfCursor ? invalidCursor() : error;
  });
  const [hasNext, hasPrevious] = await Promise.all([cut.hasNextPage(), cut.hasPreviousPage()]);
  const [first, last] = [cut.items[0]?.cursor, cut.items.at(-1)?.cursor];
  const next = hasNext && last !== undefined ? linkTo(request, { cursor: last }) : null;
  const previous = hasPrevious && first !== undefined ? linkTo(request, { cursor: backward + first }) : null;
  const results = await texts(
    reading,
    viewer,
    cut.items.map(({ node }) => node),
  );
  return ok(`{"next":${JSON.stringify(next)},"previous":${JSON.stringify(previous)},"results":${results}}`);
}

/** Before a cursor of what lies before it. No cursor has this sign. */
const backward = '~';

function pageRequest(cursor: string | undefined, limit: number): PageRequest {
  if (!cursor) return { first: limit };
  if (cursor.startsWith(backward)) return { last: limit, before: cursor.slice(backward.length) };
  return { first: limit, after: cursor };
}

/** The same call with other parameters, as a whole URL. */
function linkTo(request: FastifyRequest, changed: Readonly<Record<string, string>>): string {
  const url = new URL(request.url, `${request.protocol}://${request.host}`);
  for (const [name, value] of Object.entries(changed)) url.searchParams.set(name, value);
  return url.href;
}

const ok = (body: string): FacadeAnswer => ({ status: 200, body });

/** The rows that the query's parameters name; empty ones name none. All that are given must hold. */
async function listOf(reading: Reading, viewer: Viewer, request: FastifyRequest): Promise<SourceList> {
  const scope = given(request, 'scope');
  const scopes = given(request, 'scopes')
    ?.split(',')
    .map((name) => name.trim());
  const itemId = given(request, 'item_id');
  const user = given(request, 'user');
  const objectTypes = scope === undefined ? scopes : [scope].filter((one) => scopes?.includes(one) ?? true);
  return {
    filter: {
      objectTypes: objectTypes && [...new Set(objectTypes)],
      objectIds: itemId === undefined ? undefined : [itemId],
    },
    also: user === undefined ? undefined : { actorKeys: await identitiesOfUser(reading, viewer, user) },
    order: orderOf(request),
  };
}

const given = (request: FastifyRequest, name: string): string | undefined => queryText(request, name) || undefined;

function orderOf(request: FastifyRequest): ActivityLogOrder {
  const ordering = given(request, 'ordering') ?? '-created_at';
  if (ordering === '-created_at') return 'OCCURRED_AT_DESC';
  if (ordering === 'created_at') return 'OCCURRED_AT_ASC';
  throw badInput('ordering', 'ordering must be created_at or -created_at');
}
