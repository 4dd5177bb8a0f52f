import type { Id } from '../../src/base/ids.js';
import { emailIdentity } from '../../src/model/identity.js';
import type { Viewer } from '../../src/model/viewer.js';
import type { ActivityService } from '../../src/services/activities.js';
import type { ChangedMany } from '../../src/services/nouns/results.js';
import type { UserService } from '../../src/services/users.js';
import type { Activities } from '../../src/store/activities.js';
import type { Users } from '../../src/store/users.js';
import { definitions } from './definitions.js';
import { type EnrolledParts, ensurePathways, findPathways } from './enrolled.js';
import { makePeople, userInput } from './people.js';
import type { Cast } from './sources/scene.js';

export interface CastParts extends EnrolledParts {
  readonly users: Users;
  readonly userService: UserService;
  readonly activities: Activities;
  readonly activityService: ActivityService;
}

const people = makePeople();

/** The demo's people, activities and pathways; those that are missing are made. @throws CodedError where one cannot be. */
export async function ensureCast(parts: CastParts, viewer: Viewer): Promise<Cast> {
  const { workspaceId } = viewer;
  await Promise.all([parts.userService.catchUp(workspaceId), parts.activityService.catchUp(workspaceId)]);
  const there = await findCast(parts, workspaceId);
  const newPeople = people.filter(({ email }) => !there.userIds.has(email)).map(userInput);
  const newActivities = definitions.filter(({ key }) => !there.activityIds.has(key));
  if (newPeople.length > 0) checkAll(await parts.userService.createMany(viewer, newPeople));
  if (newActivities.length > 0) checkAll(await parts.activityService.createMany(viewer, newActivities));
  await ensurePathways(parts, viewer, await findCast(parts, workspaceId));
  return findCast(parts, workspaceId);
}

/** As it is. Somebody may have removed people since; the outside systems still know them. */
export async function findCast(parts: CastParts, workspaceId: Id): Promise<Cast> {
  const { users, activities } = parts;
  const emails = people.map(({ email }) => email);
  const keys = definitions.map(({ key }) => key);
  const [foundUsers, foundActivities, pathwayIds] = await Promise.all([
    users.byIdentities(workspaceId, emails.map(emailIdentity)),
    activities.byKeys(workspaceId, keys),
    findPathways(parts, workspaceId),
  ]);
  const owners = new Map(foundUsers.flatMap((user) => user.identities.map((key) => [key, user.id] as const)));
  const userIds = new Map(
    emails.flatMap((email): [string, Id][] => {
      const id = owners.get(emailIdentity(email));
      return id === undefined ? [] : [[email, id]];
    }),
  );
  return { people, userIds, activityIds: new Map(foundActivities.map(({ key, id }) => [key, id])), pathwayIds };
}

function checkAll({ results }: ChangedMany<unknown>): void {
  // CONFLICT: another process of the demo has just made the same.
  const failed = results.find(({ error }) => error !== undefined && error.code !== 'CONFLICT')?.error;
  if (failed) throw new Error(`The demo's data was refused: ${failed.message} (${failed.field})`);
}
