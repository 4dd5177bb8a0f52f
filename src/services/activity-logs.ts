import { canReadLogs, readsOwnOnly, requireScope } from '../auth/policies.js';
import type { Id } from '../base/ids.js';
import type { ActivityLog, EntryField } from '../model/activity-log.js';
import type { ActivityLogFilter, ResolvedFilter } from '../model/activity-log-filter.js';
import type { CreateActivityLogInput } from '../model/activity-log-input.js';
import type { Page } from '../model/page.js';
import type { Viewer } from '../model/viewer.js';
import type { CountingParts } from './activity-logs/counting.js';
import {
  type ListActivityLogs,
  type ListingParts,
  listEntries,
  type SearchingParts,
  visibleFilter,
  visibleNames,
} from './activity-logs/listing.js';
import type { NamedFilter } from './activity-logs/named-filter.js';
import { isOf, ownIdentities } from './activity-logs/own.js';
import { type RemovingParts, removeEntry, removeMatching } from './activity-logs/removing.js';
import type { Created, CreatedMany, Removed, RemovedMany } from './activity-logs/results.js';
import { type WritingParts, writeEntries } from './activity-logs/writing.js';
import { checkId, itemError } from './input/checks.js';
import type { ReaderContext } from './nouns/results.js';
import { FeedCursors } from './paging/epochs.js';
import { SharedStates } from './paging/shared-states.js';

export interface ActivityLogServiceParts
  extends ListingParts,
    SearchingParts,
    CountingParts,
    WritingParts,
    RemovingParts {
  readonly users: ListingParts['users'] & WritingParts['users'];
  readonly activities: ListingParts['activities'];
  readonly pathways: ListingParts['pathways'] & WritingParts['pathways'];
  readonly pages: ListingParts['pages'];
}

/** Entries of the log: read, written and removed in a viewer's name. */
export class ActivityLogService {
  readonly #cursors: FeedCursors;
  private readonly parts: ActivityLogServiceParts;

  constructor(parts: ActivityLogServiceParts) {
    this.parts = { ...parts, states: new SharedStates(parts.states) };
    this.#cursors = new FeedCursors(parts.states);
  }

  /** @throws CodedError FORBIDDEN, BAD_USER_INPUT, TOO_LARGE, CURSOR_UNKNOWN, CURSOR_EXPIRED, QUERY_TOO_SLOW, SERVICE_UNAVAILABLE. */
  async list(viewer: Viewer, args: ListActivityLogs): Promise<Page<ActivityLog>> {
    return listEntries(this.parts, viewer, args);
  }

  /** Undefined where no such entry lives, or where it is not the viewer's to read. */
  async get(viewer: Viewer, id: Id, fields?: readonly EntryField[]): Promise<ActivityLog | undefined> {
    requireScope(canReadLogs(viewer), 'activity_log:read');
    const [entry] = await this.byId(viewer, [checkId(id, 'id')!], fields);
    return entry;
  }

  /** For a DataLoader: one per id, in order; undefined where there is none to be seen. @throws CodedError FORBIDDEN. */
  async byId(
    who: ReaderContext,
    ids: readonly Id[],
    fields?: readonly EntryField[],
  ): Promise<(ActivityLog | undefined)[]> {
    requireScope(canReadLogs(who), 'activity_log:read');
    const place = await this.parts.reader.settle(who.workspaceId);
    const [entries, own] = await Promise.all([
      // Whose it is decides who may see it.
      this.parts.pages.findMany(place, ids, fields && [...fields, 'actor']),
      readsOwnOnly(who) ? ownIdentities(this.parts.users, who) : undefined,
    ]);
    const seen = new Map(entries.filter((entry) => !own || isOf(entry, own)).map((entry) => [entry.id, entry]));
    return ids.map((id) => seen.get(id));
  }

  /** @throws CodedError FORBIDDEN, BAD_USER_INPUT, TOO_LARGE, NOT_FOUND, CONFLICT, SERVICE_UNAVAILABLE; fields are named below `input`. */
  async create(viewer: Viewer, input: CreateActivityLogInput): Promise<Created> {
    const [written] = await writeEntries(this.parts, viewer, [input], () => 'input');
    if (!written!.ok) throw written!.error;
    return { ...written!.value, cursor: await this.#cursors.of(viewer.workspaceId, written!.value.seq) };
  }

  /** Each on its own: what is wrong with one does not keep the others out. Fields are named below `inputs[i]`. */
  async createMany(viewer: Viewer, inputs: readonly CreateActivityLogInput[]): Promise<CreatedMany> {
    const written = await writeEntries(this.parts, viewer, inputs, (index) => `inputs[${index}]`);
    const highest = Math.max(0, ...written.map((one) => (one.ok ? one.value.seq : 0)));
    return {
      results: written.map((one) => (one.ok ? one.value : { removed: false, error: itemError(one.error) })),
      cursor: await this.#cursors.of(viewer.workspaceId, highest || (await this.#seen(viewer.workspaceId))),
    };
  }

  async remove(viewer: Viewer, id: Id): Promise<Removed> {
    const { deletedId, seq } = await removeEntry(this.parts, viewer, id);
    return { deletedId, cursor: await this.#cursors.of(viewer.workspaceId, seq) };
  }

  /** At most 1,000 a call. */
  async removeMany(viewer: Viewer, filter: ActivityLogFilter): Promise<RemovedMany> {
    const { seq, ...removed } = await removeMatching(this.parts, viewer, filter);
    return { ...removed, cursor: await this.#cursors.of(viewer.workspaceId, seq) };
  }

  /** The filter that a subscription or a façade works with: names resolved, narrowed to what the viewer may see. */
  async resolveFilter(viewer: ReaderContext, filter: ActivityLogFilter | null | undefined): Promise<ResolvedFilter> {
    return visibleFilter(this.parts, viewer, filter);
  }

  /** As `resolveFilter`, for what follows the log: the names go on to mean whom the log says they mean. */
  async followFilter(viewer: ReaderContext, filter: ActivityLogFilter | null | undefined): Promise<NamedFilter> {
    return visibleNames(this.parts, viewer, filter);
  }

  /** The FeedCursor of a number of the log, such as an entry's place. */
  cursorOf(workspaceId: Id, seq: number): Promise<string> {
    return this.#cursors.of(workspaceId, seq);
  }

  async #seen(workspaceId: Id): Promise<number> {
    return (await this.parts.reader.settle(workspaceId)).seq;
  }
}
