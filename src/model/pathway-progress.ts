import { type Pathway, pathwayLevels } from './pathway.js';
import type { ActivityProgress, ProgressState } from './progress.js';

/** How far somebody is with a whole pathway. */
export interface PathwayProgress {
  readonly state: ProgressState;
  /** 0 to 100: the mean over the activities that decide. */
  readonly percent: number;
  /** Of the last change of any activity; absent where nothing was begun. */
  readonly changedAtMicros?: number;
  /** The highest level that is open. */
  readonly openLevel: number;
}

/**
 * What decides is the required activities; all of them where none is required.
 * @param activities how far it is with each of the pathway's activities, in their order.
 */
export function pathwayProgress(
  pathway: Pick<Pathway, 'activities' | 'levelsInOrder'>,
  activities: readonly ActivityProgress[],
): PathwayProgress {
  const all = pathway.activities.map((activity, index) => ({ ...activity, progress: activities[index]! }));
  const required = all.filter((one) => one.required);
  const deciding = required.length > 0 ? required : all;
  const isDone = (one: (typeof all)[number]): boolean => one.progress.state === 'COMPLETED';
  const times = all.flatMap(({ progress }) => progress.changedAtMicros ?? []);
  const shut = pathway.levelsInOrder ? required.filter((one) => !isDone(one)).map(({ level }) => level) : [];
  return {
    state: stateOf(
      deciding.map(({ progress }) => progress.state),
      all.map(({ progress }) => progress.state),
    ),
    percent: mean(deciding.map((one) => (isDone(one) ? 100 : (one.progress.percent ?? 0)))),
    ...(times.length > 0 && { changedAtMicros: Math.max(...times) }),
    openLevel: Math.min(pathwayLevels.to, ...shut),
  };
}

function stateOf(deciding: readonly ProgressState[], all: readonly ProgressState[]): ProgressState {
  if (deciding.length > 0 && deciding.every((state) => state === 'COMPLETED')) return 'COMPLETED';
  return all.some((state) => state !== 'NOT_STARTED') ? 'IN_PROGRESS' : 'NOT_STARTED';
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
