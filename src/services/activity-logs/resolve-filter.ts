import { badInput } from '../../base/errors.js';
import { type Id, isId } from '../../base/ids.js';
import { type ActivityLogFilter, type ResolvedFilter, searchWords } from '../../model/activity-log-filter.js';
import { occurredAtRange } from '../../model/activity-log-input.js';
import { activityRef, emailIdentity, userIdentity } from '../../model/identity.js';
import type { Activities } from '../../store/activities.js';
import { sortNameOf } from '../../store/noun-lists.js';
import type { Users } from '../../store/users.js';
import { checkList, checkSearch } from '../input/checks.js';
import { Meaning } from './meaning.js';
import { type NamedActivity, NamedFilter, type NamedUser } from './named-filter.js';

export interface ResolvingParts {
  readonly users: Pick<Users, 'byIds' | 'byIdentities' | 'byNames'>;
  readonly activities: Pick<Activities, 'byIds' | 'byKeys' | 'byNames'>;
}

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
  const { plain, users, activities } = checkedFilter(filter ?? {}, field);
  const [meantUsers, meantOwn, meantActivities] = await Promise.all([
    users && whoIsMeant(parts, workspaceId, users),
    own && ownUser(parts, workspaceId, own.userId),
    activities && whatIsMeant(parts, workspaceId, activities),
  ]);
  return new NamedFilter(plain, { users: meantUsers, own: meantOwn, activities: meantActivities });
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
    pathwayIds: list('pathways')?.flatMap((id) => (isId(id) ? [id.toLowerCase()] : [])),
    platforms: list('platforms'),
    serials: list('serials'),
    tags: list('tags'),
    nativeIds: list('nativeIds'),
    outcomes: list('outcomes'),
    occurredAfterMicros: micros(filter.occurredAfter, `${field}.occurredAfter`, occurredAtRange.from, 'later'),
    occurredBeforeMicros: micros(filter.occurredBefore, `${field}.occurredBefore`, occurredAtRange.before, 'earlier'),
    words: wordsOfSearch(filter.search, `${field}.search`),
  };
  return { plain: present(plain), users: list('users'), activities: list('activities') };
}

const readingOfUsers = (direct: readonly string[], names: readonly string[]) => {
  const keys = new Set(direct);
  const wanted = new Set(names.map((name) => sortNameOf(name.trim())));
  return {
    direct,
    isMeant: ({ name, identities, mergedFrom = [] }: NamedUser) =>
      identities.some((key) => keys.has(key)) ||
      wanted.has(sortNameOf(name)) ||
      mergedFrom.some((merged) => wanted.has(sortNameOf(merged.name))),
    keysOf: (user: NamedUser) => user.identities,
    partsOf: ({ mergedFrom = [] }: NamedUser) => mergedFrom.map(({ id }) => id),
  };
};

/** Everything under which entries may name any of the people; a name of several means all of them. */
async function whoIsMeant(
  { users }: ResolvingParts,
  workspaceId: Id,
  names: readonly string[],
): Promise<Meaning<NamedUser>> {
  const ids = names.filter(isId).map((id) => id.toLowerCase());
  // Entries may name an email that no user has, so it is looked for as it is, too.
  const direct = [...ids.map(userIdentity), ...names.filter((name) => name.includes('@')).map(emailIdentity)];
  const found = await Promise.all([users.byIdentities(workspaceId, direct), users.byNames(workspaceId, names)]);
  return Meaning.of(readingOfUsers(direct, names), found.flat());
}

async function ownUser(
  { users }: ResolvingParts,
  workspaceId: Id,
  userId: Id | undefined,
): Promise<Meaning<NamedUser>> {
  const ids = userId === undefined ? [] : [userId];
  return Meaning.of(readingOfUsers(ids.map(userIdentity), []), await users.byIds(workspaceId, ids));
}

async function whatIsMeant(
  { activities }: ResolvingParts,
  workspaceId: Id,
  names: readonly string[],
): Promise<Meaning<NamedActivity>> {
  const ids = names.filter(isId).map((id) => id.toLowerCase());
  const wanted = new Set(names.map((name) => sortNameOf(name.trim())));
  const found = await Promise.all([
    activities.byIds(workspaceId, ids),
    activities.byKeys(workspaceId, names),
    activities.byNames(workspaceId, names),
  ]);
  const reading = {
    direct: ids.map(activityRef),
    isMeant: ({ id, key, name }: NamedActivity) =>
      ids.includes(id) || names.includes(key) || wanted.has(sortNameOf(name)),
    keysOf: ({ refs }: NamedActivity) => refs,
    partsOf: () => [],
  };
  return Meaning.of(reading, found.flat());
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
