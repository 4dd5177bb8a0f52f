import { badInput, CodedError, notFound } from '../../base/errors.js';
import { type Id, newId } from '../../base/ids.js';
import type { NounState } from '../../model/noun-change.js';
import { type Pathway, type PathwayActivity, pathwayLevels } from '../../model/pathway.js';
import {
  type CreatePathwayInput,
  type PathwayActivityInput,
  pathwayLimits,
  type ReorderPathwayActivitiesInput,
  type UpdatePathwayInput,
} from '../../model/pathway-input.js';
import { checkId, checkRequiredText, checkText } from '../input/checks.js';

export type PathwayState = NounState<Pathway>;

const stateOf = ({ workspaceId: _workspace, seq: _seq, ...state }: Pathway): PathwayState => state;

/** A new pathway as the input says. @throws CodedError BAD_USER_INPUT naming the field below `field`. */
export function newPathway(input: CreatePathwayInput, field: string, at: Date): PathwayState {
  return {
    id: newId(),
    key: checkRequiredText(input.key, `${field}.key`, pathwayLimits.key),
    name: checkRequiredText(input.name, `${field}.name`, pathwayLimits.name).trim(),
    description: checkText(input.description, `${field}.description`, pathwayLimits.description),
    activities: checkActivities(input.activities, `${field}.activities`),
    levelsInOrder: input.levelsInOrder ?? false,
    archived: false,
    createdAt: at,
    updatedAt: at,
  };
}

/** The pathway with the input's changes. */
export function updatedPathway(pathway: Pathway, input: UpdatePathwayInput, field: string, at: Date): PathwayState {
  const { key, name, description, activities, levelsInOrder } = input;
  return {
    ...stateOf(pathway),
    ...(key !== undefined && { key: checkRequiredText(key, `${field}.key`, pathwayLimits.key) }),
    ...(name !== undefined && { name: checkRequiredText(name, `${field}.name`, pathwayLimits.name).trim() }),
    ...(description !== undefined && {
      description: checkText(description, `${field}.description`, pathwayLimits.description),
    }),
    ...(activities !== undefined && { activities: checkActivities(activities, `${field}.activities`) }),
    ...(levelsInOrder !== undefined && { levelsInOrder: levelsInOrder ?? false }),
    updatedAt: at,
  };
}

/**
 * The pathway with its activities in another order, each as it is.
 * @throws CodedError BAD_USER_INPUT, or CONFLICT where the ids are not precisely those that it has.
 */
export function reorderedPathway(pathway: Pathway, input: ReorderPathwayActivitiesInput, at: Date): PathwayState {
  const ids = input.activityIds.map((id, index) => checkId(id, `input.activityIds[${index}]`)!);
  const known = new Map(pathway.activities.map((one) => [one.activityId, one]));
  const activities = [...new Set(ids)].flatMap((id) => known.get(id) ?? []);
  if (ids.length !== known.size || activities.length !== known.size) {
    throw new CodedError('CONFLICT', 'Name each activity that the pathway has, each once', 'input.activityIds');
  }
  return { ...stateOf(pathway), activities, updatedAt: at };
}

/** Undefined where it is so already. */
export const archivedPathway = (pathway: Pathway, archived: boolean, at: Date): PathwayState | undefined =>
  pathway.archived === archived ? undefined : { ...stateOf(pathway), archived, updatedAt: at };

function checkActivities(inputs: readonly PathwayActivityInput[] | null | undefined, field: string): PathwayActivity[] {
  if (!inputs) return [];
  if (inputs.length > pathwayLimits.activities) {
    throw badInput(field, `${field} must hold at most ${pathwayLimits.activities} items`);
  }
  const seen = new Set<Id>();
  return inputs.map(({ activityId, level, required, type, fulfilmentType }, index) => {
    const at = `${field}[${index}]`;
    const id = checkId(activityId, `${at}.activityId`)!;
    if (seen.has(id)) throw badInput(`${at}.activityId`, `${at}.activityId is in the pathway twice`);
    seen.add(id);
    return {
      activityId: id,
      level: checkLevel(level ?? pathwayLevels.from, `${at}.level`),
      required: required ?? true,
      type: checkText(type, `${at}.type`, pathwayLimits.type),
      fulfilmentType: checkText(fulfilmentType, `${at}.fulfilmentType`, pathwayLimits.fulfilmentType),
    };
  });
}

function checkLevel(level: number, field: string): number {
  const { from, to } = pathwayLevels;
  if (!Number.isInteger(level) || level < from || level > to) {
    throw badInput(field, `${field} must be a whole number from ${from} to ${to}`);
  }
  return level;
}

/** Which pathway has which key, and which activities there are for one to have. */
export class PathwayClaims {
  readonly #keys = new Map<string, Id>();
  readonly #former: ReadonlyMap<Id, ReadonlySet<Id>>;

  /** @param activityIds those that are defined. */
  constructor(
    pathways: readonly Pathway[],
    private readonly activityIds: ReadonlySet<Id>,
  ) {
    for (const { key, id } of pathways) this.#keys.set(key, id);
    this.#former = new Map(pathways.map(({ id, activities }) => [id, idsOf(activities)]));
  }

  /** @throws CodedError CONFLICT naming the key that is taken, NOT_FOUND the activity that is not defined. */
  claim(state: PathwayState, field: string): void {
    if ((this.#keys.get(state.key) ?? state.id) !== state.id) {
      throw new CodedError('CONFLICT', 'Another pathway has this key', `${field}.key`);
    }
    // A definition that was removed since may stay in a pathway that had it.
    const former = this.#former.get(state.id);
    const unknown = state.activities.findIndex(
      (one) => !this.activityIds.has(one.activityId) && !former?.has(one.activityId),
    );
    if (unknown >= 0) throw notFound('This activity', `${field}.activities[${unknown}].activityId`);
    this.#keys.set(state.key, state.id);
  }
}

const idsOf = (activities: readonly PathwayActivity[]): ReadonlySet<Id> =>
  new Set(activities.map(({ activityId }) => activityId));
