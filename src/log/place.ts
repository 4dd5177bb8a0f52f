import type { Id } from '../base/ids.js';
import type { Erasure } from '../model/log-record.js';

/** Where a workspace's log stands, as this process has seen it. */
export interface LogPlace {
  readonly workspaceId: Id;
  /** Grows when the log was restored from elsewhere; cursors of another epoch are unknown. */
  readonly epoch: number;
  /** The lowest number that retention kept. */
  readonly firstSeq: number;
  /** The safe mark H: every number 1…seq has been seen here, and is durable. */
  readonly seq: number;
  /** What is being removed as a whole, and is hidden until it has gone. */
  readonly erasures: readonly Erasure[];
  /** On the monotonic clock: before then nothing from `firstSeq` on is erased. */
  readonly keptUntilMs: number;
}

/**
 * How long a look at what retention keeps is good for. Retention raises `firstSeq`, lets twice this pass by its own clock,
 * and only then erases: whoever began to look before it was raised has ended, or looks again, and others hide what is below.
 */
export const defaultReadLeaseMs = 5_000;

/** The log as services use it: append, and know how far it may be read. */
export interface LogReader {
  /**
   * The place that a read may be done at. Waits (at most 6 s) until it covers everything that this process
   * acknowledged before the call, and `atLeast` if given.
   * @throws CodedError SERVICE_UNAVAILABLE when the log does not get there in time; NOT_FOUND for no such workspace.
   */
  settle(workspaceId: Id, atLeast?: number): Promise<LogPlace>;
}
