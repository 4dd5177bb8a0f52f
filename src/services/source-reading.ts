import { canReadLogs, canReadUsers, readsOwnOnly, requireScope } from '../auth/policies.js';
import type { Clock } from '../base/clock.js';
import type { LogPosition } from '../base/cursor.js';
import { notFound } from '../base/errors.js';
import { type Id, isId } from '../base/ids.js';
import type { LogPlace } from '../log/place.js';
import type { Activity } from '../model/activity.js';
import type { ActivityLog, EntryField } from '../model/activity-log.js';
import type { ActivityLogFilter, ResolvedFilter } from '../model/activity-log-filter.js';
import type { ActivityLogOrder } from '../model/activity-log-order.js';
import { type IdentityKey, nativeActivityRef, nativeIdentity, userIdentity } from '../model/identity.js';
import type { Page, PageRequest } from '../model/page.js';
import { PayloadBudget } from '../model/payload-budget.js';
import { facadeConnection, type SourceSystem } from '../model/source-system.js';
import type { User } from '../model/user.js';
import type { Viewer } from '../model/viewer.js';
import type { Activities } from '../store/activities.js';
import { activityLogKey, activityLogKeyLength } from '../store/activity-log-pages.js';
import type { Users } from '../store/users.js';
import { type KeptList, keptSource, type ListingParts, visibleFilter } from './activity-logs/listing.js';
import { activityNamed } from './activity-logs/named.js';
import { isOf, ownIdentities } from './activity-logs/own.js';
import { cutPage } from './paging/pages.js';
import { isIntegers, startPage } from './paging/places.js';
import { checkRequest } from './paging/request.js';
import { Walks } from './paging/walks.js';

export interface SourceReadingParts extends ListingParts {
  readonly users: ListingParts['users'] & Pick<Users, 'madeAt'>;
  readonly activities: ListingParts['activities'] & Pick<Activities, 'byRefs'>;
  readonly clock: Clock;
}

/** What a façade lists: entries of all systems, unless the filter says otherwise. */
export interface SourceList {
  readonly filter: ActivityLogFilter;
  /** What a caller's filter cannot say; must hold, too. */
  readonly also?: Pick<ResolvedFilter, 'anyOf' | 'noneOf' | 'actorKeys' | 'activityRefs'>;
  readonly order: ActivityLogOrder;
  /** Which properties of an entry are needed; absent: all. Others may be missing from the answer. */
  readonly fields?: readonly EntryField[];
}

/** Part of a list, by how many entries lie before it. */
export interface SourceSlice extends SourceList {
  readonly skip: number;
  readonly limit: number;
}

/** Whom and what an entry names, where that is known here. */
export interface EntryNames {
  readonly user?: User;
  readonly activity?: Activity;
}

/** Entries as outside systems' own APIs list them: by offset or page number, under the same scopes as our own lists. */
export class SourceReadingService {
  readonly #walks: Walks;

  constructor(private readonly parts: SourceReadingParts) {
    this.#walks = new Walks(parts.clock);
  }

  /** Read at the safe mark. @throws CodedError FORBIDDEN, BAD_USER_INPUT, TOO_COSTLY, QUERY_TOO_SLOW, SERVICE_UNAVAILABLE. */
  async slice(viewer: Viewer, { skip, limit, ...list }: SourceSlice): Promise<ActivityLog[]> {
    return (await this.#open(viewer, list)).find({ skip, limit });
  }

  async count(viewer: Viewer, list: SourceList): Promise<number> {
    return (await this.#open(viewer, list)).count();
  }

  /**
   * A slice and how many there are in all. One that begins the list is read at the safe mark; the others, for as long as the
   * list is remembered, as of the place in the log where that one was read.
   */
  async page(
    viewer: Viewer,
    { skip, limit, ...list }: SourceSlice,
  ): Promise<{ readonly entries: ActivityLog[]; readonly total: number }> {
    const opened = await this.#openWindow(viewer, list);
    const { epoch, seq: settled } = opened.window;
    const name = JSON.stringify([viewer.workspaceId, viewer.credentialId, opened.filter, list.order, limit]);
    const begun = this.#walks.find(name, skip);
    const known = begun && begun.epoch === epoch && begun.seq <= settled ? begun : undefined;
    const source = keptSource(this.parts, { ...opened, window: { ...opened.window, seq: known?.seq ?? settled } });
    const walk = known ?? this.#walks.begin(name, { epoch, seq: settled, total: await source.count() });
    const start = walk.starts.get(skip);
    // Beyond the end there is nothing to walk to.
    if (skip >= walk.total) return { entries: [], total: walk.total };
    const enough = Math.min(limit, walk.total - skip);
    const entries = await source.find({ ...(start ? { after: { key: start } } : { skip }), limit, enough });
    const last = entries.at(-1);
    if (last && entries.length === limit) {
      this.#walks.reached(name, walk, skip + limit, activityLogKey(list.order, last));
    }
    return { entries, total: walk.total };
  }

  /**
   * A page of the list, as our own API pages: all that follow it are read at the place in the log that the first was read at.
   * @throws CodedError CURSOR_UNKNOWN, CURSOR_EXPIRED naming `after` or `before`.
   */
  async cut(
    viewer: Viewer,
    { page, ...list }: SourceList & { readonly page: PageRequest },
  ): Promise<Page<ActivityLog>> {
    const opened = await this.#openWindow(viewer, list);
    const request = checkRequest(page);
    const length = activityLogKeyLength(list.order);
    const name = {
      list: `source:${list.order}`,
      isKey: (key: readonly (number | string)[]) => isIntegers(key, length),
    };
    const start = await startPage(this.parts, viewer.workspaceId, name, request);
    return cutPage(keptSource(this.parts, { ...opened, window: start.place }, start), name, start, request);
  }

  /**
   * The next part of a list in the order of recording, read at the safe mark. What is recorded later has a higher number, so
   * parts that each begin where the one before ended skip nothing and double nothing.
   */
  async following(
    viewer: Viewer,
    { limit, after, ...list }: SourceList & { readonly limit: number; readonly after?: LogPosition },
  ): Promise<{ readonly entries: ActivityLog[]; readonly epoch: number; readonly isLast: boolean }> {
    const opened = await this.#openWindow(viewer, list);
    const { epoch } = opened.window;
    if (after && after.epoch !== epoch) throw notFound('This place in the log', 'after');
    const bound = after && { after: { key: [after.seq] } };
    const found = await keptSource(this.parts, opened).find({ ...bound, limit: limit + 1 });
    return { entries: found.slice(0, limit), epoch, isLast: found.length <= limit };
  }

  /**
   * Everything under which entries may name whoever a source's id stands for: a user of ours by our id, else the identity
   * that the source's connections give that id, and all others of the user whose it is.
   * @param userSpace `external`: the id is one that the source keeps for somebody else.
   */
  async identitiesOf(
    viewer: Viewer,
    { source, userId, userSpace }: { source: SourceSystem; userId: string; userSpace?: 'external' },
  ): Promise<IdentityKey[]> {
    requireScope(canReadLogs(viewer), 'activity_log:read');
    const { workspaceId } = viewer;
    const { users, pages } = this.parts;
    const id = userId.toLowerCase();
    const [ours] = userSpace === undefined && isId(id) ? await users.byIds(workspaceId, [id]) : [];
    if (ours) return [...ours.identities];
    const connections = new Set([facadeConnection, ...(await pages.connectionsOfSource(workspaceId, source))]);
    const spaces = [...connections].map((one) => (userSpace === undefined ? one : `${one}/${userSpace}`));
    const direct = spaces.map((space) => nativeIdentity(source, space, userId));
    const owners = await users.byIdentities(workspaceId, direct);
    return [...new Set([...direct, ...owners.flatMap((user) => user.identities)])];
  }

  /** Users by the second since 1970 in which they were made. */
  usersMadeAt(viewer: Viewer, second: number): Promise<User[]> {
    requireScope(canReadLogs(viewer), 'activity_log:read');
    return this.parts.users.madeAt(viewer.workspaceId, second);
  }

  /** Every identity of the viewer's own user. */
  async ownIdentities(viewer: Viewer): Promise<IdentityKey[]> {
    return [...(await ownIdentities(this.parts.users, viewer))];
  }

  /** The definition that a source's id names; of one that only a log names, that log. */
  async definition(
    viewer: Viewer,
    source: SourceSystem,
    activityId: string,
  ): Promise<{ readonly activity?: Activity; readonly namedBy?: ActivityLog }> {
    requireScope(canReadLogs(viewer), 'activity_log:read');
    const activity = await activityNamed(this.parts.activities, viewer.workspaceId, source, activityId);
    if (activity) return { activity };
    const also = { activityRefs: [nativeActivityRef(source, activityId)] };
    const [namedBy] = await this.slice(viewer, { filter: {}, also, order: 'OCCURRED_AT_DESC', skip: 0, limit: 1 });
    return { namedBy };
  }

  /** The entry of a source under a key of its own, whichever connection it came through. */
  async byNativeKey(viewer: Viewer, source: SourceSystem, keys: readonly string[]): Promise<ActivityLog | undefined> {
    requireScope(canReadLogs(viewer), 'activity_log:read');
    const window = await this.parts.reader.settle(viewer.workspaceId);
    return this.#firstVisible(viewer, await this.parts.pages.findByKeys(window, source, keys));
  }

  async byId(viewer: Viewer, id: Id): Promise<ActivityLog | undefined> {
    requireScope(canReadLogs(viewer), 'activity_log:read');
    const window = await this.parts.reader.settle(viewer.workspaceId);
    return this.#firstVisible(viewer, await this.parts.pages.findMany(window, [id.toLowerCase()]));
  }

  /** Whom and what these entries name, in their order; looked up all at once. Who may not read users is told of itself only. */
  async names(viewer: Viewer, entries: readonly ActivityLog[]): Promise<EntryNames[]> {
    const { workspaceId } = viewer;
    const keys = new Set(entries.flatMap((entry) => entry.actor.key ?? []));
    const refs = new Set(entries.flatMap((entry) => entry.activityRef ?? []));
    const [users, activities] = await Promise.all([
      this.parts.users.byIdentities(workspaceId, [...keys]),
      this.parts.activities.byRefs(workspaceId, [...refs]),
    ]);
    const own = viewer.userId && userIdentity(viewer.userId);
    const shown = users.filter((user) => canReadUsers(viewer) || (own && user.identities.includes(own)));
    const userOf = new Map(shown.flatMap((user) => user.identities.map((key) => [key, user] as const)));
    const activityOf = new Map(activities.flatMap((activity) => activity.refs.map((ref) => [ref, activity] as const)));
    return entries.map(({ actor, activityRef }) => ({
      user: actor.key === undefined ? undefined : userOf.get(actor.key),
      activity: activityRef === undefined ? undefined : activityOf.get(activityRef),
    }));
  }

  async #firstVisible(viewer: Viewer, entries: readonly ActivityLog[]): Promise<ActivityLog | undefined> {
    if (!readsOwnOnly(viewer)) return entries[0];
    const own = await ownIdentities(this.parts.users, viewer);
    return entries.find((entry) => isOf(entry, own));
  }

  async #open(viewer: Viewer, list: SourceList): Promise<KeptList> {
    return keptSource(this.parts, await this.#openWindow(viewer, list));
  }

  async #openWindow(viewer: Viewer, { filter, also, order, fields }: SourceList) {
    requireScope(canReadLogs(viewer), 'activity_log:read');
    const window: LogPlace = await this.parts.reader.settle(viewer.workspaceId);
    const visible = await visibleFilter(this.parts, viewer, filter);
    return { window, filter: { ...visible, ...also }, order, fields, budget: new PayloadBudget() };
  }
}
