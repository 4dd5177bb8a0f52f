import { afterAll, expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { openLog } from '../../src/log/log.js';
import { ActivityLogPages } from '../../src/store/activity-log-pages.js';
import { openTestStore } from '../support/store.js';
import { entryDraft } from './drafts.js';

const store = await openTestStore();
const here = openLog({ store, logger: silentLogger, holeMs: 200 });
const elsewhere = openLog({ store, logger: silentLogger, holeMs: 200 });
afterAll(() => Promise.all([here.close(), elsewhere.close()]));
const pages = new ActivityLogPages(store);

it('hides everything of a source at once and everywhere, takes it out when swept, and leaves what came later', async () => {
  const workspaceId = newId();
  const append = (count: number, source: 'TIKMATRIX' | 'THRIVE') =>
    here.recorder.appendMany(
      workspaceId,
      Array.from({ length: count }, () => entryDraft({}, { source })),
    );
  const gone = await append(600, 'TIKMATRIX');
  const [kept] = await append(1, 'THRIVE');
  await elsewhere.feeds.settle(workspaceId);

  const { seq } = await here.removal.removeSource(workspaceId, 'TIKMATRIX');
  const [later] = await append(1, 'TIKMATRIX');
  for (const log of [here, elsewhere]) {
    const window = await log.feeds.settle(workspaceId, Math.max(seq, later!.seq));
    const list = { window, filter: {}, order: 'RECORDED_ASC' } as const;
    expect((await pages.find(list, { limit: 1000 })).map(({ id }) => id)).toEqual([kept!.id, later!.id]);
    expect(await pages.count(list)).toBe(2);
    expect(await pages.findMany(window, [gone[0]!.id, later!.id])).toHaveLength(1);
  }

  // Killed half way: some went, the rest is still hidden, and the next sweep goes on.
  let steps = 0;
  expect(await here.removal.sweepSources(workspaceId, () => ++steps === 1)).toBe(500);
  expect((await here.states.read(workspaceId))!.erasures).toHaveLength(1);
  expect(await elsewhere.removal.sweepSources(workspaceId)).toBe(100);
  expect((await here.states.read(workspaceId))!.erasures).toEqual([]);
  const window = await here.feeds.settle(workspaceId, (await elsewhere.feeds.settle(workspaceId)).seq);
  expect(await pages.count({ window, filter: {}, order: 'RECORDED_ASC' })).toBe(2);
  const feed = await here.feeds.open(workspaceId);
  const { records } = await feed.readAfter(later!.seq, 1000);
  expect(records.filter(({ kind }) => kind === 'removed')).toHaveLength(600);
});
