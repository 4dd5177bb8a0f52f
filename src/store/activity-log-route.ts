import type { ResolvedFilter } from '../model/activity-log-filter.js';
import type { ActivityLogOrder } from '../model/activity-log-order.js';
import {
  actorRecordedIndex,
  isTikMatrixOnly,
  orderIndex,
  selectingFields,
  selectiveIndexName,
  tikMatrixIndex,
} from './activity-log-query.js';
import { seqIndex } from './activity-logs.js';

/** What one list is walked by, in its order. */
export interface Route {
  /** Named, as the server's trial sees a few entries only and may settle on a sort of all that there is. Absent: its choice. */
  readonly hint?: string;
  /** What of the filter the index knows by itself: nothing else keeps an entry on the way out of the list. */
  readonly known: ResolvedFilter;
}

type FilterName = keyof ResolvedFilter;

/** The filter's names for what an index selects by. */
const filterNames: Readonly<Record<string, readonly FilterName[]>> = {
  actorKey: ['actorKeys', 'onlyActorKeys'],
  activityRef: ['activityRefs'],
  objectId: ['objectIds'],
  pathwayId: ['pathwayIds'],
  serial: ['serials'],
  words: ['words'],
};

const times: readonly FilterName[] = ['occurredAfterMicros', 'occurredBeforeMicros'];
const tikMatrixNames: readonly FilterName[] = ['sources', 'actions', 'omitActions', 'platforms', 'serials'];

export const isRecordedOrder = (order: ActivityLogOrder): boolean => order.startsWith('RECORDED');

/** Whether a list is of the one source that has an index for itself. */
export const hasOwnIndex = (order: ActivityLogOrder, filter: ResolvedFilter): boolean =>
  isRecordedOrder(order) && isTikMatrixOnly(filter);

/** Where several fields select, or one in an order that no index continues in, the server's trial knows better. */
export function routeOf(order: ActivityLogOrder, filter: ResolvedFilter): Route {
  const recorded = isRecordedOrder(order);
  const route = (hint: string, names: readonly FilterName[]): Route => ({ hint, known: knownOf(filter, names) });
  if (hasOwnIndex(order, filter)) return route(tikMatrixIndex.name!, tikMatrixNames);
  const [field, ...others] = selectingFields(filter);
  if (field === undefined) return recorded ? route(seqIndex, []) : route(orderIndex, times);
  if (others.length > 0 || (recorded && field !== 'actorKey')) return { known: filter };
  if (recorded) return route(actorRecordedIndex.name!, filterNames[field]!);
  return route(selectiveIndexName(field), [...times, ...filterNames[field]!]);
}

/** Of several words an index finds one; the others are looked for in what it finds. */
function knownOf(filter: ResolvedFilter, names: readonly FilterName[]): ResolvedFilter {
  const known = Object.fromEntries(
    names.flatMap((name) => (filter[name] === undefined ? [] : [[name, filter[name]]])),
  ) as ResolvedFilter;
  return known.words ? { ...known, words: known.words.slice(0, 1) } : known;
}

/** Whether entries that the index finds may still not be in the list. */
export const leavesOut = (filter: ResolvedFilter, { known }: Route): boolean =>
  (Object.keys(filter) as FilterName[]).some(
    (name) =>
      filter[name] !== undefined &&
      (known[name] === undefined || (name === 'words' && filter.words!.length > known.words!.length)),
  );
