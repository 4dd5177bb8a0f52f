import type { Id } from '../base/ids.js';
import type { PathwayProgress } from './pathway-progress.js';
import type { ActivityProgress, ProgressFacts } from './progress.js';

/** How far somebody is with one activity, and the facts that say so. */
export interface ActivityStanding extends ActivityProgress {
  readonly activityId: Id;
  readonly facts: ProgressFacts;
}

/** How far one person is on one pathway. */
export interface Standing {
  readonly pathwayId: Id;
  /** Of one who was merged, whoever they are part of. */
  readonly userId: Id;
  readonly groups: readonly string[];
  readonly enrolledAt: Date;
  /** One for each of the pathway's activities, in their order. */
  readonly activities: readonly ActivityStanding[];
  readonly whole: PathwayProgress;
}

/** A standing with its place in the log. */
export interface PlacedStanding {
  readonly pathwayId: Id;
  readonly userId: Id;
  /** Everything in the log that concerns it is reflected up to this number; it is only written over a lower one. */
  readonly seq: number;
  /**
   * Where in the log it last changed, as one that follows sees it: above the number before that of the record which changed
   * it, and at most that number. Of several that one record changed, each has a place of its own.
   */
  readonly place: number;
  /** Absent of somebody who is not on the pathway any more. */
  readonly standing?: Standing;
}

/** Places of what one record changes: no more than so many have places of their own. */
const placesOfRecord = 2 ** 20;

/** The place of the n-th, from 0, that a record changes on one pathway. */
export const placeWithin = (seq: number, n: number): number =>
  seq - 1 + Math.min(n + 1, placesOfRecord) / placesOfRecord;

/** How many have completed one activity, of all who are on the pathway. */
export interface ActivityCount {
  readonly activityId: Id;
  readonly completed: number;
  /** The number of the log's record that it, or how many are on the pathway, last changed with. */
  readonly changedSeq: number;
}

/** How many are on a pathway, and how far. */
export interface PathwayCounts {
  readonly pathwayId: Id;
  /** As of a standing. */
  readonly seq: number;
  readonly total: number;
  readonly inProgress: number;
  readonly completed: number;
  /** The number of the log's record that the three last changed with. */
  readonly changedSeq: number;
  /** One for each of the pathway's activities, in their order. */
  readonly activities: readonly ActivityCount[];
}

/** What keeps standings and counts. */
export const progressFold = 'pathway-progress';
