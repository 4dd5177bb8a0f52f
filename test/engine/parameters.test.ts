import { totalmem } from 'node:os';
import { type Document, Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { openTestStore } from '../support/store.js';

/** More than the server's planner tries an index for before it gives up on finding anything (10,000 steps). */
const many = 10_500;

describe('the embedded engine', () => {
  it('answers a query with several indexes to choose from, though none of them leads to anything soon', async () => {
    const store = await openTestStore();
    const numbers = store.collection<Document>('numbers');
    await numbers.createIndexes([{ key: { kind: 1, seq: 1 } }, { key: { kind: 1, at: 1 } }]);
    await numbers.insertMany(
      Array.from({ length: many }, (_, index) => ({ kind: 'entry', seq: Long.fromNumber(index), at: -index })),
    );
    const rare = { kind: 'entry', seq: { $gte: Long.fromNumber(0) }, word: { $in: ['nowhere'] } };
    expect(await numbers.find(rare, { sort: { at: -1 }, limit: 10 }).toArray()).toEqual([]);
    expect(await numbers.countDocuments(rare)).toBe(0);
  });

  it('lets go of files that nobody uses before there are too many', async () => {
    const store = await openTestStore();
    const parameter = { getParameter: 1, wiredTigerEngineRuntimeConfig: 1 };
    const { wiredTigerEngineRuntimeConfig } = await store.db.admin().command(parameter);
    expect(wiredTigerEngineRuntimeConfig).toContain('close_idle_time=60');
  });

  it('caches what the machine can spare, and not without bounds', async () => {
    const store = await openTestStore();
    const { wiredTiger } = await store.db.admin().command({ serverStatus: 1 });
    const megabytes = wiredTiger.cache['maximum bytes configured'] / 2 ** 20;
    const spare = Math.min(process.constrainedMemory() || totalmem(), totalmem()) / 8 / 2 ** 20;
    expect(megabytes).toBe(Math.floor(Math.min(1024, Math.max(256, spare))));
  });
});
