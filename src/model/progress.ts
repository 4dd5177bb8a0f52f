import type { Id } from '../base/ids.js';
import type { ActivityLog } from './activity-log.js';
import type { PathwayActivity } from './pathway.js';

const progressStates = ['NOT_STARTED', 'IN_PROGRESS', 'COMPLETED'] as const;
export type ProgressState = (typeof progressStates)[number];

/** What one entry says of how far its actor is with its activity. */
export interface ProgressFact {
  readonly entryId: Id;
  readonly seq: number;
  readonly occurredAtMicros: number;
  /**
   * `stated`: how far it is, be it further or less far than before. `viewed` and `touched`: that it was dealt with, which
   * takes nothing back.
   */
  readonly kind: 'stated' | 'viewed' | 'touched';
  readonly percent?: number;
  readonly complete?: boolean;
}

/** All that is to be known of any number of facts: those that decide. */
export interface ProgressFacts {
  /** The latest. */
  readonly stated?: ProgressFact;
  /** The earliest. */
  readonly viewed?: ProgressFact;
  /** The earliest. */
  readonly touched?: ProgressFact;
}

/** How far somebody is with one activity of a pathway. */
export interface ActivityProgress {
  readonly state: ProgressState;
  /** 0 to 100; absent where it was begun and nothing says how far. */
  readonly percent?: number;
  /** Of the last change; absent where nothing was begun. */
  readonly changedAtMicros?: number;
  /** The entry that decides; it holds what the activity was fulfilled with. */
  readonly entryId?: Id;
}

/** What an entry says of progress; undefined where that is nothing. */
export function progressFact(entry: ActivityLog): ProgressFact | undefined {
  const { id: entryId, seq, occurredAtMicros, progress, actionClass, outcome } = entry;
  const at = { entryId, seq, occurredAtMicros };
  if (progress?.percent !== undefined || progress?.complete !== undefined) {
    const complete = progress.complete ?? progress.percent! >= 100;
    return { ...at, kind: 'stated', percent: progress.percent ?? (complete ? 100 : undefined), complete };
  }
  switch (actionClass) {
    case 'COMPLETED':
    case 'PASSED':
      // Who failed a test has dealt with it, and keeps what was reached before.
      return outcome === 'FAILURE'
        ? { ...at, kind: 'touched' }
        : { ...at, kind: 'stated', percent: 100, complete: true };
    case 'VIEWED':
      return { ...at, kind: 'viewed' };
    case 'STARTED':
    case 'PROGRESSED':
      return { ...at, kind: 'touched' };
    default:
      return undefined;
  }
}

/** What two lots of facts say together. In whatever order and however often facts are joined, it comes to the same. */
export const joined = (one: ProgressFacts, other: ProgressFacts): ProgressFacts => ({
  stated: later(one.stated, other.stated),
  viewed: earlier(one.viewed, other.viewed),
  touched: earlier(one.touched, other.touched),
});

/** Kinds of fulfilment that looking at something is enough for. */
const fulfilledByViewing: ReadonlySet<string> = new Set(['view', 'visit']);

/** How far somebody is with an activity as a pathway wants it fulfilled. */
export function activityProgress(
  { stated, viewed, touched }: ProgressFacts,
  { fulfilmentType }: Pick<PathwayActivity, 'fulfilmentType'>,
): ActivityProgress {
  if (stated) {
    const { complete, percent } = stated;
    return { state: complete ? 'COMPLETED' : begun(percent), percent, ...decidedBy(stated) };
  }
  if (viewed && fulfilledByViewing.has(fulfilmentType?.toLowerCase() ?? '')) {
    return { state: 'COMPLETED', percent: 100, ...decidedBy(viewed) };
  }
  const first = earlier(viewed, touched);
  return first ? { state: 'IN_PROGRESS', ...decidedBy(first) } : { state: 'NOT_STARTED', percent: 0 };
}

/** A source may set somebody back to the start. */
const begun = (percent: number | undefined): ProgressState => (percent === 0 ? 'NOT_STARTED' : 'IN_PROGRESS');

const decidedBy = ({
  occurredAtMicros,
  entryId,
}: ProgressFact): Pick<ActivityProgress, 'changedAtMicros' | 'entryId'> => ({
  changedAtMicros: occurredAtMicros,
  entryId,
});

/** When it happened decides; of what happened at once, the place in the log. */
const order = (one: ProgressFact, other: ProgressFact): number =>
  one.occurredAtMicros - other.occurredAtMicros || one.seq - other.seq;

const later = (one: ProgressFact | undefined, other: ProgressFact | undefined): ProgressFact | undefined =>
  one && other ? (order(one, other) >= 0 ? one : other) : (one ?? other);

const earlier = (one: ProgressFact | undefined, other: ProgressFact | undefined): ProgressFact | undefined =>
  one && other ? (order(one, other) <= 0 ? one : other) : (one ?? other);
