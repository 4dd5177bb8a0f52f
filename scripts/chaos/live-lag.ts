import { isTold } from '../../src/graphql/activity-logs/activity-log.event.js';
import type { ResolvedFilter } from '../../src/model/activity-log-filter.js';
import type { LogRecord } from '../../src/model/log-record.js';
import type { ChaosFilter } from './live-entries.js';
import type { LiveSubscriber } from './live-subscriber.js';

/** How far followers are behind, in numbers of the log, as one sees who reads the log beside them. */
export class FollowersLag {
  readonly #filters: ReadonlyMap<ChaosFilter, ResolvedFilter>;
  /** The newest number that each filter selects. */
  readonly #newest = new Map<ChaosFilter, number>();

  constructor(
    filters: Iterable<readonly [ChaosFilter, ResolvedFilter]>,
    private readonly start: number,
  ) {
    this.#filters = new Map(filters);
  }

  note(records: readonly LogRecord[]): void {
    for (const record of records) {
      for (const [filter, resolved] of this.#filters)
        if (isTold(resolved, record)) this.#newest.set(filter, record.seq);
    }
  }

  /** That of the last one. */
  of(subscribers: readonly LiveSubscriber[]): number {
    return subscribers.reduce((most, { filter, told }) => {
      const newest = this.#newest.get(filter) ?? 0;
      return Math.max(most, newest - (told.at(-1)?.seq ?? this.start));
    }, 0);
  }
}
