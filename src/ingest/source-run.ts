import { createHash } from 'node:crypto';
import type { LogPosition } from '../base/cursor.js';
import { unlessAborted } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import type { Source, SourceFault } from '../model/source.js';
import type { BegunReading, SourceStateChange, SourceStates } from '../store/source-states.js';
import { isStoreFault } from '../store/store-errors.js';
import { retryDelayMs } from './backoff.js';
import type { Checkpoint, Connector, PullStep, Session } from './connector.js';
import { type RecordingParts, recordRows } from './recording.js';
import type { Sessions } from './session.js';
import { recordSnapshot, type SnapshotParts } from './snapshots.js';
import { malformed, UpstreamError } from './upstream-error.js';
import { type WriteThroughParts, writeThrough } from './write-through.js';

export interface SourceRunParts extends RecordingParts, WriteThroughParts {
  readonly states: Pick<SourceStates, 'begin' | 'save' | 'rest' | 'wroteThrough'>;
  readonly sessions: Pick<Sessions, 'open'>;
  readonly snapshots: SnapshotParts;
  readonly logger: Logger;
  random(): number;
  /** Whether the source is still as it was when the run began, and not paused. */
  isCurrent(source: Source): Promise<boolean>;
}

/** Steps that one run takes at most: others are to have their turn. */
const maxSteps = 500;
/** So many pages with the same rows in a row are no pages. Two may be: windows overlap. */
const maxEqualPages = 3;
/** How often a run looks whether its source was paused or changed meanwhile. */
const lookEveryMs = 1_000;

/**
 * One look at a source: reads it step by step until it is caught up. A step's checkpoint is stored once its rows are
 * durably recorded, and under the lease's number, so a run may be killed anywhere, be paused for long, or meet another
 * one: the rows that are read again are recognised, and no later reading is set back.
 */
export class SourceRun {
  #failures = 0;

  constructor(
    private readonly parts: SourceRunParts,
    private readonly connector: Connector,
    private readonly source: Source,
    private readonly fence: number,
  ) {}

  /** @param stop aborts when the lease is lost or the process is closing: nothing is stored then. */
  async run(stop: AbortSignal): Promise<void> {
    const { states, clock } = this.parts;
    const { workspaceId, id } = this.source;
    const begun = await states.begin(workspaceId, id, this.fence, clock.now());
    if (!begun) return;
    this.#failures = begun.state.failures;
    try {
      const session = await this.parts.sessions.open(this.connector, this.source, () => clock.now());
      await unlessAborted(this.#write(session, begun, stop), stop);
      const isCaughtUp = await this.#read(session, begun, stop);
      if (!stop.aborted) await this.#rest(begun, isCaughtUp ? this.source.everyMs : 0);
    } catch (error) {
      if (!stop.aborted) await this.#failed(begun, error);
    }
  }

  async #write(session: Session<unknown>, { state }: BegunReading, stop: AbortSignal): Promise<void> {
    const { write: writer } = this.connector;
    const { source, fence } = this;
    if (!source.writesThrough || !writer) return;
    const { workspaceId, id } = source;
    const save = (place: LogPosition): Promise<boolean> =>
      this.parts.states.wroteThrough(workspaceId, id, fence, place);
    const test = (): Promise<void> => this.connector.test(session);
    const isCurrent = (): Promise<boolean> => this.parts.isCurrent(source);
    const run = { ...this.parts, source, session, writer, fence, save, test, isCurrent };
    await writeThrough(run, state.writtenThrough ?? beforeTheLog, stop);
  }

  /** Answers whether there was nothing more to read. */
  async #read(session: Session<unknown>, { state }: BegunReading, stop: AbortSignal): Promise<boolean> {
    const progress = new Progress();
    const checkpoint = state.checkpoint === undefined ? undefined : (JSON.parse(state.checkpoint) as Checkpoint);
    let lookedMs = this.parts.clock.monotonicMs();
    let next = this.#step(session, checkpoint);
    for (let steps = 1; ; steps += 1) {
      // A source that keeps one waiting does not keep the process from closing.
      const step = await unlessAborted(next, stop);
      if (!step) return false;
      progress.check(step);
      const isLast = step.isCaughtUp || steps >= maxSteps;
      // The next page travels while this one is being recorded; it is dropped where this one fails.
      if (!isLast) {
        next = this.#step(session, step.checkpoint);
        next.catch(() => {});
      }
      if (stop.aborted || !(await this.#record(step))) return false;
      if (isLast) return step.isCaughtUp;
      if (this.parts.clock.monotonicMs() - lookedMs < lookEveryMs) continue;
      if (!(await this.parts.isCurrent(this.source))) return false;
      lookedMs = this.parts.clock.monotonicMs();
    }
  }

  async #step(session: Session<unknown>, checkpoint: Checkpoint | undefined): Promise<PullStep> {
    return this.connector.pull!(session, checkpoint);
  }

  /** False when a later holder of the lease has begun. */
  async #record(step: PullStep): Promise<boolean> {
    const { states, clock, logger } = this.parts;
    const { workspaceId, id } = this.source;
    const { counts, driftNames, lastEntryAt, ...recorded } = step.snapshot
      ? await recordSnapshot(this.parts, this.source, step, step.snapshot)
      : await recordRows(this.parts, this.source, step.rows);
    const rejected = [...(step.rejected ?? []), ...recorded.rejected];
    if (rejected.length > 0) {
      logger.warn({ sourceId: id, rejected: rejected.length, reason: rejected[0] }, 'source: texts that are no rows');
    }
    this.#failures = 0;
    const change: SourceStateChange = {
      checkpoint: JSON.stringify(step.checkpoint),
      coveredUntil: step.coveredUntil,
      backfill: step.backfill ?? null,
      lastSuccessAt: clock.now(),
      lastEntryAt,
      fault: null,
      failures: 0,
      counts: { ...counts, pages: 1, rejected: rejected.length },
      driftNames,
    };
    return states.save(workspaceId, id, this.fence, change, this.source.version);
  }

  async #failed(begun: BegunReading, error: unknown): Promise<void> {
    const { states, clock, logger, random } = this.parts;
    const { workspaceId, id } = this.source;
    const fault = faultOf(error);
    const failures = this.#failures + 1;
    const known: SourceFault = { kind: fault.kind, message: fault.message, at: clock.now() };
    logger[fault === error || fault.kind === 'STORE' ? 'info' : 'error'](
      // Where nobody was reached, a stack of ours tells nothing.
      { sourceId: id, kind: fault.kind, failures, ...(isOutage(fault) ? { reason: fault.message } : { err: error }) },
      'source: not read',
    );
    if (!(await states.save(workspaceId, id, this.fence, { fault: known, failures }))) return;
    const delayMs = retryDelayMs(fault, failures, random(), this.source);
    await this.#rest(begun, delayMs);
  }

  async #rest({ wakes }: BegunReading, delayMs: number | undefined): Promise<void> {
    const { workspaceId, id } = this.source;
    const at = delayMs === undefined ? null : new Date(this.parts.clock.now().getTime() + delayMs);
    await this.parts.states.rest(workspaceId, id, this.fence, wakes, at);
  }
}

/** What is written from where nothing was said: nothing of an epoch that never was. */
const beforeTheLog: LogPosition = { epoch: 0, seq: 0 };

const isOutage = ({ kind }: UpstreamError): boolean => kind === 'UNREACHABLE' || kind === 'RATE_LIMITED';

function faultOf(cause: unknown): UpstreamError {
  if (cause instanceof UpstreamError) return cause;
  if (isStoreFault(cause)) return new UpstreamError('STORE', 'Our own store did not answer', { cause });
  return malformed('What the source answered could not be read', cause);
}

/** Notices a source that gives the same for ever. */
class Progress {
  #checkpoint = '';
  #page = '';
  #equalPages = 0;

  /** @throws UpstreamError MALFORMED. */
  check({ rows, checkpoint, isCaughtUp }: PullStep): void {
    if (isCaughtUp) return;
    const place = JSON.stringify(checkpoint);
    const page = createHash('sha256')
      .update(JSON.stringify(rows.map((row) => row.nativeKey)))
      .digest('hex');
    this.#equalPages = rows.length > 0 && page === this.#page ? this.#equalPages + 1 : 1;
    if (place === this.#checkpoint || this.#equalPages >= maxEqualPages) {
      throw malformed('The source gives the same page again and again');
    }
    this.#checkpoint = place;
    this.#page = page;
  }
}
