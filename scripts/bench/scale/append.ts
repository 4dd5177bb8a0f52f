import { silentLogger } from '../../../src/base/logger.js';
import { openLog } from '../../../src/log/log.js';
import type { Store } from '../../../src/store/connect.js';
import { scaleDraft } from './entries.js';
import type { Progress } from './progress.js';
import type { World } from './world.js';

const batch = 100;
const callers = 20;

/** One process appends entries above those of a log through the recorder, journaled. @returns entries a second. */
export async function appendTail(
  store: Store,
  world: World,
  { total, tail }: { readonly total: number; readonly tail: number },
  { checkStopped }: Progress,
): Promise<number> {
  const log = openLog({ store, logger: silentLogger });
  try {
    const drafts = Array.from({ length: tail }, (_, n) => scaleDraft(total + n, total, world));
    await log.feeds.settle(world.workspaceId);
    const startedAt = performance.now();
    let next = 0;
    const caller = async (): Promise<void> => {
      while (next < tail) {
        checkStopped();
        const from = next;
        next += batch;
        await log.recorder.appendMany(world.workspaceId, drafts.slice(from, from + batch));
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    return (tail * 1000) / (performance.now() - startedAt);
  } finally {
    await log.close();
  }
}
