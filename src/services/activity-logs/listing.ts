import { canReadLogs, readsOwnOnly, requireScope } from '../../auth/policies.js';
import type { Id } from '../../base/ids.js';
import type { ActivityLog, EntryField } from '../../model/activity-log.js';
import type { ActivityLogFilter, ResolvedFilter } from '../../model/activity-log-filter.js';
import type { ActivityLogOrder } from '../../model/activity-log-order.js';
import type { Page, PageRequest } from '../../model/page.js';
import type { PayloadBudget } from '../../model/payload-budget.js';
import type { Viewer } from '../../model/viewer.js';
import {
  type ActivityLogList,
  type ActivityLogPages,
  activityLogKey,
  activityLogKeyLength,
  type OffsetSlice,
} from '../../store/activity-log-pages.js';
import type { SearchWords } from '../../store/search-words.js';
import type { ReaderContext } from '../nouns/results.js';
import { readKept } from '../paging/kept.js';
import { cutPage, type ListSource } from '../paging/pages.js';
import { checkKept, isIntegers, type ListName, type PageStart, type PagingParts, startPage } from '../paging/places.js';
import { checkRequest } from '../paging/request.js';
import { type CountingParts, countEntries } from './counting.js';
import type { NamedFilter } from './named-filter.js';
import { type ResolvingParts, resolveNames } from './resolve-filter.js';

export interface ListActivityLogs {
  readonly filter?: ActivityLogFilter | null;
  /** Absent: OCCURRED_AT_DESC. */
  readonly orderBy?: ActivityLogOrder | null;
  /** A FeedCursor that the answer must cover. */
  readonly atLeast?: string | null;
  readonly page: PageRequest;
  /** Which properties of an entry are needed; absent: all. Others may be missing from the answer. */
  readonly fields?: readonly EntryField[];
  /** What may be read of entries' own JSON; absent: all of it. */
  readonly budget?: PayloadBudget;
}

export interface ListingParts extends ResolvingParts, PagingParts {
  readonly pages: ActivityLogPages;
}

/** What puts the words of a search in the order to read by. */
export interface SearchingParts {
  readonly searchWords: Pick<SearchWords, 'rarestFirst'>;
}

/** The filter as a viewer's permissions narrow it, with what it takes to follow what its names mean. */
export async function visibleNames(
  parts: ResolvingParts,
  viewer: ReaderContext,
  filter: ActivityLogFilter | null | undefined,
): Promise<NamedFilter> {
  requireScope(canReadLogs(viewer), 'activity_log:read');
  const own = readsOwnOnly(viewer) ? { userId: viewer.userId } : undefined;
  return resolveNames(parts, viewer.workspaceId, filter, own);
}

/** The filter as a viewer's permissions narrow it. */
export const visibleFilter = async (...asked: Parameters<typeof visibleNames>): Promise<ResolvedFilter> =>
  (await visibleNames(...asked)).filter;

export async function listEntries(
  parts: ListingParts & SearchingParts & CountingParts,
  viewer: Viewer,
  args: ListActivityLogs,
): Promise<Page<ActivityLog>> {
  requireScope(canReadLogs(viewer), 'activity_log:read');
  const request = checkRequest(args.page);
  const order = args.orderBy ?? 'OCCURRED_AT_DESC';
  const length = activityLogKeyLength(order);
  const name: ListName = { list: `activityLogs:${order}`, isKey: (key) => isIntegers(key, length) };
  const start = await startPage(parts, viewer.workspaceId, name, request, args.atLeast);
  const filter = await rarestWordFirst(parts, viewer.workspaceId, await visibleFilter(parts, viewer, args.filter));
  const list: ActivityLogList = {
    window: start.place,
    filter,
    order,
    fields: args.fields,
    budget: args.budget,
  };
  const { epoch } = start.place;
  const source = keptSource(parts, list, start, (now) => countEntries(parts, now, epoch));
  return cutPage(source, name, start, request);
}

/** The same filter, such that the store reads by the word of a search that is rarest. */
export async function rarestWordFirst(
  { searchWords }: SearchingParts,
  workspaceId: Id,
  filter: ResolvedFilter,
): Promise<ResolvedFilter> {
  return filter.words ? { ...filter, words: await searchWords.rarestFirst(workspaceId, filter.words) } : filter;
}

/** A list's reads, each followed by a look at what retention keeps. */
export interface KeptList extends ListSource<ActivityLog> {
  find(slice: OffsetSlice): Promise<ActivityLog[]>;
}

/** The list, with a look at what retention keeps after each read. */
export function keptSource(
  parts: Pick<ListingParts, 'pages' | 'states' | 'clock'>,
  first: ActivityLogList,
  start: Pick<PageStart, 'after' | 'before'> = {},
  count = (list: ActivityLogList): Promise<number> => parts.pages.count(list),
): KeptList {
  let list = first;
  const kept = async <T>(look: (list: ActivityLogList) => Promise<T>): Promise<T> => {
    const { seen, window } = await readKept(parts, list.window, (now) => look({ ...list, window: now }));
    if (window.firstSeq > list.window.firstSeq && (start.after ?? start.before)) {
      checkKept(window.seq, window.firstSeq, start.after ? 'after' : 'before');
    }
    list = { ...list, window };
    return seen;
  };
  return {
    find: (slice) => kept((now) => parts.pages.find(now, slice)),
    exists: (span) => kept((now) => parts.pages.exists(now, span)),
    count: () => kept(count),
    keyOf: (entry) => activityLogKey(list.order, entry),
  };
}
