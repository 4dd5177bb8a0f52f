import type { Id } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import type { Feeds } from '../../log/feeds.js';
import type { ActivityLogFilter } from '../../model/activity-log-filter.js';
import type { LogRecord } from '../../model/log-record.js';
import type { Viewer } from '../../model/viewer.js';
import type { NamedFilter } from '../../services/activity-logs/named-filter.js';
import type { Reader } from '../loaders.js';
import type { Services } from '../services.js';
import type { Cohort } from './cohort.js';
import { type CohortMaker, sharingKey, type Values, variablesOf } from './cohort-maker.js';
import { logTelling } from './log-telling.js';
import { patiently } from './patience.js';
import { sharedReader } from './shared-reader.js';
import type { SubscriptionRequest } from './subscription-request.js';
import { WorkspaceSource } from './workspace-source.js';

export interface LogLiveParts {
  readonly services: Pick<Services, 'users' | 'activities' | 'pathways' | 'activityLogs'>;
  readonly feeds: Pick<Feeds, 'open'>;
  readonly logger: Logger;
  readonly maker: CohortMaker;
}

type Filter = ActivityLogFilter | null | undefined;

/** Whoever follows entries in this process, workspace by workspace. */
export class LogLive {
  readonly #sources = new Map<Id, WorkspaceSource>();

  constructor(private readonly parts: LogLiveParts) {}

  get sources(): Iterable<WorkspaceSource> {
    return this.#sources.values();
  }

  /**
   * Those who are told the same.
   * @param prepare whatever may still fail, once the filter is known to be good.
   */
  async cohortOf(
    viewer: Viewer,
    request: SubscriptionRequest,
    filter: Filter,
    coerced: Values,
    prepare: () => Promise<void> = async () => {},
  ): Promise<Cohort<LogRecord>> {
    const { plan } = request;
    const reader = sharedReader(viewer);
    const key = sharingKey(reader, plan, coerced);
    for (;;) {
      const source = await this.#sourceFor(viewer.workspaceId, request);
      try {
        const from = source.place.seq;
        // Who asks for the same is told the same, so what was resolved for the first holds for all.
        const resolved = source.find(key) ? undefined : await this.#resolve(reader, filter, request);
        await prepare();
        const known = source.find(key);
        if (known) return known;
        const names = resolved && source.upToDate(resolved, from);
        if (names) return this.#newCohort(key, names, source, reader, request);
      } finally {
        if (source.isEmpty) this.#end(source);
      }
    }
  }

  close(error: unknown): void {
    for (const source of this.#sources.values()) source.close(error);
    this.#sources.clear();
  }

  #newCohort(
    key: string,
    names: NamedFilter,
    source: WorkspaceSource,
    reader: Reader,
    { plan, variables }: SubscriptionRequest,
  ): Cohort<LogRecord> {
    const what = { plan, variables: variablesOf(plan, variables), reader };
    const cohort = this.parts.maker.make(key, logTelling(names.filter), source, what, () => this.#end(source));
    source.add(cohort, names.filter, names);
    return cohort;
  }

  async #resolve(reader: Reader, filter: Filter, request: SubscriptionRequest): Promise<NamedFilter> {
    const { services, logger } = this.parts;
    const { workspaceId, userId } = reader;
    return patiently(
      async () => {
        // Another process may have said in the log what it has not written yet.
        if (filter?.users || userId !== undefined) await services.users.catchUp(workspaceId);
        if (filter?.activities) await services.activities.catchUp(workspaceId);
        if (filter?.pathways) await services.pathways.catchUp(workspaceId);
        return services.activityLogs.followFilter(reader, filter);
      },
      request.isOver,
      logger,
    );
  }

  async #sourceFor(workspaceId: Id, { isOver }: SubscriptionRequest): Promise<WorkspaceSource> {
    const { feeds, logger } = this.parts;
    const feed = await patiently(() => feeds.open(workspaceId), isOver, logger);
    const known = this.#sources.get(workspaceId);
    if (known) return known;
    const source: WorkspaceSource = new WorkspaceSource(feed, () => this.#drop(source));
    this.#sources.set(workspaceId, source);
    return source;
  }

  #end(source: WorkspaceSource): void {
    this.#drop(source);
    source.close();
  }

  #drop(source: WorkspaceSource): void {
    for (const [workspaceId, known] of this.#sources) if (known === source) this.#sources.delete(workspaceId);
  }
}
