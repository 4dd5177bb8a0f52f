import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { connectStore, type Store, type StoreOptions } from '../../src/store/connect.js';
import { ensureSchema } from '../../src/store/schema.js';
import { atFileEnd } from './leftovers.js';

/** A database of its own on the shared engine, dropped when the test file is done. */
export async function openTestStore(options: Partial<StoreOptions> = {}): Promise<Store> {
  const database = options.database ?? `test_${randomBytes(6).toString('hex')}`;
  const store = await connectStore({ url: inject('mongodbUrl'), ...options, database });
  await ensureSchema(store);
  atFileEnd(async () => {
    if (options.database === undefined) await store.db.dropDatabase();
    await store.close();
  });
  return store;
}
