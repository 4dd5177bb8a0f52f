import { type Id, isId } from '../../base/ids.js';
import { activityRef, emailIdentity, userIdentity } from '../../model/identity.js';
import type { Activities } from '../../store/activities.js';
import { sortNameOf } from '../../store/noun-lists.js';
import type { Pathways } from '../../store/pathways.js';
import type { Users } from '../../store/users.js';
import { Meaning } from './meaning.js';
import type { NamedActivity, NamedPathway, NamedUser } from './named-filter.js';

export interface MeaningParts {
  readonly users: Pick<Users, 'byIds' | 'byIdentities' | 'byNames'>;
  readonly activities: Pick<Activities, 'byIds' | 'byKeys' | 'byNames'>;
  readonly pathways: Pick<Pathways, 'byKeys' | 'byNames'>;
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
export async function whoIsMeant(
  { users }: Pick<MeaningParts, 'users'>,
  workspaceId: Id,
  names: readonly string[],
): Promise<Meaning<NamedUser>> {
  const ids = names.filter(isId).map((id) => id.toLowerCase());
  // Entries may name an email that no user has, so it is looked for as it is, too.
  const direct = [...ids.map(userIdentity), ...names.filter((name) => name.includes('@')).map(emailIdentity)];
  const found = await Promise.all([users.byIdentities(workspaceId, direct), users.byNames(workspaceId, names)]);
  return Meaning.of(readingOfUsers(direct, names), found.flat());
}

/** A viewer's own user. */
export async function ownUser(
  { users }: Pick<MeaningParts, 'users'>,
  workspaceId: Id,
  userId: Id | undefined,
): Promise<Meaning<NamedUser>> {
  const ids = userId === undefined ? [] : [userId];
  return Meaning.of(readingOfUsers(ids.map(userIdentity), []), await users.byIds(workspaceId, ids));
}

/** The definitions that ids, keys and names mean; a name of several means all of them. */
export async function whatIsMeant(
  { activities }: Pick<MeaningParts, 'activities'>,
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

/** The pathways that ids, keys and names mean; a name of several means all of them. */
export async function whichIsMeant(
  { pathways }: Pick<MeaningParts, 'pathways'>,
  workspaceId: Id,
  names: readonly string[],
): Promise<Meaning<NamedPathway>> {
  const wanted = new Set(names.map((name) => sortNameOf(name.trim())));
  const found = await Promise.all([pathways.byKeys(workspaceId, names), pathways.byNames(workspaceId, names)]);
  const reading = {
    // Entries hold the id itself, so it need not be looked up.
    direct: names.filter(isId).map((id) => id.toLowerCase()),
    isMeant: ({ key, name }: NamedPathway) => names.includes(key) || wanted.has(sortNameOf(name)),
    keysOf: ({ id }: NamedPathway) => [id],
    partsOf: () => [],
  };
  return Meaning.of(reading, found.flat());
}
