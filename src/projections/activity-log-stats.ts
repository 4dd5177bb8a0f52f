import type { Id } from '../base/ids.js';
import { afterChanges, byKey, type Counted, countsFold, noCounts } from '../model/activity-log-counts.js';
import { inTotals } from '../model/activity-log-totals.js';
import type { LogRecord } from '../model/log-record.js';
import { ActivityLogCounts } from '../store/activity-log-counts.js';
import type { Store } from '../store/connect.js';
import { CountChanges } from '../store/count-changes.js';
import type { FoldScope } from '../store/fold-documents.js';
import { LogStates } from '../store/log-states.js';
import type { Fold, FoldPlace, Projection } from './projection.js';

export interface ActivityLogStatsParts {
  readonly counts: Pick<ActivityLogCounts, 'begin' | 'firstSeq' | 'byKeys' | 'write' | 'erase'>;
  readonly changes: Pick<CountChanges, 'of'>;
  readonly states: Pick<LogStates, 'read'>;
}

export const activityLogStatsParts = (store: Store): ActivityLogStatsParts => ({
  counts: new ActivityLogCounts(store),
  changes: new CountChanges(store),
  states: new LogStates(store),
});

/**
 * How many entries of what kind there were in each quarter of an hour; and once more in each day, month and at all, of each
 * kind and of all kinds, so that a sum over long times looks at few documents. A document says up to where it counts and takes only
 * what comes after, so a page that is taken again, whole or cut elsewhere, counts nothing twice.
 * What retention erases later stays counted: whoever reads compares where a generation began with where the log begins now.
 */
export class ActivityLogStatsProjection implements Projection {
  readonly name = countsFold.name;
  readonly version = countsFold.version;

  constructor(private readonly parts: ActivityLogStatsParts) {}

  /** What the log does not hold any more does not count any more. */
  async inherit(): Promise<void> {}

  async open({ workspaceId, generation, seq, holder, isHeld }: FoldPlace): Promise<Fold> {
    const { counts, states } = this.parts;
    const scope = { workspaceId, generation, holder, isHeld };
    if (seq === 0) await counts.begin(scope, (await states.read(workspaceId))?.firstSeq ?? 1);
    const firstSeq = (await counts.firstSeq(scope)) ?? 1;
    return { apply: (records) => this.#apply(scope, firstSeq, records) };
  }

  erase(workspaceId: Id, generation: number): Promise<boolean> {
    return this.parts.counts.erase({ workspaceId, generation });
  }

  async #apply(scope: FoldScope, firstSeq: number, records: readonly LogRecord[]): Promise<void> {
    const changes = await this.parts.changes.of(scope.workspaceId, records, firstSeq);
    const groups = byKey<Counted>(changes.flatMap((change) => [change, ...inTotals(change)]));
    const known = await this.parts.counts.byKeys(scope, [...groups.keys()]);
    const changed = [...groups].flatMap(([key, changes]) => {
      const before = known.get(key) ?? noCounts(changes[0]!.of);
      const after = afterChanges(before, changes);
      return after === before ? [] : [after];
    });
    await this.parts.counts.write(scope, changed);
  }
}
