import { type GraphQLError, type GraphQLSchema, getArgumentValues, getVariableValues } from 'graphql';
import type { Closeable } from '../../base/lifecycle.js';
import type { LiveCounts } from '../../base/metrics.js';
import type { Feeds } from '../../log/feeds.js';
import type { FoldReader } from '../../log/place.js';
import type { ActivityLogFilter } from '../../model/activity-log-filter.js';
import type { Viewer } from '../../model/viewer.js';
import type { SourceEvent } from '../sources/source.subscription.js';
import type { SourceType } from '../sources/source.type.js';
import { CohortMaker, type CohortMakerOptions, sharingKey, type Values, variablesOf } from './cohort-maker.js';
import { FoldLive } from './fold-live.js';
import { Follower } from './follower.js';
import type { LiveSubscription } from './live-subscription.js';
import { LogLive } from './log-live.js';
import { patiently } from './patience.js';
import { sharedReader } from './shared-reader.js';
import { SourceLive } from './source-live.js';
import { startPlace } from './start-place.js';
import type { SubscriptionRequest } from './subscription-request.js';
import type { LiveTopic } from './topic.js';
import { Turns } from './turns.js';

export interface LiveOptions extends CohortMakerOptions {
  readonly schema: GraphQLSchema;
  readonly feeds: Feeds;
  readonly folds: FoldReader;
  /** What can be followed of what folds make. */
  readonly topics: readonly LiveTopic[];
}

/** Variables that do not fit the document. */
export class VariableErrors extends Error {
  constructor(readonly errors: readonly GraphQLError[]) {
    super('The variables do not fit the document');
  }
}

/** Everybody who follows something, gathered by what they have in common. One per process. */
export class Live implements Closeable {
  readonly #turns = new Turns();
  readonly #maker: CohortMaker;
  readonly #logLive: LogLive;
  readonly #foldLive: FoldLive;
  readonly #sourceLive: SourceLive;

  constructor(private readonly options: LiveOptions) {
    this.#maker = new CohortMaker(options);
    this.#logLive = new LogLive({ ...options, maker: this.#maker });
    this.#foldLive = new FoldLive({ ...options, maker: this.#maker });
    this.#sourceLive = new SourceLive(options);
  }

  /**
   * Follows in a viewer's name. While the store cannot answer this waits: a client that comes back is not to lose its
   * subscription to an outage.
   * @throws CodedError FORBIDDEN, BAD_USER_INPUT, NOT_FOUND, TOO_LARGE, CURSOR_UNKNOWN, CURSOR_EXPIRED; VariableErrors.
   */
  async subscribe(viewer: Viewer, request: SubscriptionRequest): Promise<LiveSubscription> {
    const { feeds, logger } = this.options;
    const { workspaceId } = viewer;
    const { args, coerced } = this.#argumentsOf(request);
    if (isOfSources(request)) return this.#subscribeToSources(viewer, request, args.id, coerced);
    const topic = this.#foldLive.topicOf(request);
    if (topic) {
      const cohort = await this.#foldLive.cohortOf(viewer, topic, request, args, coerced);
      const after = await this.#foldLive.placeAfter(workspaceId, topic, args.after, request);
      return new Follower(cohort, after, request.outlet, this.#turns);
    }
    let after = 0;
    const settle = (atLeast?: number) => feeds.settle(workspaceId, atLeast);
    const cohort = await this.#logLive.cohortOf(viewer, request, args.filter, coerced, async () => {
      after = await patiently(() => startPlace(settle, workspaceId, args.after), request.isOver, logger);
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
    const topic = this.#foldLive.topicOf(request);
    subscription.moveTo(
      topic
        ? await this.#foldLive.cohortOf(viewer, topic, request, args, coerced)
        : await this.#logLive.cohortOf(viewer, request, args.filter, coerced),
    );
  }

  counts(): LiveCounts {
    const sources = [...this.#logLive.sources, ...this.#foldLive.sources];
    const sizes = sources.flatMap((source) => [...source.cohorts].map(({ size }) => size));
    return {
      cohorts: sizes.length,
      members: sizes.reduce((sum, size) => sum + size, 0),
      largestCohort: sizes.reduce((most, size) => Math.max(most, size), 0),
      executions: this.#maker.executions,
      pagesRead: this.#maker.pagesRead,
    };
  }

  async close(): Promise<void> {
    await this.#maker.close();
    const closing = new Error('The gateway is closing');
    this.#logLive.close(closing);
    this.#foldLive.close(closing);
  }

  /** A source is no part of the log: it is told as it stands, to each at the pace that it takes. */
  #subscribeToSources(
    viewer: Viewer,
    { plan, variables, outlet, isOver }: SubscriptionRequest,
    id: Arguments['id'],
    coerced: Values,
  ): Promise<LiveSubscription> {
    const reader = sharedReader(viewer);
    const execution = this.#maker.executionOf({ plan, variables: variablesOf(plan, variables), reader });
    const textOf = async (source: SourceType): Promise<string> => {
      const event: SourceEvent & { cursor?: string } = { source };
      // Shared, and no look-up is part of it: it is not over when one who waits for it has left.
      return (await execution.textsOf([event], () => false))[0]!;
    };
    const key = sharingKey(reader, plan, coerced);
    return this.#sourceLive.subscribe(viewer, { id, key, outlet, isOver, textOf });
  }

  #argumentsOf({ plan, variables }: SubscriptionRequest): { args: Arguments & Values; coerced: Values } {
    const { schema } = this.options;
    const { coerced, errors } = getVariableValues(schema, plan.operation.variableDefinitions ?? [], variables);
    if (errors) throw new VariableErrors(errors);
    return { args: getArgumentValues(plan.field, plan.fieldNode, coerced), coerced };
  }
}

const isOfSources = ({ plan }: SubscriptionRequest): boolean => plan.field.name === 'sourceChanged';

interface Arguments {
  readonly id?: string | null;
  readonly filter?: ActivityLogFilter | null;
  readonly after?: string | null;
}
