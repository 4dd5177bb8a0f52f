import type { Pathway, Progress } from './asked.js';

/** Where somebody is: before the first step, at one of them, or behind the last. */
export type Standing = 'start' | 'end' | { readonly activityId: string; readonly percent: number };

/** At the first step that is still to be done; what is not required holds nobody up, unless nothing is required. */
export function standingOf({ activities }: Pathway, progress: Progress): Standing {
  if (progress.state === 'COMPLETED') return 'end';
  if (progress.state === 'NOT_STARTED') return 'start';
  const isDone = new Map(progress.activities.map((one) => [one.activityId, one.state === 'COMPLETED']));
  const required = activities.filter((step) => step.required);
  const open = (required.length > 0 ? required : activities)
    .filter(({ activityId }) => !isDone.get(activityId))
    .sort((one, other) => one.level - other.level);
  const [next] = open;
  if (!next) return 'end';
  const { percent } = progress.activities.find(({ activityId }) => activityId === next.activityId) ?? { percent: 0 };
  return { activityId: next.activityId, percent: percent ?? 0 };
}

export const columnOf = (standing: Standing): string => (typeof standing === 'string' ? standing : standing.activityId);
