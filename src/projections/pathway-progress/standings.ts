import type { Id } from '../../base/ids.js';
import { pathwayProgress } from '../../model/pathway-progress.js';
import { activityProgress, joined, type ProgressFact, type ProgressFacts } from '../../model/progress.js';
import type { ActivityStanding, Standing } from '../../model/standing.js';
import type { Membership, PathwayState } from './nouns.js';

/** How far somebody is on a pathway, made from facts alone. */
export function standingOf(
  pathway: PathwayState,
  userId: Id,
  { groups, enrolledAt }: Membership,
  factsOf: (activityId: Id) => ProgressFacts,
): Standing {
  const activities = pathway.activities.map((activity): ActivityStanding => {
    const facts = factsOf(activity.activityId);
    return { activityId: activity.activityId, ...activityProgress(facts, activity), facts };
  });
  return { pathwayId: pathway.id, userId, groups, enrolledAt, activities, whole: pathwayProgress(pathway, activities) };
}

/** The standing once one more fact is known of an activity; the same object where that changes nothing. */
export function withFact(standing: Standing, pathway: PathwayState, activityId: Id, fact: ProgressFact): Standing {
  const index = standing.activities.findIndex((one) => one.activityId === activityId);
  const former = standing.activities[index];
  const activity = pathway.activities[index];
  if (!former || activity?.activityId !== activityId) return standing;
  const facts = joined(former.facts, { [fact.kind]: fact });
  if (isSameFacts(facts, former.facts)) return standing;
  const activities = standing.activities.with(index, { activityId, ...activityProgress(facts, activity), facts });
  return { ...standing, activities, whole: pathwayProgress(pathway, activities) };
}

/** Whether two standings say the same to whoever reads them. */
export const isSameStanding = (one: Standing, other: Standing): boolean => shownText(one) === shownText(other);

const shownText = ({ groups, enrolledAt, activities, whole }: Standing): string =>
  JSON.stringify([
    groups,
    enrolledAt,
    activities.map(({ activityId, state, percent, changedAtMicros, entryId }) => [
      activityId,
      state,
      percent,
      changedAtMicros,
      entryId,
    ]),
    [whole.state, whole.percent, whole.changedAtMicros, whole.openLevel],
  ]);

export const isSameFacts = (one: ProgressFacts, other: ProgressFacts): boolean =>
  one.stated?.entryId === other.stated?.entryId &&
  one.viewed?.entryId === other.viewed?.entryId &&
  one.touched?.entryId === other.touched?.entryId;
