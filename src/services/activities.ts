import { canReadActivities, canWriteActivities, requireScope } from '../auth/policies.js';
import type { Clock } from '../base/clock.js';
import { notFound } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import type { LogWriter } from '../log/writer.js';
import type { Activity } from '../model/activity.js';
import type { ActivityFilter, CreateActivityInput, UpdateActivityInput } from '../model/activity-input.js';
import type { ActivityRef } from '../model/identity.js';
import type { Page, PageRequest } from '../model/page.js';
import type { Viewer } from '../model/viewer.js';
import { type Activities, activityKey } from '../store/activities.js';
import type { ControlLinks, ControlRecord } from '../store/control-links.js';
import { ActivityClaims, type ActivityState, newActivity, updatedActivity } from './activities/states.js';
import {
  type Attempt,
  attempt,
  checkExactlyOne,
  checkId,
  checkIds,
  checkList,
  checkNounBatch,
  checkSearch,
  checkWellFormed,
  itemError,
} from './input/checks.js';
import { NounHistory } from './nouns/history.js';
import { isNameKey } from './nouns/keys.js';
import type { Changed, ChangedMany, ReaderContext, RemovedNoun } from './nouns/results.js';
import { FeedCursors } from './paging/epochs.js';
import { cutPage } from './paging/pages.js';
import { type PagingParts, startPage } from './paging/places.js';
import { checkRequest } from './paging/request.js';

export interface ListActivities {
  readonly filter?: ActivityFilter | null;
  readonly page: PageRequest;
}

export interface ActivityServiceParts extends PagingParts {
  readonly activities: Activities;
  readonly links: ControlLinks;
  readonly writer: LogWriter;
  readonly clock: Clock;
}

const activityList = { list: 'activities', isKey: isNameKey };

/** The definitions of what can be done in a workspace. */
export class ActivityService {
  readonly #history: NounHistory<Activity>;
  readonly #cursors: FeedCursors;

  constructor(private readonly parts: ActivityServiceParts) {
    this.#history = new NounHistory({
      noun: 'activity',
      documents: parts.activities,
      links: parts.links,
      writer: parts.writer,
    });
    this.#cursors = new FeedCursors(parts.states);
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
      keyOf: activityKey,
    } satisfies Parameters<typeof cutPage<Activity>>[0];
    return cutPage(source, activityList, start, request);
  }

  async create(viewer: Viewer, input: CreateActivityInput): Promise<Changed<Activity>> {
    const { seq, nodes } = await this.#createAll(viewer, [input], () => 'input');
    const [only] = nodes;
    if (!only!.ok) throw only!.error;
    return { node: only!.value, seq, cursor: await this.#cursors.of(viewer.workspaceId, seq) };
  }

  /** Each on its own: what is wrong with one does not keep the others out. */
  async createMany(viewer: Viewer, inputs: readonly CreateActivityInput[]): Promise<ChangedMany<Activity>> {
    const { seq, nodes } = await this.#createAll(viewer, inputs, (index) => `inputs[${index}]`);
    return {
      results: nodes.map((node) => (node.ok ? { node: node.value } : { error: itemError(node.error) })),
      cursor: await this.#cursors.of(viewer.workspaceId, seq),
    };
  }

  async update(viewer: Viewer, input: UpdateActivityInput): Promise<Changed<Activity>> {
    requireScope(canWriteActivities(viewer), 'activity_log:write');
    const { workspaceId } = viewer;
    const id = checkId(input.id, 'input.id')!;
    const { seq, result } = await this.#history.change(workspaceId, async () => {
      const activity = await this.#existing(workspaceId, id, 'input.id');
      const state = updatedActivity(activity, input, 'input', this.parts.clock.now());
      new ActivityClaims(await this.#rivals(workspaceId, [state])).claim(state, 'input');
      return { change: { name: 'updated', set: [state], removed: [], at: state.updatedAt }, result: state };
    });
    return {
      node: { ...result, workspaceId, seq },
      seq,
      cursor: await this.#cursors.of(workspaceId, seq),
    };
  }

  /** Entries keep what they say of it. */
  async remove(viewer: Viewer, id: Id): Promise<RemovedNoun> {
    requireScope(canWriteActivities(viewer), 'activity_log:write');
    const { workspaceId } = viewer;
    const deletedId = checkId(id, 'id')!;
    const { seq } = await this.#history.change(workspaceId, async () => {
      await this.#existing(workspaceId, deletedId, 'id');
      const change = { name: 'removed', set: [], removed: [deletedId], at: this.parts.clock.now() };
      return { change, result: undefined };
    });
    return { deletedId, seq, cursor: await this.#cursors.of(workspaceId, seq) };
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
    return this.#history.catchUp(workspaceId);
  }

  /** Brings the documents to what one control entry says of definitions; others are passed over. */
  applyActivityControl(workspaceId: Id, record: ControlRecord): Promise<void> {
    return this.#history.apply(workspaceId, record);
  }

  async #createAll(
    viewer: Viewer,
    inputs: readonly CreateActivityInput[],
    fieldOf: (index: number) => string,
  ): Promise<{ seq: number; nodes: Attempt<Activity>[] }> {
    requireScope(canWriteActivities(viewer), 'activity_log:write');
    checkNounBatch(inputs, 'inputs');
    const { workspaceId } = viewer;
    const at = this.parts.clock.now();
    const states = inputs.map((input, index) => attempt(() => newActivity(input, fieldOf(index), at)));
    const { seq, result } = await this.#history.change(workspaceId, async () => {
      const wanted = states.flatMap((state) => (state.ok ? [state.value] : []));
      const claims = new ActivityClaims(await this.#rivals(workspaceId, wanted));
      const result = states.map((state, index): Attempt<ActivityState> => {
        if (!state.ok) return state;
        return attempt(() => {
          claims.claim(state.value, fieldOf(index));
          return state.value;
        });
      });
      const set = result.flatMap((state) => (state.ok ? [state.value] : []));
      return { change: set.length > 0 ? { name: 'created', set, removed: [], at } : undefined, result };
    });
    const placed = result.map((state) =>
      state.ok ? { ok: true as const, value: { ...state.value, workspaceId, seq } } : state,
    );
    return { seq, nodes: placed };
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

  async #existing(workspaceId: Id, id: Id, field: string): Promise<Activity> {
    const [activity] = await this.parts.activities.byIds(workspaceId, [id]);
    if (!activity) throw notFound('This activity', field);
    return activity;
  }
}
