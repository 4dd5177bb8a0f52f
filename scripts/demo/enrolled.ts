import { CodedError } from '../../src/base/errors.js';
import type { Id } from '../../src/base/ids.js';
import type { Viewer } from '../../src/model/viewer.js';
import type { EnrolmentService } from '../../src/services/enrolments.js';
import type { PathwayService } from '../../src/services/pathways.js';
import type { Pathways } from '../../src/store/pathways.js';
import { type DemoPathway, demoPathways } from './pathways.js';
import type { Person } from './people.js';

export interface EnrolledParts {
  readonly pathways: Pathways;
  readonly pathwayService: PathwayService;
  readonly enrolmentService: EnrolmentService;
}

interface Learners {
  readonly people: readonly Person[];
  readonly userIds: ReadonlyMap<string, Id>;
  readonly activityIds: ReadonlyMap<string, Id>;
}

/** The demo's pathways, by the id that Falkor knows them by. */
export async function findPathways({ pathways }: EnrolledParts, workspaceId: Id): Promise<Map<string, Id>> {
  const found = await pathways.byKeys(
    workspaceId,
    demoPathways.map(({ native }) => native.ID),
  );
  return new Map(found.map(({ key, id }) => [key, id]));
}

/** Makes the pathways that are missing, and enrols everybody on all of them. The same again changes nothing. */
export async function ensurePathways(parts: EnrolledParts, viewer: Viewer, learners: Learners): Promise<void> {
  const { workspaceId } = viewer;
  await Promise.all([parts.pathwayService.catchUp(workspaceId), parts.enrolmentService.catchUp(workspaceId)]);
  const there = await findPathways(parts, workspaceId);
  for (const pathway of demoPathways.filter(({ native }) => !there.has(native.ID))) {
    await unlessMade(parts.pathwayService.create(viewer, inputOf(pathway, learners)));
  }
  const users = learners.people.flatMap(({ email, groups }) => {
    const userId = learners.userIds.get(email);
    return userId === undefined ? [] : [{ userId, groups }];
  });
  for (const pathwayId of (await findPathways(parts, workspaceId)).values()) {
    await parts.enrolmentService.enrol(viewer, { pathwayId, users });
  }
}

const inputOf = ({ native, levelsInOrder, steps }: DemoPathway, { activityIds }: Learners) => ({
  key: native.ID,
  name: native.name,
  levelsInOrder,
  activities: steps.flatMap(({ key, level, required, type, fulfilmentType }) => {
    const activityId = activityIds.get(key);
    return activityId === undefined ? [] : [{ activityId, level, required, type, fulfilmentType }];
  }),
});

/** Another process of the demo may just have made the same. */
async function unlessMade(making: Promise<unknown>): Promise<void> {
  try {
    await making;
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'CONFLICT') throw error;
  }
}
