import { expect, it, vi } from 'vitest';
import type { Id } from '../../src/base/ids.js';
import { projectionsOf } from '../../src/projections/projections.js';
import { FoldStates } from '../../src/store/fold-states.js';
import { PathwayStandings } from '../../src/store/pathway-standings.js';
import { startFolds } from '../support/folds.js';
import { openTestServices, viewerOf } from '../support/services.js';

const here = await openTestServices();
const { store, log, userService, activityService, pathwayService, enrolmentService, logs } = here;
const states = new FoldStates(store);
const projection = projectionsOf(store).find(({ name }) => name === 'pathway-progress')!;

it('progress that is made anew is what it was, also by entries that retention erased, and once more', async () => {
  const viewer = viewerOf(await here.workspace());
  const { workspaceId } = viewer;
  const { node: person } = await userService.create(viewer, { name: 'Ann', email: 'ann@x.org' });
  const { node: activity } = await activityService.create(viewer, { key: 'read', name: 'Read' });
  const activities = [{ activityId: activity.id }];
  const { node: pathway } = await pathwayService.create(viewer, { key: 'p', name: 'P', activities });
  await enrolmentService.enrol(viewer, { pathwayId: pathway.id, users: [{ userId: person.id }] });
  const done = { action: 'did', userId: person.id, activityKey: 'read', progress: { percent: 100 } };
  await logs.createMany(viewer, [done, { action: 'other' }]);
  const folds = startFolds(here, [projection]);
  const shown = async (generation: number): Promise<[Id, string][]> => {
    const found = await new PathwayStandings(store).find(
      { workspaceId, generation },
      { pathwayId: pathway.id },
      { limit: 10 },
    );
    return found.map(({ userId, whole }) => [userId, whole.state]);
  };
  let { generation, seq } = await log.folds.settle(workspaceId, projection.name);
  expect(await shown(generation)).toEqual([[person.id, 'COMPLETED']]);
  for (let times = 0; times < 2; times += 1) {
    await log.retention.keepFrom(workspaceId, seq + 1);
    await states.requestRebuild(workspaceId, projection.name);
    await vi.waitFor(async () => {
      const { serving } = (await states.read(workspaceId, projection.name))!;
      expect(serving!.generation).toBeGreaterThan(generation);
      ({ generation, seq } = serving!);
    }, 10_000);
    expect(await shown(generation)).toEqual([[person.id, 'COMPLETED']]);
  }
  await folds.close();
});
