import { type GraphQLError, type GraphQLSchema, getArgumentValues, getVariableValues } from 'graphql';
import type { Id } from '../../base/ids.js';
import type { Closeable } from '../../base/lifecycle.js';
import type { Logger } from '../../base/logger.js';
import type { LiveCounts } from '../../base/metrics.js';
import type { Feeds } from '../../log/feeds.js';
import type { ActivityLogFilter } from '../../model/activity-log-filter.js';
import type { Viewer } from '../../model/viewer.js';
import type { NamedFilter } from '../../services/activity-logs/named-filter.js';
import type { Executor } from '../executor.js';
import type { Reader } from '../loaders.js';
import type { Services } from '../services.js';
import type { SourceEvent } from '../sources/source.subscription.js';
import type { SourceType } from '../sources/source.type.js';
import { Cohort } from './cohort.js';
import { EventExecution } from './event-execution.js';
import { Follower } from './follower.js';
import { hashText } from './hash.js';
import { KeptBudget } from './kept-results.js';
import type { LiveSubscription } from './live-subscription.js';
import type { Outlet } from './outlet.js';
import { patiently } from './patience.js';
import type { SubscriptionPlan } from './plan.js';
import { Readers } from './readers.js';
import { sharedReader } from './shared-reader.js';
import { SourceLive } from './source-live.js';
import { startPlace } from './start-place.js';
import { Turns } from './turns.js';
import { WorkspaceSource } from './workspace-source.js';

/** What following may take up. */
export interface LiveTuning {
  /** What one cohort keeps of its last results, in characters. */
  readonly keptCharacters?: number;
  /** How much of the pages that it read in the last seconds a cohort holds for others, in characters. */
  readonly recentCharacters?: number;
  /** Pages of the log read at once for those who catch up. */
  readonly readersAtOnce?: number;
  /** How long a cohort goes on without members: who was cut off comes back to what it kept. */
  readonly lingerMs?: number;
}

export interface LiveOptions extends LiveTuning {
  readonly schema: GraphQLSchema;
  readonly executor: Executor;
  readonly services: Services;
  readonly feeds: Feeds;
  readonly logger: Logger;
}

/** A subscription as it was asked for. */
export interface SubscriptionRequest {
  readonly plan: SubscriptionPlan;
  readonly variables: Values;
  readonly outlet: Outlet;
  /** Whether nobody waits for an answer any more. */
  isOver(): boolean;
}

/** Variables that do not fit the document. */
export class VariableErrors extends Error {
  constructor(readonly errors: readonly GraphQLError[]) {
    super('The variables do not fit the document');
  }
}

const wholeBudget = 64 * 1024 * 1024;

/** Everybody who follows a log, gathered by what they have in common. One per process. */
export class Live implements Closeable {
  readonly #sources = new Map<Id, WorkspaceSource>();
  readonly #lingering = new Map<Cohort, NodeJS.Timeout>();
  readonly #readers: Readers;
  readonly #turns = new Turns();
  #executions = 0;
  #pagesRead = 0;
  readonly #budget = new KeptBudget(wholeBudget);

  readonly #sourceLive: SourceLive;

  constructor(private readonly options: LiveOptions) {
    this.#sourceLive = new SourceLive(options);
    this.#readers = new Readers(options.readersAtOnce ?? 16);
  }

  /**
   * Follows in a viewer's name. While the store cannot answer this waits: a client that comes back is not to lose its
   * subscription to an outage.
   * @throws CodedError FORBIDDEN, BAD_USER_INPUT, TOO_LARGE, CURSOR_UNKNOWN, CURSOR_EXPIRED; VariableErrors.
   */
  async subscribe(viewer: Viewer, request: SubscriptionRequest): Promise<LiveSubscription> {
    const { feeds, logger } = this.options;
    const { args, coerced } = this.#argumentsOf(request);
    if (isOfSources(request)) return this.#subscribeToSources(viewer, request, args.id, coerced);
    let after = 0;
    const cohort = await this.#cohortOf(viewer, request, args.filter, coerced, async () => {
      after = await patiently(() => startPlace(feeds, viewer.workspaceId, args.after), request.isOver, logger);
    });
    return new Follower(cohort, after, request.outlet, this.#turns);
  }

  /**
   * Goes on in the name of a viewer with other rights, at the place where the follower is.
   * @throws CodedError FORBIDDEN where they do not suffice.
   */
  async renew(subscription: LiveSubscription, viewer: Viewer, request: SubscriptionRequest): Promise<void> {
    if (!(subscription instanceof Follower)) return this.#sourceLive.allow(viewer);
    const { args, coerced } = this.#argumentsOf(request);
    subscription.moveTo(await this.#cohortOf(viewer, request, args.filter, coerced));
  }

  counts(): LiveCounts {
    const sizes = [...this.#sources.values()].flatMap((source) => [...source.cohorts].map((cohort) => cohort.size));
    return {
      cohorts: sizes.length,
      members: sizes.reduce((sum, size) => sum + size, 0),
      largestCohort: sizes.reduce((most, size) => Math.max(most, size), 0),
      executions: this.#executions,
      pagesRead: this.#pagesRead,
    };
  }

  async close(): Promise<void> {
    for (const timer of this.#lingering.values()) clearTimeout(timer);
    this.#lingering.clear();
    for (const source of this.#sources.values()) source.close(new Error('The gateway is closing'));
    this.#sources.clear();
  }

  /** A source is no part of the log: it is told as it stands, to each at the pace that it takes. */
  #subscribeToSources(
    viewer: Viewer,
    { plan, variables, outlet, isOver }: SubscriptionRequest,
    id: Arguments['id'],
    coerced: Values,
  ): Promise<LiveSubscription> {
    const reader = sharedReader(viewer);
    const execution = this.#executionOf({ plan, variables: variablesOf(plan, variables), reader });
    const textOf = async (source: SourceType): Promise<string> => {
      const event: SourceEvent & { cursor?: string } = { source };
      // Shared, and no look-up is part of it: it is not over when one who waits for it has left.
      return (await execution.textsOf([event], () => false))[0]!;
    };
    const key = sharingKey(reader, plan, coerced);
    return this.#sourceLive.subscribe(viewer, { id, key, outlet, isOver, textOf });
  }

  #argumentsOf({ plan, variables }: SubscriptionRequest): { args: Arguments; coerced: Values } {
    const { schema } = this.options;
    const { coerced, errors } = getVariableValues(schema, plan.operation.variableDefinitions ?? [], variables);
    if (errors) throw new VariableErrors(errors);
    return { args: getArgumentValues(plan.field, plan.fieldNode, coerced), coerced };
  }

  async #resolve(reader: Reader, filter: Arguments['filter'], request: SubscriptionRequest): Promise<NamedFilter> {
    const { services, logger } = this.options;
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

  /** @param prepare whatever may still fail, once the filter is known to be good. */
  async #cohortOf(
    viewer: Viewer,
    request: SubscriptionRequest,
    filter: Arguments['filter'],
    coerced: Values,
    prepare: () => Promise<void> = async () => {},
  ): Promise<Cohort> {
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
        if (names)
          return this.#newCohort(key, names, source, {
            plan,
            variables: variablesOf(plan, request.variables),
            reader,
          });
      } finally {
        if (source.isEmpty) this.#end(source);
      }
    }
  }

  #newCohort(key: string, names: NamedFilter, source: WorkspaceSource, what: Executed): Cohort {
    const { keptCharacters = 4 * 1024 * 1024, recentCharacters = 16 * 1024 * 1024 } = this.options;
    const cohort: Cohort = new Cohort({
      key,
      filter: names.filter,
      source,
      execution: this.#executionOf(what),
      readers: this.#readers,
      keptCharacters,
      recentCharacters,
      budget: this.#budget,
      logger: this.options.logger,
      onRead: this.#onRead,
      onUse: (isUsed) => this.#used(source, cohort, isUsed),
    });
    source.add(cohort, names);
    return cohort;
  }

  #executionOf({ plan, variables, reader }: Executed): EventExecution {
    return new EventExecution({ ...this.options, onExecuted: this.#onExecuted }, plan, variables, reader);
  }

  async #sourceFor(workspaceId: Id, { isOver }: SubscriptionRequest): Promise<WorkspaceSource> {
    const { feeds, logger } = this.options;
    const feed = await patiently(() => feeds.open(workspaceId), isOver, logger);
    const known = this.#sources.get(workspaceId);
    if (known) return known;
    const source: WorkspaceSource = new WorkspaceSource(feed, () => this.#drop(source));
    this.#sources.set(workspaceId, source);
    return source;
  }

  #used(source: WorkspaceSource, cohort: Cohort, isUsed: boolean): void {
    clearTimeout(this.#lingering.get(cohort));
    this.#lingering.delete(cohort);
    if (isUsed) return;
    const timer = setTimeout(() => {
      this.#lingering.delete(cohort);
      source.remove(cohort);
      cohort.end(new Error('Nobody follows any more'));
      if (source.isEmpty) this.#end(source);
    }, this.options.lingerMs ?? 30_000);
    this.#lingering.set(cohort, timer.unref());
  }

  readonly #onExecuted = (): void => {
    this.#executions += 1;
  };

  readonly #onRead = (): void => {
    this.#pagesRead += 1;
  };

  #end(source: WorkspaceSource): void {
    this.#drop(source);
    source.close();
  }

  #drop(source: WorkspaceSource): void {
    for (const [workspaceId, known] of this.#sources) if (known === source) this.#sources.delete(workspaceId);
  }
}

type Values = Readonly<Record<string, unknown>>;

/** Of a request's variables those that what is executed declares: whatever else was sent has no say. */
const variablesOf = ({ variables }: SubscriptionPlan, values: Values): Values =>
  Object.fromEntries(variables.map((name) => [name, values[name]]));

/** Equal for those who are told the same texts. */
const sharingKey = ({ workspaceId, scopes, userId }: Reader, plan: SubscriptionPlan, coerced: Values): string =>
  hashText(JSON.stringify([workspaceId, [...scopes], userId, plan.key, variablesOf(plan, coerced)]));

const isOfSources = ({ plan }: SubscriptionRequest): boolean => plan.field.name === 'sourceChanged';

/** An operation, as all who share it have it in common. */
interface Executed {
  readonly plan: SubscriptionPlan;
  readonly variables: Values;
  readonly reader: Reader;
}

interface Arguments {
  readonly id?: string | null;
  readonly filter?: ActivityLogFilter | null;
  readonly after?: string | null;
}
