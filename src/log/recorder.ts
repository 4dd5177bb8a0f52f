import { createHash } from 'node:crypto';
import { type Clock, systemClock } from '../base/clock.js';
import { CodedError, unavailable } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import { type Closeable, underAny } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import { type LogMetrics, noLogMetrics } from '../base/metrics.js';
import type { Appended, LogDraft } from '../model/log-record.js';
import type { LogRecords } from '../store/activity-logs.js';
import { draftDocument } from '../store/log-document.js';
import type { LogStateStore } from '../store/log-states.js';
import { isDefiniteRefusal } from '../store/store-errors.js';
import type { Durability } from './durability.js';
import { GroupWrite, type Pending } from './group-write.js';

/** What one write takes at most. */
const maxGroupRecords = 1000;
const maxGroupBytes = 8 * 1024 * 1024;
/** How much may wait for a workspace's next write before callers are turned away. */
const maxQueuedRecords = 20_000;
const maxQueuedBytes = 256 * 1024 * 1024;

export interface RecorderOptions {
  readonly logs: LogRecords;
  readonly states: LogStateStore;
  readonly durability: Durability;
  readonly logger: Logger;
  readonly metrics?: LogMetrics;
  readonly clock?: Clock;
  /** How long one group may be tried before its callers hear SERVICE_UNAVAILABLE. */
  readonly giveUpMs?: number;
  /** Told after each group, with the highest number that it acknowledged. */
  onAppended?(workspaceId: Id, seq: number): void;
}

interface Queued extends Pending {
  readonly bytes: number;
}

/** One workspace's queue. While one group is being written the next gathers. */
interface Lane {
  queue: Queued[];
  bytes: number;
  /** Every number up to the highest that this process acknowledged must be seen by a read that begins later. */
  acknowledged: number;
  writing: Promise<void> | undefined;
  prepared: boolean;
}

/** The log's only writer. A promise that it resolves is kept: what is answered RECORDED or DUPLICATE is durable. */
export class Recorder implements Closeable {
  readonly #lanes = new Map<Id, Lane>();
  readonly #closing = new AbortController();
  readonly #clock: Clock;
  readonly #metrics: LogMetrics;

  constructor(private readonly options: RecorderOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#metrics = options.metrics ?? noLogMetrics;
  }

  /** @throws CodedError SERVICE_UNAVAILABLE when the outcome is unknown or the queue is full; the same key may be sent again. */
  async append(workspaceId: Id, draft: LogDraft): Promise<Appended> {
    return (await this.appendMany(workspaceId, [draft]))[0]!;
  }

  /** Appends drafts, each on its own: one result per draft, in order. Throws where even one has no result. */
  async appendMany(workspaceId: Id, drafts: readonly LogDraft[]): Promise<Appended[]> {
    const settled = await this.appendEach(workspaceId, drafts);
    return settled.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  /** As `appendMany`, with the failures among the results. */
  appendEach(workspaceId: Id, drafts: readonly LogDraft[]): Promise<PromiseSettledResult<Appended>[]> {
    const lane = this.#lane(workspaceId);
    const recordedAt = this.#clock.now();
    const promises = drafts.map((draft) => this.#enqueue(workspaceId, lane, draft, recordedAt));
    lane.writing ??= this.#pump(workspaceId, lane);
    return Promise.allSettled(promises);
  }

  /** The highest number that this process acknowledged to a caller; a read that begins now must see it. */
  acknowledged(workspaceId: Id): number {
    return this.#lanes.get(workspaceId)?.acknowledged ?? 0;
  }

  /** After a restore of the log, numbers acknowledged before it say nothing. */
  forget(workspaceId: Id): void {
    const lane = this.#lanes.get(workspaceId);
    if (lane) lane.acknowledged = 0;
  }

  /** Finishes what is queued, for a few seconds at most. */
  async close(): Promise<void> {
    const patience = setTimeout(() => this.#closing.abort(), 5000);
    await Promise.all([...this.#lanes.values()].map((lane) => lane.writing));
    clearTimeout(patience);
    this.#closing.abort();
  }

  #lane(workspaceId: Id): Lane {
    const lane = this.#lanes.get(workspaceId) ?? {
      queue: [],
      bytes: 0,
      acknowledged: 0,
      writing: undefined,
      prepared: false,
    };
    this.#lanes.set(workspaceId, lane);
    return lane;
  }

  #enqueue(workspaceId: Id, lane: Lane, draft: LogDraft, recordedAt: Date): Promise<Appended> {
    if (this.#closing.signal.aborted) return Promise.reject(unavailable());
    if (lane.queue.length >= maxQueuedRecords || lane.bytes >= maxQueuedBytes) {
      return Promise.reject(unavailable(new Error('The queue of this workspace is full')));
    }
    const bytes = sizeOf(draft);
    lane.bytes += bytes;
    return new Promise((resolve, reject) => {
      lane.queue.push({ document: draftDocument(workspaceId, draft, recordedAt, sha256), bytes, resolve, reject });
    });
  }

  async #pump(workspaceId: Id, lane: Lane): Promise<void> {
    // One turn of the event loop, so that calls made together travel together.
    await new Promise(setImmediate);
    while (lane.queue.length > 0) {
      const group = takeGroup(lane);
      await this.#writeGroup(workspaceId, lane, group);
    }
    lane.writing = undefined;
  }

  /** Once per process and workspace: the counter may have been lost, or restored from an older backup. */
  async #prepare(workspaceId: Id, lane: Lane): Promise<void> {
    if (lane.prepared) return;
    await this.options.states.ensure(workspaceId, await this.options.logs.lastSeq(workspaceId));
    lane.prepared = true;
  }

  async #writeGroup(workspaceId: Id, lane: Lane, group: readonly Queued[]): Promise<void> {
    const { logs, states, durability, logger } = this.options;
    let recorded = 0;
    let retries = 0;
    const answering = group.map((pending) => ({
      ...pending,
      resolve: (appended: Appended) => {
        if (appended.outcome === 'RECORDED') recorded += 1;
        lane.acknowledged = Math.max(lane.acknowledged, appended.seq);
        pending.resolve(appended);
      },
      reject: (error: unknown) => pending.reject(error instanceof CodedError ? error : unavailable(error)),
    }));
    const parts = {
      logs,
      states,
      durability,
      prepare: () => this.#prepare(workspaceId, lane),
      isDefinite: isDefiniteRefusal,
      onRetry: (error: unknown) => {
        retries += 1;
        if (retries === 1) logger.warn({ err: error, workspaceId }, 'append: no answer from the store, trying again');
      },
    };
    const highest = await underAny(
      [this.#closing.signal],
      (signal) => new GroupWrite(workspaceId, { ...parts, signal }).run(answering),
      this.options.giveUpMs ?? 20_000,
    );
    if (retries > 0) logger.info({ workspaceId, retries, recorded }, 'append: the store answers again');
    this.#metrics.appended(recorded);
    if (highest > 0) this.options.onAppended?.(workspaceId, highest);
  }
}

function takeGroup(lane: Lane): Queued[] {
  let bytes = 0;
  let count = 0;
  while (count < lane.queue.length && count < maxGroupRecords) {
    bytes += lane.queue[count]!.bytes;
    if (count > 0 && bytes > maxGroupBytes) break;
    count += 1;
  }
  const group = lane.queue.splice(0, count);
  for (const pending of group) lane.bytes -= pending.bytes;
  return group;
}

/** Roughly how large a draft is in the store: its long texts, and something for the rest. */
function sizeOf(draft: LogDraft): number {
  if (draft.kind !== 'entry') return 1024;
  const { native, additionalData, changes, summary } = draft.entry;
  const texts = [native, additionalData, changes, summary];
  return 1024 + texts.reduce((total, text) => total + (text ? text.length * 2 : 0), 0);
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
