import { logCollection } from '../../../src/store/activity-logs.js';
import type { Store } from '../../../src/store/connect.js';

/** What entries take in the store, in bytes; indexes as they lie on the disk, packed. */
export interface Sizes {
  readonly dataPerEntry: number;
  /** The same, packed, on the disk. */
  readonly storagePerEntry: number;
  readonly indexPerEntry: number;
  readonly perIndex: Readonly<Record<string, number>>;
  readonly cacheMost: number;
  readonly cacheUsed: number;
}

export async function sizesOf(store: Store): Promise<Sizes> {
  const [stats] = await store
    .collection(logCollection)
    .aggregate([{ $collStats: { storageStats: {} } }])
    .toArray();
  const { size, storageSize, totalIndexSize, indexSizes, count } = stats!.storageStats;
  const { wiredTiger } = await store.db.admin().command({ serverStatus: 1 });
  const perIndex = Object.entries(indexSizes as Record<string, number>).map(([name, bytes]) => [name, bytes / count]);
  return {
    dataPerEntry: size / count,
    storagePerEntry: storageSize / count,
    indexPerEntry: totalIndexSize / count,
    perIndex: Object.fromEntries(perIndex),
    cacheMost: Number(wiredTiger?.cache['maximum bytes configured'] ?? Number.NaN),
    cacheUsed: Number(wiredTiger?.cache['bytes currently in the cache'] ?? Number.NaN),
  };
}
