import { badInput } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import { type ActivityLogFilter, type ResolvedFilter, searchWords } from '../../model/activity-log-filter.js';
import { occurredAtRange } from '../../model/activity-log-input.js';
import { checkList, checkSearch } from '../input/checks.js';
import { type MeaningParts, ownUser, whatIsMeant, whichIsMeant, whoIsMeant } from './meanings.js';
import { NamedFilter } from './named-filter.js';

export type ResolvingParts = MeaningParts;

/**
 * The filter with its names resolved to what entries hold. Who or what has no such name is left out, so that a list of
 * nobody matches nothing.
 * @throws CodedError BAD_USER_INPUT, TOO_LARGE naming the field.
 */
export async function resolveFilter(
  parts: ResolvingParts,
  workspaceId: Id,
  filter: ActivityLogFilter | null | undefined,
  field = 'filter',
): Promise<ResolvedFilter> {
  return (await resolveNames(parts, workspaceId, filter, undefined, field)).filter;
}

/**
 * As `resolveFilter`, with what it takes to follow what the names mean.
 * @param own whose entries alone are to be seen.
 */
export async function resolveNames(
  parts: ResolvingParts,
  workspaceId: Id,
  filter: ActivityLogFilter | null | undefined,
  own: { readonly userId: Id | undefined } | undefined,
  field = 'filter',
): Promise<NamedFilter> {
  const { plain, users, activities, pathways } = checkedFilter(filter ?? {}, field);
  const [meantUsers, meantOwn, meantActivities, meantPathways] = await Promise.all([
    users && whoIsMeant(parts, workspaceId, users),
    own && ownUser(parts, workspaceId, own.userId),
    activities && whatIsMeant(parts, workspaceId, activities),
    pathways && whichIsMeant(parts, workspaceId, pathways),
  ]);
  return new NamedFilter(plain, {
    users: meantUsers,
    own: meantOwn,
    activities: meantActivities,
    pathways: meantPathways,
  });
}

function checkedFilter(filter: ActivityLogFilter, field: string) {
  const list = <K extends keyof ActivityLogFilter>(name: K) =>
    checkList(filter[name] as readonly string[] | null | undefined, `${field}.${name}`) as
      | Exclude<ActivityLogFilter[K], null | undefined>
      | undefined;
  const plain = {
    sources: list('sources'),
    actions: list('actions'),
    omitActions: list('omitActions'),
    actionClasses: list('actionClasses'),
    objectTypes: list('objectTypes'),
    objectIds: list('objectIds'),
    platforms: list('platforms'),
    serials: list('serials'),
    tags: list('tags'),
    nativeIds: list('nativeIds'),
    outcomes: list('outcomes'),
    occurredAfterMicros: micros(filter.occurredAfter, `${field}.occurredAfter`, occurredAtRange.from, 'later'),
    occurredBeforeMicros: micros(filter.occurredBefore, `${field}.occurredBefore`, occurredAtRange.before, 'earlier'),
    words: wordsOfSearch(filter.search, `${field}.search`),
  };
  return { plain: present(plain), users: list('users'), activities: list('activities'), pathways: list('pathways') };
}

/** A limit in microseconds; undefined where every entry there can be is on its right side. */
function micros(
  date: Date | null | undefined,
  field: string,
  limit: Date,
  constrains: 'later' | 'earlier',
): number | undefined {
  if (date === null || date === undefined) return undefined;
  const ms = date.getTime();
  if (Number.isNaN(ms)) throw badInput(field, `${field} is no date`);
  if (constrains === 'later' ? ms <= limit.getTime() : ms >= limit.getTime()) return undefined;
  return Math.min(Math.max(ms, occurredAtRange.from.getTime()), occurredAtRange.before.getTime()) * 1000;
}

/** Undefined where the text has no words: that is no constraint. */
function wordsOfSearch(search: string | null | undefined, field: string): string[] | undefined {
  const checked = checkSearch(search, field);
  if (checked === undefined) return undefined;
  const words = searchWords(checked);
  return words.length === 0 ? undefined : words;
}

const present = (filter: ResolvedFilter): ResolvedFilter =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
