import { type Id, newId } from '../../src/base/ids.js';
import type { Store } from '../../src/store/connect.js';
import { UnscopedStore } from '../../src/store/unscoped.js';

/** An empty workspace to measure in. */
export async function makeWorkspace(store: Store): Promise<Id> {
  const id = newId();
  await new UnscopedStore(store).insertWorkspace({ id, key: 'bench', name: 'Bench', createdAt: new Date() });
  return id;
}
