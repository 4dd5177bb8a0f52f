import type { FeedPlace } from '../../base/cursor.js';

/** Anything that can be followed: it has a place in an order. Between two numbers of the log there may be places of their own. */
export interface Told {
  readonly seq: number;
}

/** A part of what is followed, read on from a place. */
export interface SourcePage<R extends Told> {
  readonly records: readonly R[];
  /** Everything up to this place has been read. */
  readonly through: number;
}

/** What cohorts follow: the log of a workspace, or what a fold makes of it. */
export interface CohortSource<R extends Told> {
  readonly place: FeedPlace;
  /** @throws CodedError CURSOR_EXPIRED, CURSOR_UNKNOWN when it cannot be followed on from there. */
  readAfter(seq: number, limit: number): Promise<SourcePage<R>>;
}

/** What is told of a record: the root value that the operation is executed over. Its cursor is the place to go on from. */
export interface LiveEvent {
  readonly cursor?: string;
}

/** How records are told to those who follow. */
export interface Telling<R extends Told> {
  isTold(record: R): boolean;
  eventOf(record: R, cursor: string): LiveEvent;
  /** What a record is about, where a later one can take back what it says. */
  aboutOf(record: R): string | undefined;
  /** About what nothing is told any more that lies before this record. */
  supersedes(record: R): string | undefined;
}
