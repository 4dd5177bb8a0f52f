import { canReadNotifications, canReadPathways, canReadUsers, canWriteNotifications } from '../auth/policies.js';
import type { Clock } from '../base/clock.js';
import { notFound, tooLarge } from '../base/errors.js';
import { type Id, newId } from '../base/ids.js';
import type { LogWriter } from '../log/writer.js';
import { type Follow, type FollowChange, type FollowTarget, followNoun, maxFollows } from '../model/follow.js';
import type { Page, PageRequest } from '../model/page.js';
import type { Viewer } from '../model/viewer.js';
import type { Activities } from '../store/activities.js';
import type { ActivityLogPages } from '../store/activity-log-pages.js';
import type { Enrolments } from '../store/enrolments.js';
import { type Follows, followKey } from '../store/follows.js';
import type { Pathways } from '../store/pathways.js';
import type { Users } from '../store/users.js';
import { visibleFilter } from './activity-logs/listing.js';
import { checkTarget, type FollowInput } from './follows/input.js';
import { mayFollow } from './notifications/following.js';
import { requireOwn, requireUser } from './notifications/own.js';
import { readSnapshot, type Snapshot, type SnapshotParts } from './notifications/snapshot.js';
import { FeedCursors } from './paging/epochs.js';
import { cutPage } from './paging/pages.js';
import { type PagingParts, startPage } from './paging/places.js';
import { checkRequest } from './paging/request.js';
import { onlyPathwayIds } from './pathways/own.js';

/** What became of following something, and a FeedCursor of where that is written. */
export interface FollowWritten {
  readonly target: FollowTarget;
  readonly since: Date;
  readonly cursor: string;
}

export interface FollowServiceParts extends SnapshotParts, PagingParts {
  readonly follows: Follows;
  readonly users: Users;
  readonly activities: Activities;
  readonly pathways: Pathways;
  readonly enrolments: Enrolments;
  readonly pages: ActivityLogPages;
  readonly writer: LogWriter;
  readonly clock: Clock;
}

const followList = {
  list: 'follows',
  isKey: ([since, key, ...more]: readonly (number | string)[]): boolean =>
    Number.isSafeInteger(since) && typeof key === 'string' && more.length === 0,
};

/** What people follow: whatever others do there concerns them. Always the viewer's own. */
export class FollowService {
  readonly #cursors: FeedCursors;

  constructor(private readonly parts: FollowServiceParts) {
    this.#cursors = new FeedCursors(parts.states);
  }

  /** In the order in which they began. */
  async list(viewer: Viewer, page: PageRequest): Promise<Page<Follow>> {
    requireOwn(viewer, canReadNotifications, 'notification:read');
    const userId = requireUser(viewer.userId);
    const request = checkRequest(page);
    const { workspaceId } = viewer;
    const start = await startPage(this.parts, workspaceId, followList, request);
    const { seen } = await readSnapshot(this.parts, workspaceId, userId, start.place.seq, ({ scope, states }) => {
      const userIds = states.map(({ origin }) => origin);
      const { follows } = this.parts;
      const source = {
        find: (slice) => follows.find(scope, userIds, slice),
        exists: (span) => follows.exists(scope, userIds, span),
        count: () => follows.count(scope, userIds),
        keyOf: followKey,
      } satisfies Parameters<typeof cutPage<Follow>>[0];
      return cutPage(source, followList, start, request);
    });
    return seen;
  }

  /**
   * Following the same again changes nothing.
   * @throws CodedError FORBIDDEN, BAD_USER_INPUT, TOO_LARGE; NOT_FOUND also for what the viewer may not see.
   */
  async follow(viewer: Viewer, input: FollowInput): Promise<FollowWritten> {
    requireOwn(viewer, canWriteNotifications, 'notification:write');
    const userId = requireUser(viewer.userId);
    const target = checkTarget(input, 'input');
    if (!(await this.#canSee(viewer, target))) throw notFound(...named(target));
    const { held, count, cursor } = await this.#standing(viewer.workspaceId, userId, target);
    const [first] = held.map(({ since }) => since).sort((one, other) => one.getTime() - other.getTime());
    if (first) return { target, since: first, cursor };
    if (count >= maxFollows) {
      throw tooLarge('input', `One person may follow at most ${maxFollows} things; unfollow some first`);
    }
    return this.#append(viewer, target, true);
  }

  /** What is not followed stays so. @throws CodedError FORBIDDEN, BAD_USER_INPUT. */
  async unfollow(viewer: Viewer, input: FollowInput): Promise<FollowWritten> {
    requireOwn(viewer, canWriteNotifications, 'notification:write');
    const userId = requireUser(viewer.userId);
    const target = checkTarget(input, 'input');
    const { held, cursor } = await this.#standing(viewer.workspaceId, userId, target);
    if (held.length === 0) return { target, since: this.parts.clock.now(), cursor };
    return this.#append(viewer, target, false);
  }

  /** Whether something is followed, by any id that is theirs, and how much is, as of a cursor. */
  async #standing(workspaceId: Id, userId: Id, target: FollowTarget) {
    const { seq: atLeast } = await this.parts.reader.settle(workspaceId);
    const look = async ({ scope, states, place }: Snapshot) => {
      const userIds = states.map(({ origin }) => origin);
      const { follows } = this.parts;
      const [held, count] = await Promise.all([follows.held(scope, userIds, target), follows.count(scope, userIds)]);
      // What another process wrote may be ahead of where this one has settled.
      const at = Math.max(place.seq, ...held.map(({ seq }) => seq));
      return { held, count, cursor: await this.#cursors.of(workspaceId, at) };
    };
    return (await readSnapshot(this.parts, workspaceId, userId, atLeast, look)).seen;
  }

  async #canSee(viewer: Viewer, target: FollowTarget): Promise<boolean> {
    if (!mayFollow(viewer)) return false;
    const { workspaceId } = viewer;
    const { users, activities, pathways } = this.parts;
    switch (target.kind) {
      case 'user':
        return canReadUsers(viewer) && (await users.byIds(workspaceId, [target.userId])).length > 0;
      case 'activity':
        return (await activities.byIds(workspaceId, [target.activityId])).length > 0;
      case 'pathway': {
        if (!canReadPathways(viewer)) return false;
        const only = await onlyPathwayIds(this.parts, viewer);
        if (only && !only.has(target.pathwayId)) return false;
        return (await pathways.byIds(workspaceId, [target.pathwayId])).length > 0;
      }
      case 'object':
        return this.#hasEntry(viewer, target.object);
    }
  }

  /** There is an object if some entry that the viewer may see is about it. */
  async #hasEntry(viewer: Viewer, { source, type, id }: Extract<FollowTarget, { kind: 'object' }>['object']) {
    const asked = { sources: [source], objectTypes: [type], objectIds: [id] };
    const [window, filter] = await Promise.all([
      this.parts.reader.settle(viewer.workspaceId),
      visibleFilter(this.parts, viewer, asked),
    ]);
    return this.parts.pages.exists({ window, filter, order: 'OCCURRED_AT_DESC' }, {});
  }

  async #append(viewer: Viewer, target: FollowTarget, following: boolean): Promise<FollowWritten> {
    const { workspaceId } = viewer;
    const since = this.parts.clock.now();
    const change: FollowChange = { target, following, atMs: since.getTime() };
    const control = {
      noun: followNoun,
      change: following ? 'followed' : 'unfollowed',
      subjectId: viewer.userId!,
      payload: JSON.stringify(change),
    };
    const { seq } = await this.parts.writer.append(workspaceId, { kind: 'control', id: newId(), control });
    return { target, since, cursor: await this.#cursors.of(workspaceId, seq) };
  }
}

const named = (target: FollowTarget): [string, string] => {
  switch (target.kind) {
    case 'user':
      return ['This user', 'input.userId'];
    case 'activity':
      return ['This activity', 'input.activityId'];
    case 'pathway':
      return ['This pathway', 'input.pathwayId'];
    case 'object':
      return ['This object', 'input.object'];
  }
};
