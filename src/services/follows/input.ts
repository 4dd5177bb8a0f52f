import { badInput } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import { entryLimits } from '../../model/activity-log-input.js';
import type { FollowTarget, ObjectName } from '../../model/follow.js';
import { checkId, checkRequiredText } from '../input/checks.js';

/** Exactly one of these. */
export interface FollowInput {
  readonly object?: ObjectName | null;
  readonly activityId?: Id | null;
  readonly pathwayId?: Id | null;
  readonly userId?: Id | null;
}

/** @throws CodedError BAD_USER_INPUT naming the field below `field`. */
export function checkTarget(input: FollowInput, field: string): FollowTarget {
  const { object, activityId, pathwayId, userId } = input;
  const given = Object.entries({ object, activityId, pathwayId, userId }).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [name],
  );
  if (given.length !== 1) {
    throw badInput(`${field}.${given[1] ?? 'object'}`, 'Give exactly one of object, activityId, pathwayId and userId');
  }
  if (activityId) return { kind: 'activity', activityId: checkId(activityId, `${field}.activityId`)! };
  if (pathwayId) return { kind: 'pathway', pathwayId: checkId(pathwayId, `${field}.pathwayId`)! };
  if (userId) return { kind: 'user', userId: checkId(userId, `${field}.userId`)! };
  return { kind: 'object', object: checkObjectName(object!, `${field}.object`) };
}

const checkObjectName = ({ source, type, id }: ObjectName, field: string): ObjectName => ({
  source,
  type: checkRequiredText(type, `${field}.type`, entryLimits.objectType),
  id: checkRequiredText(id, `${field}.id`, entryLimits.objectId),
});
