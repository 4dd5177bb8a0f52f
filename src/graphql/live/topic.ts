import type { Viewer } from '../../model/viewer.js';
import type { LiveEvent, Told } from './cohort-source.js';

/** What changed in what a fold makes, as it is now. */
export interface FoldRecord extends Told {
  /** What changed. Of several changes only the last is told to whoever was not told of the others yet. */
  readonly about: string;
  eventAt(cursor: string): LiveEvent;
}

/** The documents of a fold that are read now, and the number of the log that they reflect. */
export interface FoldGeneration {
  readonly generation: number;
  readonly epoch: number;
  readonly seq: number;
  /** Up to here what is gone left no trace in them; absent: 0. */
  readonly builtThrough?: number;
}

/** One thing that a fold makes, as somebody may follow it. */
export interface Followed {
  /** Equal for what is the same to follow, and may be seen the same of it. */
  readonly key: string;
  /**
   * What changed after a place and up to what the generation reflects, in the order of the places, at most `limit`.
   * A place is above the number before that of the record that changed it, and at most that number.
   */
  changedAfter(generation: FoldGeneration, after: number, limit: number): Promise<readonly FoldRecord[]>;
}

/** A field of Subscription that follows what a fold makes. */
export interface LiveTopic {
  readonly field: string;
  readonly fold: string;
  /** Whether it is always one's own, so that only who is the same user shares it. */
  readonly isOwn: boolean;
  /** @throws CodedError FORBIDDEN, NOT_FOUND, BAD_USER_INPUT. */
  follow(viewer: Viewer, args: Readonly<Record<string, unknown>>): Promise<Followed>;
}
