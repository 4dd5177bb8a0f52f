import { type Id, newId } from '../../../src/base/ids.js';
import { silentLogger } from '../../../src/base/logger.js';
import { createGateway, type Gateway } from '../../../src/gateway.js';
import type { Viewer } from '../../../src/model/viewer.js';
import { projectionsOf } from '../../../src/projections/projections.js';
import type { Store } from '../../../src/store/connect.js';
import { benchConfig, benchSecret, makeBenchWorkspace } from '../graphql-data.js';
import { activityCount, type Named, pathwayCount, userCount, userEmail } from './entries.js';
import type { Progress } from './progress.js';

/** A workspace with everything that entries name, and no entry. */
export interface World extends Named {
  readonly workspaceId: Id;
  readonly authorization: string;
}

const activitiesOfEach = 10;
const enrolledOnEach = 250;
const followers = 40;

/** People, activities, pathways with people on them, and some who follow these; every fold of it is made. */
export async function makeWorld(store: Store, { checkStopped }: Progress): Promise<World> {
  const { workspaceId, authorization } = await makeBenchWorkspace(store);
  const gateway = await createGateway(benchConfig, { store, logger: silentLogger, tokenSecret: benchSecret });
  const viewer: Viewer = { workspaceId, credentialId: newId(), owner: 'client:bench', scopes: new Set(['*']) };
  try {
    const named = await fill(gateway, viewer, checkStopped);
    for (const { name } of projectionsOf(store)) await gateway.log.folds.settle(workspaceId, name);
    return { workspaceId, authorization, ...named };
  } finally {
    await gateway.close();
  }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

async function fill({ services, log }: Gateway, viewer: Viewer, checkStopped: () => void): Promise<Named> {
  const userIds: Id[] = [];
  for (let from = 0; from < userCount; from += 1_000) {
    const people = numbers(1_000).map((n) => ({ name: `Person Number ${from + n}`, email: userEmail(from + n) }));
    userIds.push(...(await services.users.createMany(viewer, people)).results.map(({ node }) => node!.id));
  }
  const definitions = numbers(activityCount).map((n) => ({ key: `activity-${n}`, name: `Activity ${n}` }));
  const activityIds = (await services.activities.createMany(viewer, definitions)).results.map(({ node }) => node!.id);
  const pathwayIds: Id[] = [];
  for (const n of numbers(pathwayCount)) {
    checkStopped();
    const activities = numbers(activitiesOfEach).map((step) => ({
      activityId: activityIds[(n * activitiesOfEach + step) % activityCount]!,
    }));
    const { node } = await services.pathways.create(viewer, { key: `pathway-${n}`, name: `Pathway ${n}`, activities });
    const users = numbers(enrolledOnEach).map((step) => ({ userId: userIds[(n * 50 + step) % userCount]! }));
    await services.enrolments.enrol(viewer, { pathwayId: node.id, users });
    pathwayIds.push(node.id);
  }
  await log.folds.settle(viewer.workspaceId, 'notifications');
  for (const n of numbers(followers)) {
    const own = { ...viewer, userId: userIds[n]! };
    await services.follows.follow(own, { pathwayId: pathwayIds[n % pathwayCount]! });
  }
  return { activityIds, pathwayIds };
}
