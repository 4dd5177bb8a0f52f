import type { FastifyRequest } from 'fastify';
import type { LogPosition } from '../../base/cursor.js';
import { badInput, CodedError, notFound } from '../../base/errors.js';
import type { ActivityLog } from '../../model/activity-log.js';
import type { IdentityKey } from '../../model/identity.js';
import type { Viewer } from '../../model/viewer.js';
import type { EntryNames, SourceReadingService } from '../../services/source-reading.js';
import { type FacadeAnswer, type FacadeCall, json } from '../facade.js';
import { queryInteger, queryText } from '../query.js';
import { type DelegatedUser, delegatedUser } from './headers.js';
import { toActivityFields, toListed } from './mapping.js';
import { decodeNextToken, encodeNextToken, type ListTerms, unknownToken } from './next-token.js';
import { limits } from './payload.js';

export interface ReadingDeps {
  readonly reading: Pick<SourceReadingService, 'following' | 'names' | 'identitiesOf' | 'ownIdentities' | 'definition'>;
}

const defaultLimit = 20;
const maxLimit = 1000;
/** How many entries are looked through at once for those that the shape can carry, and how often in one request. */
const chunk = 200;
const rounds = 5;

/** One user's logs, as AWorld lists them: by when they were recorded. */
export async function listActivityLogs(
  { reading }: ReadingDeps,
  { viewer, request }: FacadeCall,
): Promise<FacadeAnswer> {
  const user = whoseLogs(viewer, request);
  const terms: ListTerms = {
    limit: queryInteger(request, 'limit', { min: 1, max: maxLimit, absent: defaultLimit }),
    order: orderOf(request),
    whose: JSON.stringify([viewer.workspaceId, user ?? viewer.userId]),
  };
  const token = queryText(request, 'nextToken');
  const after = token === undefined ? undefined : decodeNextToken(token, terms);
  const actorKeys = user
    ? await reading.identitiesOf(viewer, { source: 'AWORLD', ...user })
    : await reading.ownIdentities(viewer);
  const { items, next } = await carried(reading, viewer, { terms, after, actorKeys, user });
  const nextToken = next === undefined ? null : encodeNextToken(terms, next);
  return { status: 200, body: `{"items":[${items.join(',')}],"nextToken":${JSON.stringify(nextToken)}}` };
}

/** The definition that the id names, in the shape that AWorld documents for this path. */
export async function getActivity({ reading }: ReadingDeps, { viewer, request }: FacadeCall): Promise<FacadeAnswer> {
  const { activityId } = request.params as { activityId: string };
  const isKnowable = activityId.length <= limits.id && activityId.isWellFormed();
  const { activity, namedBy } = isKnowable ? await reading.definition(viewer, 'AWORLD', activityId) : {};
  const at = activity ?? (namedBy && { createdAt: namedBy.recordedAt, updatedAt: namedBy.recordedAt });
  if (!at) throw notFound('This activity', 'activityId');
  return json(200, toActivityFields(activity, activityId, viewer.workspaceId, at));
}

/** Undefined where the credential is a user's own: its headers say nothing then. */
function whoseLogs(viewer: Viewer, request: FastifyRequest): DelegatedUser | undefined {
  if (viewer.userId !== undefined) return undefined;
  const user = delegatedUser(request);
  if (user) return user;
  throw badInput('x-user-id', 'x-user-id or x-external-user-id is required: this credential belongs to no user');
}

function orderOf(request: FastifyRequest): 'asc' | 'desc' {
  const sort = queryText(request, 'sort') ?? 'updatedAt';
  if (sort !== 'updatedAt') throw badInput('sort', 'sort must be updatedAt');
  const order = queryText(request, 'order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') throw badInput('order', 'order must be asc or desc');
  return order;
}

interface Wanted {
  readonly terms: ListTerms;
  readonly after: LogPosition | undefined;
  readonly actorKeys: readonly IdentityKey[];
  readonly user: DelegatedUser | undefined;
}

/** The next items, and where to go on; a page may be short of its limit and yet not be the last one. */
async function carried(
  reading: ReadingDeps['reading'],
  viewer: Viewer,
  { terms: { limit, order }, after, actorKeys, user }: Wanted,
): Promise<{ readonly items: readonly string[]; readonly next?: LogPosition }> {
  const items: string[] = [];
  let next = after;
  for (let round = 0; round < rounds; round++) {
    const { entries, epoch, isLast } = await reading
      .following(viewer, {
        filter: {},
        also: { actorKeys },
        order: order === 'asc' ? 'RECORDED_ASC' : 'RECORDED_DESC',
        limit: Math.max(limit, chunk),
        after: next,
      })
      .catch((error: unknown) => {
        throw error instanceof CodedError && error.field === 'after' ? unknownToken() : error;
      });
    const names = await reading.names(viewer, entries);
    for (const [index, entry] of entries.entries()) {
      const listed = toListed(entry, idsOf(entry, names[index]!, user));
      if (listed === undefined) continue;
      if (items.length === limit) return { items, next };
      items.push(listed);
      next = { epoch, seq: entry.seq };
    }
    if (isLast) return { items };
    next = { epoch, seq: entries.at(-1)!.seq };
  }
  return { items, next };
}

/** The ids under which AWorld's caller knows them: the one it asked for; AWorld's own of a definition, else ours. */
function idsOf({ actor, object, activityRef }: ActivityLog, { user, activity }: EntryNames, asked?: DelegatedUser) {
  const userId = asked && asked.userSpace === undefined ? asked.userId : (user?.id ?? actor.nativeId);
  const ofAWorld = activity?.sourceIds.find(({ source }) => source === 'AWORLD')?.id;
  const unknown = activityRef === undefined ? undefined : object?.id;
  return { userId, activityId: ofAWorld ?? activity?.id ?? unknown };
}
