import type { Viewer } from '../../model/viewer.js';
import type { Generation } from '../../store/fold-states.js';
import type { LiveEvent, Told } from './cohort-source.js';

/** What changed in what a fold makes, as it is now. */
export interface FoldRecord extends Told {
  /** What changed. Of several changes only the last is told to whoever was not told of the others yet. */
  readonly about: string;
  eventAt(cursor: string): LiveEvent;
}

/** One thing that a fold makes, as somebody may follow it. */
export interface Followed {
  /** Equal for what is the same to follow, and may be seen the same of it. */
  readonly key: string;
  /**
   * What changed after a place and up to what the generation reflects, in the order of the places, at most `limit`.
   * A place is above the number before that of the record that changed it, and at most that number.
   */
  changedAfter(generation: Generation, after: number, limit: number): Promise<readonly FoldRecord[]>;
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
