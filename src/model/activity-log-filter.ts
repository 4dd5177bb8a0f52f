import type { Id } from '../base/ids.js';
import type { ActionClass, FilterFields, Outcome } from './activity-log.js';
import type { ActivityRef, IdentityKey } from './identity.js';
import type { SourceSystem } from './source-system.js';
import { wordsOf } from './words.js';

/** As callers write it: fields AND together, a list means any of, absent or null means no constraint, an empty list matches nothing. */
export interface ActivityLogFilter {
  sources?: SourceSystem[] | null;
  actions?: string[] | null;
  omitActions?: string[] | null;
  actionClasses?: ActionClass[] | null;
  /** Ids, emails or names. */
  users?: string[] | null;
  /** Ids, keys or names. */
  activities?: string[] | null;
  objectTypes?: string[] | null;
  objectIds?: string[] | null;
  /** Ids, keys or names. */
  pathways?: string[] | null;
  platforms?: string[] | null;
  serials?: string[] | null;
  tags?: string[] | null;
  nativeIds?: string[] | null;
  outcomes?: Outcome[] | null;
  /** Inclusive. */
  occurredAfter?: Date | null;
  /** Exclusive. */
  occurredBefore?: Date | null;
  search?: string | null;
}

/** The filter once names are resolved to identities: what the pure function and the store's query both read. */
export interface ResolvedFilter {
  readonly sources?: readonly SourceSystem[];
  readonly actions?: readonly string[];
  readonly omitActions?: readonly string[];
  readonly actionClasses?: readonly ActionClass[];
  readonly actorKeys?: readonly IdentityKey[];
  readonly activityRefs?: readonly ActivityRef[];
  readonly objectTypes?: readonly string[];
  readonly objectIds?: readonly string[];
  readonly pathwayIds?: readonly Id[];
  readonly platforms?: readonly string[];
  readonly serials?: readonly string[];
  readonly tags?: readonly string[];
  readonly nativeIds?: readonly string[];
  readonly outcomes?: readonly Outcome[];
  readonly occurredAfterMicros?: number;
  readonly occurredBeforeMicros?: number;
  readonly words?: readonly string[];
  /** At least one of these matches; an empty list matches nothing. */
  readonly anyOf?: readonly ResolvedFilter[];
  /** None of these matches. */
  readonly noneOf?: readonly ResolvedFilter[];
  /** Narrowing by permission (`:own`), ANDed to what the caller asked for. */
  readonly onlyActorKeys?: readonly IdentityKey[];
}

export const searchWords = (search: string): string[] => wordsOf(search);

const has = <T>(list: readonly T[] | undefined, value: T | undefined): boolean =>
  list === undefined || (value !== undefined && list.includes(value));

/**
 * Whether an entry is in the list that the filter describes. The store's query means the same; a test compares the two.
 * @param words the entry's search words; undefined for a removal, for which `search` counts as true.
 */
export function matches(filter: ResolvedFilter, entry: FilterFields, words: readonly string[] | undefined): boolean {
  return (
    has(filter.sources, entry.source) &&
    has(filter.actions, entry.action) &&
    !filter.omitActions?.includes(entry.action) &&
    has(filter.actionClasses, entry.actionClass) &&
    has(filter.actorKeys, entry.actorKey) &&
    has(filter.onlyActorKeys, entry.actorKey) &&
    has(filter.activityRefs, entry.activityRef) &&
    has(filter.objectTypes, entry.objectType) &&
    has(filter.objectIds, entry.objectId) &&
    has(filter.pathwayIds, entry.pathwayId) &&
    has(filter.platforms, entry.platform) &&
    has(filter.serials, entry.serial) &&
    has(filter.nativeIds, entry.nativeId) &&
    has(filter.outcomes, entry.outcome) &&
    (filter.tags === undefined || filter.tags.some((tag) => entry.tags.includes(tag))) &&
    (filter.occurredAfterMicros === undefined || entry.occurredAtMicros >= filter.occurredAfterMicros) &&
    (filter.occurredBeforeMicros === undefined || entry.occurredAtMicros < filter.occurredBeforeMicros) &&
    (words === undefined || filter.words === undefined || filter.words.every((word) => words.includes(word))) &&
    (filter.anyOf === undefined || filter.anyOf.some((one) => matches(one, entry, words))) &&
    // A removal that a search alone would keep out must reach whoever saw the entry.
    !filter.noneOf?.some((one) => (words !== undefined || one.words === undefined) && matches(one, entry, words))
  );
}

/** Whether a filter, normalised, names nothing at all. A delete refuses such a one. */
export const constrainsNothing = (filter: ResolvedFilter): boolean =>
  Object.entries(filter).every(
    ([name, value]) =>
      name === 'onlyActorKeys' ||
      value === undefined ||
      ((name === 'omitActions' || name === 'noneOf') && value.length === 0),
  );
