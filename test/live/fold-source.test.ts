import { expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { FoldSource } from '../../src/graphql/live/fold-source.js';
import type { FoldRecord } from '../../src/graphql/live/topic.js';
import type { Generation } from '../../src/store/fold-states.js';

const place = (generation: number): Generation => ({ generation, version: 1, epoch: 1, seq: 7 });
const changed: FoldRecord = { seq: 6, about: 'one', eventAt: () => ({}) as never };

it('who goes on from before is told what changed, though what was read until then is gone by now', async () => {
  // As it is where a process was stopped for longer than the documents of a former generation stay.
  const read: number[] = [];
  const source = new FoldSource({
    workspaceId: newId(),
    fold: 'fold',
    followed: {
      key: 'one',
      changedAfter: async ({ generation }) => {
        read.push(generation);
        return generation === 2 ? [changed] : [];
      },
    },
    folds: { follow: () => () => {}, serving: async () => place(2) },
    logger: silentLogger,
    start: place(1),
    onEnded: () => {},
  });
  const { records, through } = await source.readAfter(5, 10);
  expect(records.map(({ seq }) => seq)).toEqual([6]);
  expect(through).toBe(7);
  expect(read).toEqual([1, 2]);
  source.close();
});
