import type { Id } from '../base/ids.js';
import type { Erasure } from '../model/log-record.js';
import type { Generation } from '../store/fold-states.js';

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

/** How far what folds make of the log reflects it. */
export interface FoldReader {
  /**
   * The generation to read, once it reflects everything that this process acknowledged before the call, and `atLeast`.
   * @throws CodedError SERVICE_UNAVAILABLE when it does not within 6 s, or is being made from the beginning.
   */
  settle(workspaceId: Id, fold: string, atLeast?: number): Promise<Generation>;
  /**
   * The generation that is read now, looked up no more than about a second ago: the documents of one that was read before
   * may be gone by then. @throws CodedError SERVICE_UNAVAILABLE where that cannot be looked up.
   */
  serving(workspaceId: Id, fold: string): Promise<Generation>;
  /**
   * Told each time that the checkpoint moves or another generation takes over, in no more than about a second.
   * @returns what ends that.
   */
  follow(workspaceId: Id, fold: string, listener: (place: Generation) => void): () => void;
}
