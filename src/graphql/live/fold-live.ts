import type { Id } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import type { FeedEvent, LogFeed } from '../../log/feed.js';
import type { Feeds } from '../../log/feeds.js';
import type { FoldReader } from '../../log/place.js';
import type { Viewer } from '../../model/viewer.js';
import type { Reader } from '../loaders.js';
import type { Cohort } from './cohort.js';
import { type CohortMaker, sharingKey, type Values, variablesOf } from './cohort-maker.js';
import { FoldSource, foldTelling } from './fold-source.js';
import { patiently } from './patience.js';
import { sharedReader } from './shared-reader.js';
import { startPlace } from './start-place.js';
import type { SubscriptionRequest } from './subscription-request.js';
import type { FoldRecord, LiveTopic } from './topic.js';

export interface FoldLiveParts {
  readonly feeds: Pick<Feeds, 'open'>;
  readonly folds: FoldReader;
  readonly topics: readonly LiveTopic[];
  readonly logger: Logger;
  readonly maker: CohortMaker;
}

/** Whoever follows in this process what folds make. */
export class FoldLive {
  readonly #sources = new Map<string, FoldSource>();
  /** How to stop looking for what is to be forgotten, by workspace. */
  readonly #watched = new Map<Id, () => void>();

  constructor(private readonly parts: FoldLiveParts) {}

  get sources(): Iterable<FoldSource> {
    return this.#sources.values();
  }

  topicOf({ plan }: SubscriptionRequest): LiveTopic | undefined {
    return this.parts.topics.find(({ field }) => field === plan.field.name);
  }

  /** Where one begins who has had everything up to a cursor, or who has none. */
  async placeAfter(
    workspaceId: Id,
    { fold }: LiveTopic,
    after: unknown,
    request: SubscriptionRequest,
  ): Promise<number> {
    const { folds, logger } = this.parts;
    const settle = async (atLeast?: number) => ({ ...(await folds.settle(workspaceId, fold, atLeast)), firstSeq: 0 });
    const cursor = typeof after === 'string' ? after : undefined;
    return patiently(() => startPlace(settle, workspaceId, cursor), request.isOver, logger);
  }

  /**
   * Those who are told the same.
   * @throws CodedError FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
   */
  async cohortOf(
    viewer: Viewer,
    topic: LiveTopic,
    request: SubscriptionRequest,
    args: Values,
    coerced: Values,
  ): Promise<Cohort<FoldRecord>> {
    const { logger, maker } = this.parts;
    const { plan, variables, isOver } = request;
    const reader: Reader = { ...sharedReader(viewer), ...(topic.isOwn && { userId: viewer.userId }) };
    const source = await patiently(() => this.#sourceFor(viewer, topic, args), isOver, logger);
    const key = sharingKey(reader, plan, coerced);
    const known = source.find(key);
    if (known) return known;
    const what = { plan, variables: variablesOf(plan, variables), reader };
    const cohort = maker.make(key, foldTelling, source, what, () => this.#end(source));
    source.add(cohort);
    return cohort;
  }

  close(error: unknown): void {
    for (const source of this.#sources.values()) source.close(error);
    this.#sources.clear();
    for (const stop of this.#watched.values()) stop();
    this.#watched.clear();
  }

  async #sourceFor(viewer: Viewer, topic: LiveTopic, args: Values): Promise<FoldSource> {
    const { feeds, folds, logger } = this.parts;
    const { workspaceId } = viewer;
    const followed = await topic.follow(viewer, args);
    const feed = await feeds.open(workspaceId);
    const start = await folds.settle(workspaceId, topic.fold);
    const key = `${workspaceId}:${topic.fold}:${followed.key}`;
    const known = this.#sources.get(key);
    if (known) return known;
    const { fold } = topic;
    const onEnded = (): void => this.#drop(source);
    const source: FoldSource = new FoldSource({ workspaceId, fold, followed, folds, logger, start, onEnded });
    this.#sources.set(key, source);
    this.#watch(workspaceId, feed);
    return source;
  }

  /** Once somebody's texts are gone from the log, what was told of them is not told again. */
  #watch(workspaceId: Id, feed: Pick<LogFeed, 'follow'>): void {
    if (this.#watched.has(workspaceId)) return;
    const take = (event: FeedEvent): void => {
      if (!tellsToForget(event)) return;
      for (const source of this.#sources.values()) if (source.place.workspaceId === workspaceId) source.forget();
    };
    this.#watched.set(workspaceId, feed.follow(take).stop);
  }

  #end(source: FoldSource): void {
    this.#drop(source);
    source.close();
  }

  #drop(source: FoldSource): void {
    for (const [key, known] of this.#sources) if (known === source) this.#sources.delete(key);
    const { workspaceId } = source.place;
    if ([...this.#sources.values()].some(({ place }) => place.workspaceId === workspaceId)) return;
    this.#watched.get(workspaceId)?.();
    this.#watched.delete(workspaceId);
  }
}

/** Where records were passed over nobody knows what they said. */
const tellsToForget = (event: FeedEvent): boolean =>
  event.type === 'ended' ||
  event.records.some((record) => record.kind === 'control' && record.control.noun === 'userErasure');
