import type { Id } from '../../base/ids.js';
import type { ProgressState } from '../../model/progress.js';
import type { ActivityCount, PathwayCounts } from '../../model/standing.js';
import type { CountedStanding } from '../../store/pathway-standings.js';
import type { StandingKey } from '../../store/standing-document.js';
import type { PathwayState } from './nouns.js';

interface Counted {
  readonly state: ProgressState;
  readonly completed: readonly Id[];
}

interface Sums {
  readonly people: Map<Id, Counted>;
  inProgress: number;
  completed: number;
  readonly activities: Map<Id, number>;
}

/**
 * How many are on each pathway and how far, in memory. What each standing counted for is remembered: so a change costs the
 * same however many there are, and counting a standing again, or one that somebody else wrote meanwhile, comes to the same.
 */
export class Counting {
  readonly #sums = new Map<Id, Sums>();
  readonly #shown = new Map<Id, PathwayCounts>();
  /** With which record a pathway was last looked at since its counts were written. */
  readonly #open = new Map<Id, number>();

  /** Counts as they were written; what they should be is counted from the standings. */
  show(counts: PathwayCounts): void {
    this.#shown.set(counts.pathwayId, counts);
  }

  /** Counts a standing that was there at the beginning. */
  begin({ pathwayId, userId }: StandingKey, counted: Counted): void {
    const sums = this.#sumsOf(pathwayId);
    this.#add(sums, counted, 1);
    sums.people.set(userId, counted);
  }

  /** Counts a standing as it is as of a record; undefined for who is not on the pathway. */
  count({ pathwayId, userId }: StandingKey, counted: Counted | undefined, seq: number): void {
    const sums = this.#sumsOf(pathwayId);
    this.#add(sums, sums.people.get(userId), -1);
    this.#add(sums, counted, 1);
    if (counted) sums.people.set(userId, counted);
    else sums.people.delete(userId);
    this.touch(pathwayId, seq);
  }

  /** That counts are to be written once more, as of a record. */
  touch(pathwayId: Id, seq: number): void {
    this.#open.set(pathwayId, Math.max(seq, this.#open.get(pathwayId) ?? 0));
  }

  /** Pathways whose counts as they are shown are not those of the standings are written next, with that number. */
  touchWrong(through: number, pathwayOf: (id: Id) => PathwayState | undefined): void {
    for (const pathwayId of new Set([...this.#sums.keys(), ...this.#shown.keys()])) {
      const pathway = pathwayOf(pathwayId);
      const shown = this.#shown.get(pathwayId);
      if (pathway && (!shown || !isSame(this.#countsOf(pathway, through), shown))) this.touch(pathwayId, through);
    }
  }

  /** What is to be written. */
  changed(pathwayOf: (id: Id) => PathwayState | undefined): PathwayCounts[] {
    return [...this.#open].flatMap(([pathwayId, seq]) => {
      const pathway = pathwayOf(pathwayId);
      return pathway ? [this.#countsOf(pathway, seq)] : [];
    });
  }

  written(counts: readonly PathwayCounts[]): void {
    for (const one of counts) this.#shown.set(one.pathwayId, one);
    this.#open.clear();
  }

  #countsOf({ id: pathwayId, activities }: PathwayState, seq: number): PathwayCounts {
    const sums = this.#sumsOf(pathwayId);
    const shown = this.#shown.get(pathwayId);
    const { inProgress, completed } = sums;
    const numbers = { total: sums.people.size, inProgress, completed };
    return {
      pathwayId,
      seq,
      ...numbers,
      changedSeq: shown && isSameNumbers(numbers, shown) ? shown.changedSeq : seq,
      activities: activities.map(({ activityId }): ActivityCount => {
        const done = sums.activities.get(activityId) ?? 0;
        const former = shown?.activities.find((one) => one.activityId === activityId);
        // Of how many it is that have completed it is one of an activity's numbers, too.
        const isAsBefore = former?.completed === done && shown?.total === numbers.total;
        return { activityId, completed: done, changedSeq: isAsBefore ? former.changedSeq : seq };
      }),
    };
  }

  #add(sums: Sums, counted: Counted | undefined, sign: 1 | -1): void {
    if (!counted) return;
    if (counted.state === 'IN_PROGRESS') sums.inProgress += sign;
    if (counted.state === 'COMPLETED') sums.completed += sign;
    for (const id of counted.completed) sums.activities.set(id, (sums.activities.get(id) ?? 0) + sign);
  }

  #sumsOf(pathwayId: Id): Sums {
    const sums = this.#sums.get(pathwayId) ?? { people: new Map(), inProgress: 0, completed: 0, activities: new Map() };
    this.#sums.set(pathwayId, sums);
    return sums;
  }
}

type Numbers = Pick<PathwayCounts, 'total' | 'inProgress' | 'completed'>;

const isSameNumbers = (one: Numbers, other: Numbers): boolean =>
  one.total === other.total && one.inProgress === other.inProgress && one.completed === other.completed;

const isSame = (one: PathwayCounts, other: PathwayCounts): boolean =>
  isSameNumbers(one, other) &&
  one.activities.length === other.activities.length &&
  one.activities.every(({ activityId, completed }, index) => {
    const at = other.activities[index]!;
    return at.activityId === activityId && at.completed === completed;
  });

/** What counts of a standing that is read whole. */
export const countedOf = (standing: {
  readonly whole: { readonly state: ProgressState };
  readonly activities: readonly { readonly activityId: Id; readonly state: ProgressState }[];
}): Omit<CountedStanding, keyof StandingKey> => ({
  state: standing.whole.state,
  completed: standing.activities.flatMap(({ activityId, state }) => (state === 'COMPLETED' ? [activityId] : [])),
});
