import { canReadPathways, readsOwnPathwaysOnly, requireScope } from '../auth/policies.js';
import { encodeFeedCursor, type LogPosition } from '../base/cursor.js';
import { notFound } from '../base/errors.js';
import { type Id, isId } from '../base/ids.js';
import type { FoldReader } from '../log/place.js';
import { userIdentity, userIdsAmong } from '../model/identity.js';
import type { Page, PageRequest } from '../model/page.js';
import type { PathwayProgressFilter } from '../model/pathway-progress-input.js';
import { type PathwayCounts, progressFold } from '../model/standing.js';
import type { User } from '../model/user.js';
import type { Viewer } from '../model/viewer.js';
import type { Enrolments } from '../store/enrolments.js';
import type { FoldScope } from '../store/fold-documents.js';
import type { Generation } from '../store/fold-states.js';
import type { PathwayCountsStore } from '../store/pathway-counts.js';
import type { PathwayStandings, StandingSelection, StandingWith } from '../store/pathway-standings.js';
import type { Pathways } from '../store/pathways.js';
import type { StandingKey } from '../store/standing-document.js';
import type { Users } from '../store/users.js';
import { whoIsMeant } from './activity-logs/meanings.js';
import { checkId, checkList } from './input/checks.js';
import type { ReaderContext } from './nouns/results.js';
import { cutPage } from './paging/pages.js';
import { type ListName, type PagingParts, startPage } from './paging/places.js';
import { checkRequest } from './paging/request.js';
import { changesOf, type ProgressChange } from './pathway-progress/follow.js';
import {
  type PathwayProgressView,
  type PathwayStatisticsView,
  progressView,
  statisticsView,
} from './pathway-progress/views.js';
import { onlyPathwayIds, onlyUserIds } from './pathways/own.js';

export interface PathwayProgressParts extends PagingParts {
  readonly folds: Pick<FoldReader, 'settle'>;
  readonly standings: PathwayStandings;
  readonly counts: PathwayCountsStore;
  readonly pathways: Pick<Pathways, 'byIds'>;
  readonly enrolments: Pick<Enrolments, 'pathwaysOf'>;
  readonly users: Users;
}

export interface ListProgress {
  readonly pathwayId: Id;
  readonly filter?: PathwayProgressFilter | null;
  readonly page: PageRequest;
  /** A FeedCursor: waits until this much is reflected. */
  readonly atLeast?: string | null;
}

/** Everybody on a pathway with one of its activities, and how many they are. */
export interface ActivityWalk {
  readonly counts: PathwayCounts | undefined;
  /** In the order of the users' ids, some hundred at a time. */
  readonly people: AsyncIterable<readonly StandingWith[]>;
  readonly place: Generation;
}

/** What may be read of one pathway, and by whom it was asked for to be followed. */
export interface FollowedPathway {
  /** Equal for those who may see the same of it. */
  readonly key: string;
  changedAfter(place: Generation, after: number, limit: number): Promise<ProgressChange[]>;
}

const progressList: ListName = {
  list: 'pathwayProgress',
  isKey: ([id, ...more]) => isId(id) && more.length === 0,
};

/** How far people are on pathways, as the log says it. With `pathway:read:own` only the progress of the viewer's user is there. */
export class PathwayProgressService {
  constructor(private readonly parts: PathwayProgressParts) {}

  /** Who is on a pathway, and how far, in the order of their ids. @throws CodedError NOT_FOUND naming `pathwayId`. */
  async list(viewer: Viewer, asked: ListProgress): Promise<Page<PathwayProgressView>> {
    requireScope(canReadPathways(viewer), 'pathway:read');
    const request = checkRequest(asked.page);
    const { workspaceId } = viewer;
    const start = await startPage(this.parts, workspaceId, progressList, request, asked.atLeast);
    const place = await this.parts.folds.settle(workspaceId, progressFold, asked.atLeast ? start.place.seq : 0);
    const selection = await this.selection(viewer, asked.pathwayId, asked.filter ?? {});
    const scope = { workspaceId, generation: place.generation };
    const asOf = this.#cursor(workspaceId, place);
    const { standings } = this.parts;
    const source = {
      find: async (slice) =>
        (await standings.find(scope, selection, slice)).map((standing) => progressView(standing, asOf)),
      exists: (span) => standings.exists(scope, selection, span),
      count: () => standings.count(scope, selection),
      keyOf: ({ userId }) => [userId],
    } satisfies Parameters<typeof cutPage<PathwayProgressView>>[0];
    // Who follows from this page on must miss nothing that the documents do not reflect yet.
    const seq = Math.min(start.place.seq, place.seq);
    return cutPage(source, progressList, { ...start, place: { ...start.place, seq } }, request);
  }

  /** For a DataLoader: one per pathway, in order; undefined where it is not for the viewer to see. @throws CodedError FORBIDDEN. */
  async statistics(who: ReaderContext, pathwayIds: readonly Id[]): Promise<(PathwayStatisticsView | undefined)[]> {
    requireScope(canReadPathways(who), 'pathway:read');
    if (readsOwnPathwaysOnly(who)) return pathwayIds.map(() => undefined);
    const { scope, asOf } = await this.#settled(who.workspaceId);
    const found = await this.parts.counts.byPathways(scope, pathwayIds);
    const counts = new Map(found.map((one) => [one.pathwayId, one]));
    return pathwayIds.map((id) => statisticsView(counts.get(id), asOf));
  }

  /**
   * For a DataLoader: one per person and pathway, in order; undefined where there is none. Any id that names a person does.
   * @throws CodedError FORBIDDEN.
   */
  async of(who: ReaderContext, keys: readonly StandingKey[]): Promise<(PathwayProgressView | undefined)[]> {
    requireScope(canReadPathways(who), 'pathway:read');
    const { workspaceId } = who;
    const [{ scope, asOf }, own, people] = await Promise.all([
      this.#settled(workspaceId),
      onlyUserIds(this.parts.users, who),
      this.parts.users.byIdentities(workspaceId, [...new Set(keys.map(({ userId }) => userIdentity(userId)))]),
    ]);
    const owners = new Map(
      people.flatMap(({ id, identities }) => userIdsAmong(identities).map((origin) => [origin, id])),
    );
    const wanted = keys.map(({ pathwayId, userId }) => ({ pathwayId, userId: owners.get(userId) ?? userId }));
    const seen = wanted.filter(({ userId }) => !own || own.includes(userId));
    const found = await this.parts.standings.byKeys(scope, seen);
    const views = new Map(
      found.flatMap(({ standing }) => (standing ? [[nameOf(standing), progressView(standing, asOf)]] : [])),
    );
    return wanted.map((key) => views.get(nameOf(key)));
  }

  /** For a DataLoader: what each of some users is on, by pathway; in order. @throws CodedError FORBIDDEN. */
  async ofUsers(who: ReaderContext, users: readonly Pick<User, 'id'>[]): Promise<PathwayProgressView[][]> {
    requireScope(canReadPathways(who), 'pathway:read');
    const [{ scope, asOf }, own] = await Promise.all([
      this.#settled(who.workspaceId),
      onlyUserIds(this.parts.users, who),
    ]);
    const ids = users.map(({ id }) => id).filter((id) => !own || own.includes(id));
    const found = await this.parts.standings.ofUsers(scope, ids);
    return users.map(({ id }) =>
      found.filter(({ userId }) => userId === id).map((standing) => progressView(standing, asOf)),
    );
  }

  /**
   * Everybody on one pathway with one of its activities, whom a filter describes, for who passes them on as they come.
   * @param selection made by `selection`, which authorises.
   */
  async withActivity(
    { workspaceId }: Pick<Viewer, 'workspaceId'>,
    selection: StandingSelection,
    activityId: Id,
    place: Generation,
  ): Promise<ActivityWalk> {
    const scope = { workspaceId, generation: place.generation };
    const [counts] = await this.parts.counts.byPathways(scope, [selection.pathwayId]);
    return { counts, place, people: this.parts.standings.withActivity(scope, selection, activityId) };
  }

  /** Which documents to read, once they reflect everything that this process acknowledged. @throws CodedError SERVICE_UNAVAILABLE. */
  settle(workspaceId: Id): Promise<Generation> {
    return this.parts.folds.settle(workspaceId, progressFold);
  }

  /** @throws CodedError FORBIDDEN; NOT_FOUND naming `pathwayId`; BAD_USER_INPUT naming a field of the filter. */
  async selection(viewer: Viewer, pathway: Id, filter: PathwayProgressFilter): Promise<StandingSelection> {
    const pathwayId = await this.#seenPathway(viewer, pathway);
    const users = checkList(filter.users, 'filter.users');
    const [people, own] = await Promise.all([
      users && whoIsMeant(this.parts, viewer.workspaceId, users),
      onlyUserIds(this.parts.users, viewer),
    ]);
    return {
      pathwayId,
      states: filter.states ?? undefined,
      activityId: checkId(filter.activityId, 'filter.activityId'),
      groups: checkList(filter.groups, 'filter.groups'),
      userIds: people && userIdsAmong(people.keys),
      onlyUserIds: own,
    };
  }

  /** @throws CodedError FORBIDDEN; NOT_FOUND naming `pathwayId`. */
  async follow(viewer: Viewer, pathway: Id): Promise<FollowedPathway> {
    const pathwayId = await this.#seenPathway(viewer, pathway);
    const { workspaceId } = viewer;
    const isNarrowed = readsOwnPathwaysOnly(viewer);
    return {
      key: isNarrowed ? `${pathwayId}:${viewer.userId}` : pathwayId,
      changedAfter: async ({ generation, seq }, after, limit) => {
        const onlyIds = await onlyUserIds(this.parts.users, viewer);
        const wanted = { pathwayId, after, through: seq, limit, onlyUserIds: onlyIds };
        return changesOf(this.parts, { workspaceId, generation }, wanted);
      },
    };
  }

  async #seenPathway(viewer: Viewer, pathway: Id): Promise<Id> {
    requireScope(canReadPathways(viewer), 'pathway:read');
    const id = checkId(pathway, 'pathwayId')!;
    const [[found], own] = await Promise.all([
      this.parts.pathways.byIds(viewer.workspaceId, [id]),
      onlyPathwayIds(this.parts, viewer),
    ]);
    if (!found || (own && !own.has(id))) throw notFound('This pathway', 'pathwayId');
    return id;
  }

  async #settled(workspaceId: Id): Promise<{ scope: FoldScope; asOf: string }> {
    const place = await this.settle(workspaceId);
    return { scope: { workspaceId, generation: place.generation }, asOf: this.#cursor(workspaceId, place) };
  }

  #cursor(workspaceId: Id, { epoch, seq }: LogPosition): string {
    return encodeFeedCursor({ workspaceId, epoch, seq });
  }
}

const nameOf = ({ pathwayId, userId }: StandingKey): string => `${pathwayId}/${userId}`;
