import { canReadActivities, canWriteActivities, requireScope } from '../auth/policies.js';
import type { Id } from '../base/ids.js';
import type { Activity } from '../model/activity.js';
import type { ActivityFilter, CreateActivityInput, UpdateActivityInput } from '../model/activity-input.js';
import type { ActivityRef } from '../model/identity.js';
import type { Page, PageRequest } from '../model/page.js';
import type { Viewer } from '../model/viewer.js';
import type { Activities } from '../store/activities.js';
import type { ControlRecord } from '../store/control-links.js';
import { nameKey } from '../store/named-nouns.js';
import { ActivityClaims, type ActivityState, newActivity, updatedActivity } from './activities/states.js';
import { checkExactlyOne, checkId, checkIds, checkList, checkSearch, checkWellFormed } from './input/checks.js';
import { type ChangingParts, NounChanges } from './nouns/changes.js';
import { isNameKey } from './nouns/keys.js';
import type { Changed, ChangedMany, ReaderContext, RemovedNoun } from './nouns/results.js';
import { cutPage } from './paging/pages.js';
import { type PagingParts, startPage } from './paging/places.js';
import { checkRequest } from './paging/request.js';

export interface ListActivities {
  readonly filter?: ActivityFilter | null;
  readonly page: PageRequest;
}

export interface ActivityServiceParts extends PagingParts, ChangingParts {
  readonly activities: Activities;
}

const activityList = { list: 'activities', isKey: isNameKey };

/** The definitions of what can be done in a workspace. */
export class ActivityService {
  readonly #changes: NounChanges<Activity, CreateActivityInput>;

  constructor(private readonly parts: ActivityServiceParts) {
    this.#changes = new NounChanges(parts, {
      noun: 'activity',
      documents: parts.activities,
      made: newActivity,
      claims: async (workspaceId, states) => new ActivityClaims(await this.#rivals(workspaceId, states)),
    });
  }

  /** Exactly one of the two arguments. */
  async get(
    viewer: Viewer,
    by: { readonly id?: Id | null; readonly key?: string | null },
  ): Promise<Activity | undefined> {
    requireScope(canReadActivities(viewer), 'activity_log:read');
    checkExactlyOne({ id: by.id, key: by.key });
    checkWellFormed(by.key, 'key');
    const id = checkId(by.id, 'id');
    const found = id
      ? await this.parts.activities.byIds(viewer.workspaceId, [id])
      : await this.parts.activities.byKeys(viewer.workspaceId, [by.key!]);
    return found[0];
  }

  /** Ordered by name. */
  async list(viewer: Viewer, args: ListActivities): Promise<Page<Activity>> {
    requireScope(canReadActivities(viewer), 'activity_log:read');
    const request = checkRequest(args.page);
    const filter: ActivityFilter = {
      ids: checkIds(args.filter?.ids, 'filter.ids'),
      keys: checkList(args.filter?.keys, 'filter.keys'),
      sources: args.filter?.sources,
      search: checkSearch(args.filter?.search, 'filter.search'),
    };
    const { workspaceId } = viewer;
    const start = await startPage(this.parts, workspaceId, activityList, request);
    const source = {
      find: (slice) => this.parts.activities.find(workspaceId, filter, slice),
      exists: (span) => this.parts.activities.exists(workspaceId, filter, span),
      count: () => this.parts.activities.count(workspaceId, filter),
      keyOf: nameKey<Activity>,
    } satisfies Parameters<typeof cutPage<Activity>>[0];
    return cutPage(source, activityList, start, request);
  }

  async create(viewer: Viewer, input: CreateActivityInput): Promise<Changed<Activity>> {
    requireScope(canWriteActivities(viewer), 'activity_log:write');
    return this.#changes.create(viewer.workspaceId, input);
  }

  /** Each on its own: what is wrong with one does not keep the others out. */
  async createMany(viewer: Viewer, inputs: readonly CreateActivityInput[]): Promise<ChangedMany<Activity>> {
    requireScope(canWriteActivities(viewer), 'activity_log:write');
    return this.#changes.createMany(viewer.workspaceId, inputs);
  }

  async update(viewer: Viewer, input: UpdateActivityInput): Promise<Changed<Activity>> {
    requireScope(canWriteActivities(viewer), 'activity_log:write');
    return this.#changes.update(viewer.workspaceId, { id: input.id, field: 'input.id' }, (activity, at) =>
      updatedActivity(activity, input, 'input', at),
    );
  }

  /** Entries keep what they say of it. */
  async remove(viewer: Viewer, id: Id): Promise<RemovedNoun> {
    requireScope(canWriteActivities(viewer), 'activity_log:write');
    return this.#changes.remove(viewer.workspaceId, id);
  }

  /** For a DataLoader: one per reference, in order; undefined where none is known by it. @throws CodedError FORBIDDEN. */
  async byRef(who: ReaderContext, refs: readonly ActivityRef[]): Promise<(Activity | undefined)[]> {
    requireScope(canReadActivities(who), 'activity_log:read');
    const activities = await this.parts.activities.byRefs(who.workspaceId, refs);
    const owners = new Map(activities.flatMap((activity) => activity.refs.map((ref) => [ref, activity] as const)));
    return refs.map((ref) => owners.get(ref));
  }

  /** Finishes what a crash left between the log and the documents, or rebuilds the documents from the log. */
  catchUp(workspaceId: Id): Promise<number> {
    return this.#changes.history.catchUp(workspaceId);
  }

  /** Brings the documents to what one control entry says of definitions; others are passed over. */
  applyActivityControl(workspaceId: Id, record: ControlRecord): Promise<void> {
    return this.#changes.history.apply(workspaceId, record);
  }

  /** Definitions that have something which the states want for themselves. */
  async #rivals(workspaceId: Id, states: readonly ActivityState[]): Promise<Activity[]> {
    const [byKey, byRef] = await Promise.all([
      this.parts.activities.byKeys(
        workspaceId,
        states.map((state) => state.key),
      ),
      this.parts.activities.byRefs(
        workspaceId,
        states.flatMap((state) => state.refs),
      ),
    ]);
    return [...byKey, ...byRef];
  }
}
