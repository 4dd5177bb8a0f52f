import type { Id } from '../base/ids.js';
import { sleep } from '../base/lifecycle.js';
import type { LogRecords } from '../store/activity-logs.js';
import type { LogState, LogStateStore } from '../store/log-states.js';
import { defaultReadLeaseMs } from './place.js';

const eraseBatch = 1000;

/**
 * Lets go of what is old, and says so: the lowest kept number is raised first, and only then is anything erased, so that
 * a reader that checks it after reading a page knows whether the page was whole. In between twice the time passes that a
 * look at it is good for, so that who looked just before need not look again.
 */
export class Retention {
  constructor(
    private readonly logs: LogRecords,
    private readonly states: LogStateStore,
    private readonly readLeaseMs = defaultReadLeaseMs,
  ) {}

  /** Keeps what was recorded at or after an instant. Answers how many records went. May be killed and run again. */
  async keepSince(workspaceId: Id, instant: Date, progress?: (erased: number) => void): Promise<number> {
    const last = await this.logs.lastSeqBefore(workspaceId, instant);
    return last === 0 ? 0 : this.keepFrom(workspaceId, last + 1, progress);
  }

  /** Keeps `firstSeq` and everything above. */
  async keepFrom(workspaceId: Id, firstSeq: number, progress?: (erased: number) => void): Promise<number> {
    await this.states.raiseFirstSeq(workspaceId, firstSeq);
    if (this.readLeaseMs > 0) await sleep(2 * this.readLeaseMs);
    let erased = 0;
    for (;;) {
      const count = await this.logs.deleteBelow(workspaceId, firstSeq, eraseBatch);
      if (count === 0) return erased;
      erased += count;
      progress?.(erased);
    }
  }
}

/**
 * After a restore from a backup: cursors that were given out before may point at numbers that now mean something else.
 * A new epoch makes them unknown, and readers start again from what is really there.
 */
export async function beginEpoch(workspaceId: Id, logs: LogRecords, states: LogStateStore): Promise<LogState> {
  return states.nextEpoch(workspaceId, await logs.lastSeq(workspaceId));
}
