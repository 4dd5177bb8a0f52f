import { CodedError } from '../../base/errors.js';
import type { FeedEvent, LogFeed } from '../../log/feed.js';
import type { LogPlace } from '../../log/place.js';
import type { ResolvedFilter } from '../../model/activity-log-filter.js';
import type { LogRecord } from '../../model/log-record.js';
import type { NamedFilter } from '../../services/activity-logs/named-filter.js';
import { isTold } from '../activity-logs/activity-log.event.js';
import type { Cohort } from './cohort.js';
import type { CohortSource, SourcePage } from './cohort-source.js';
import { logTelling } from './log-telling.js';
import { RecentChanges } from './recent-changes.js';

interface FilterGroup {
  readonly filter: ResolvedFilter;
  readonly cohorts: Set<Cohort<LogRecord>>;
}

/** One workspace's log for all its cohorts: followed once, and each different filter looked at once for a record. */
export class WorkspaceSource implements CohortSource<LogRecord> {
  readonly #groups = new Map<string, FilterGroup>();
  readonly #cohorts = new Map<string, Cohort<LogRecord>>();
  readonly #filters = new Map<Cohort<LogRecord>, ResolvedFilter>();
  readonly #names = new Map<Cohort<LogRecord>, NamedFilter>();
  readonly #changes: RecentChanges;
  readonly #epoch: number;
  readonly #stop: () => void;

  constructor(
    private readonly feed: Pick<LogFeed, 'place' | 'follow' | 'readAfter'>,
    /** Told when the log can no longer be followed from here; who comes later needs another source. */
    private readonly onEnded: () => void,
  ) {
    const { place, stop } = feed.follow((event) => this.#take(event));
    this.#epoch = place.epoch;
    this.#stop = stop;
    this.#changes = new RecentChanges(place.seq);
  }

  get place(): LogPlace {
    return this.feed.place;
  }

  get cohorts(): Iterable<Cohort<LogRecord>> {
    return this.#cohorts.values();
  }

  get isEmpty(): boolean {
    return this.#cohorts.size === 0;
  }

  find(key: string): Cohort<LogRecord> | undefined {
    return this.#cohorts.get(key);
  }

  /** What names that were resolved at a place mean by now; undefined where that is no longer known here. */
  upToDate(names: NamedFilter, from: number): NamedFilter | undefined {
    return this.#changes.after(from)?.reduce((now, record) => now.after(record), names);
  }

  /**
   * @param filter what the cohort is told of.
   * @param names of the filter, up to date.
   */
  add(cohort: Cohort<LogRecord>, filter: ResolvedFilter, names?: NamedFilter): void {
    this.#cohorts.set(cohort.key, cohort);
    this.#filters.set(cohort, filter);
    if (names) this.#names.set(cohort, names);
    this.#group(cohort);
  }

  remove(cohort: Cohort<LogRecord>): void {
    this.#ungroup(cohort);
    this.#cohorts.delete(cohort.key);
    this.#filters.delete(cohort);
    this.#names.delete(cohort);
  }

  #group(cohort: Cohort<LogRecord>): void {
    const filter = this.#filters.get(cohort)!;
    const key = JSON.stringify(filter);
    const group = this.#groups.get(key) ?? { filter, cohorts: new Set() };
    this.#groups.set(key, group);
    group.cohorts.add(cohort);
  }

  #ungroup(cohort: Cohort<LogRecord>): void {
    const key = JSON.stringify(this.#filters.get(cohort));
    const group = this.#groups.get(key);
    group?.cohorts.delete(cohort);
    if (group?.cohorts.size === 0) this.#groups.delete(key);
  }

  async readAfter(seq: number, limit: number): Promise<SourcePage<LogRecord>> {
    const page = await this.feed.readAfter(seq, limit);
    if (page.place.epoch !== this.#epoch) throw restored();
    return page;
  }

  close(error?: unknown): void {
    this.#stop();
    this.#changes.forget();
    for (const cohort of [...this.#cohorts.values()]) cohort.end(error);
  }

  #take(event: FeedEvent): void {
    if (event.type === 'ended') {
      this.onEnded();
      this.close(event.reason === 'epoch' ? restored() : expired());
      return;
    }
    let from = 0;
    for (const [index, record] of event.records.entries()) {
      if (record.kind !== 'control') continue;
      this.#changes.add(record);
      const renamed = [...this.#names].filter(([, names]) => names.after(record) !== names);
      const isForgotten = record.control.noun === 'userErasure';
      if (renamed.length === 0 && !isForgotten) continue;
      this.#tell(event.records.slice(from, index + 1), record.seq);
      for (const [cohort, names] of renamed) this.#rename(cohort, names.after(record), record.seq);
      // Somebody's texts are gone from the log: what was told of them is not told again.
      if (isForgotten) {
        for (const [cohort, filter] of this.#filters) cohort.reinterpret(logTelling(filter), record.seq);
      }
      from = index + 1;
    }
    this.#tell(event.records.slice(from), event.place.seq);
  }

  #tell(records: readonly LogRecord[], through: number): void {
    for (const { filter, cohorts } of this.#groups.values()) {
      const selected = records.filter((record) => isTold(filter, record));
      for (const cohort of cohorts) cohort.tell(selected, through);
    }
  }

  #rename(cohort: Cohort<LogRecord>, names: NamedFilter, after: number): void {
    this.#names.set(cohort, names);
    if (JSON.stringify(names.filter) === JSON.stringify(this.#filters.get(cohort))) return;
    this.#ungroup(cohort);
    this.#filters.set(cohort, names.filter);
    cohort.reinterpret(logTelling(names.filter), after);
    this.#group(cohort);
  }
}

const restored = (): CodedError =>
  new CodedError('CURSOR_UNKNOWN', 'The log was restored since; load afresh without this cursor', 'after');
const expired = (): CodedError =>
  new CodedError('CURSOR_EXPIRED', 'The log no longer holds what follows this cursor; load afresh', 'after');
