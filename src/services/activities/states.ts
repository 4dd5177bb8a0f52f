import { badInput, CodedError } from '../../base/errors.js';
import { type Id, newId } from '../../base/ids.js';
import type { Activity } from '../../model/activity.js';
import {
  activityLimits,
  type CreateActivityInput,
  type SourceId,
  type UpdateActivityInput,
} from '../../model/activity-input.js';
import { type ActivityRef, activityRef, nativeActivityRef } from '../../model/identity.js';
import type { NounState } from '../../model/noun-change.js';
import { checkRequiredText, checkText } from '../input/checks.js';

export type ActivityState = NounState<Activity>;

/** A new definition as the input says. @throws CodedError BAD_USER_INPUT naming the field below `field`. */
export function newActivity(input: CreateActivityInput, field: string, at: Date): ActivityState {
  const id = newId();
  const sourceIds = checkSourceIds(input.sourceIds, `${field}.sourceIds`);
  return {
    id,
    key: checkRequiredText(input.key, `${field}.key`, activityLimits.key),
    name: checkRequiredText(input.name, `${field}.name`, activityLimits.name).trim(),
    description: checkText(input.description, `${field}.description`, activityLimits.description),
    sourceIds,
    refs: refsOf(id, sourceIds),
    createdAt: at,
    updatedAt: at,
  };
}

/** The definition with the input's changes. */
export function updatedActivity(
  activity: Activity,
  input: UpdateActivityInput,
  field: string,
  at: Date,
): ActivityState {
  const { workspaceId: _workspace, seq: _seq, ...state } = activity;
  const sourceIds =
    input.sourceIds === undefined ? activity.sourceIds : checkSourceIds(input.sourceIds, `${field}.sourceIds`);
  return {
    ...state,
    key: input.key === undefined ? activity.key : checkRequiredText(input.key, `${field}.key`, activityLimits.key),
    name:
      input.name === undefined
        ? activity.name
        : checkRequiredText(input.name, `${field}.name`, activityLimits.name).trim(),
    description:
      input.description === undefined
        ? activity.description
        : checkText(input.description, `${field}.description`, activityLimits.description),
    sourceIds,
    refs: refsOf(activity.id, sourceIds),
    updatedAt: at,
  };
}

function checkSourceIds(sourceIds: readonly SourceId[] | null | undefined, field: string): SourceId[] {
  if (!sourceIds) return [];
  if (sourceIds.length > activityLimits.sourceIds) {
    throw badInput(field, `${field} must hold at most ${activityLimits.sourceIds} items`);
  }
  return sourceIds.map(({ source, id }, index) => ({
    source,
    id: checkText(id, `${field}[${index}].id`, activityLimits.sourceId)!,
  }));
}

const refsOf = (id: Id, sourceIds: readonly SourceId[]): ActivityRef[] => [
  ...new Set([activityRef(id), ...sourceIds.map((one) => nativeActivityRef(one.source, one.id))]),
];

/** Which definition has which key and reference; a state that claims one of another is refused. */
export class ActivityClaims {
  readonly #keys = new Map<string, Id>();
  readonly #refs = new Map<ActivityRef, Id>();

  constructor(activities: readonly Activity[]) {
    for (const activity of activities) this.#own(activity);
  }

  /** @throws CodedError CONFLICT naming the key, or the source's id, that is taken. */
  claim(state: ActivityState, field: string): void {
    if ((this.#keys.get(state.key) ?? state.id) !== state.id) {
      throw new CodedError('CONFLICT', 'Another activity has this key', `${field}.key`);
    }
    if (state.refs.some((ref) => (this.#refs.get(ref) ?? state.id) !== state.id)) {
      throw new CodedError('CONFLICT', "Another activity has this source's id", `${field}.sourceIds`);
    }
    this.#own(state);
  }

  #own(activity: Pick<Activity, 'id' | 'key' | 'refs'>): void {
    this.#keys.set(activity.key, activity.id);
    for (const ref of activity.refs) this.#refs.set(ref, activity.id);
  }
}
