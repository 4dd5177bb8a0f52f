import { expect, it } from 'vitest';
import type { Id } from '../../src/base/ids.js';
import { ActivityLogs } from '../../src/store/activity-logs.js';
import { toRecord } from '../../src/store/log-document.js';
import { openTestServices, viewerOf } from '../support/services.js';
import { ProgressModel } from './progress-model.js';

const services = await openTestServices();
const { userService, activityService, pathwayService, enrolmentService, logs } = services;

it('what the services write into the log is what the fold understands', async () => {
  const here = viewerOf(await services.workspace());
  const { workspaceId } = here;
  const people = await userService.createMany(here, [
    { name: 'Ann', email: 'ann@x.org' },
    { name: 'Bob', email: 'bob@x.org' },
    { name: 'Cid', email: 'cid@x.org' },
  ]);
  const [ann, bob, cid] = people.results.map(({ node }) => node!.id) as [Id, Id, Id];
  const defined = await activityService.createMany(here, [
    { key: 'read', name: 'Read' },
    { key: 'meet', name: 'Meet' },
  ]);
  const [read, meet] = defined.results.map(({ node }) => node!.id) as [Id, Id];
  const activities = [
    { activityId: read, fulfilmentType: 'view' },
    { activityId: meet, level: 2 },
  ];
  const { node: pathway } = await pathwayService.create(here, { key: 'p', name: 'P', activities, levelsInOrder: true });
  const pathwayId = pathway.id;
  await enrolmentService.enrol(here, {
    pathwayId,
    users: [ann, bob, cid].map((userId) => ({ userId, groups: ['G'] })),
  });

  const shown = async () => {
    const { seq } = await services.reader.settle(workspaceId);
    const fold = new ProgressModel();
    for (const document of await new ActivityLogs(services.store).readAfter(workspaceId, 0, 1000))
      fold.apply(toRecord(document));
    expect(fold.seq).toBe(seq);
    const standings = fold
      .standings(pathwayId)
      .map(({ userId, activities: all, whole }) => [
        userId,
        [...all.map(({ state }) => state), whole.state, whole.openLevel],
      ]);
    return {
      standings: Object.fromEntries(standings),
      stats: fold.stats(pathwayId).map(({ total, completed }) => [total, completed]),
    };
  };
  const none = ['NOT_STARTED', 'NOT_STARTED', 'NOT_STARTED', 1];
  expect(await shown()).toEqual({
    standings: { [ann]: none, [bob]: none, [cid]: none },
    stats: [
      [3, 0],
      [3, 0],
    ],
  });

  const { results } = await logs.createMany(here, [
    { action: 'view', userEmail: 'ann@x.org', activityKey: 'read' },
    { action: 'complete', userId: bob, activityKey: 'meet', pathwayId, progress: { percent: 100, complete: true } },
    { action: 'complete', userId: cid, activityKey: 'read', progress: { percent: 60 } },
  ]);
  expect(await shown()).toEqual({
    standings: {
      [ann]: ['COMPLETED', 'NOT_STARTED', 'IN_PROGRESS', 2],
      [bob]: ['NOT_STARTED', 'COMPLETED', 'IN_PROGRESS', 1],
      [cid]: ['IN_PROGRESS', 'NOT_STARTED', 'IN_PROGRESS', 1],
    },
    stats: [
      [3, 1],
      [3, 1],
    ],
  });

  await userService.merge(here, { userId: ann, intoUserId: bob });
  await enrolmentService.withdraw(here, { pathwayId, userIds: [cid] });
  expect(await shown()).toEqual({
    standings: { [bob]: ['COMPLETED', 'COMPLETED', 'COMPLETED', 4] },
    stats: [
      [1, 1],
      [1, 1],
    ],
  });

  // Who comes again is where they were; who is taken apart has their own; what is removed counts no more.
  await enrolmentService.enrol(here, { pathwayId, users: [{ userId: cid }] });
  await userService.unmerge(here, { userId: ann });
  await logs.remove(here, results[1]!.activityLog!.id);
  await pathwayService.reorder(here, { id: pathwayId, activityIds: [meet, read] });
  expect(await shown()).toEqual({
    standings: {
      [ann]: ['NOT_STARTED', 'COMPLETED', 'IN_PROGRESS', 2],
      [bob]: none,
      [cid]: ['NOT_STARTED', 'IN_PROGRESS', 'IN_PROGRESS', 1],
    },
    stats: [
      [3, 0],
      [3, 1],
    ],
  });
  await userService.remove(here, bob);
  await activityService.remove(here, read);
  expect(await shown()).toMatchObject({
    stats: [
      [2, 0],
      [2, 0],
    ],
  });
});
