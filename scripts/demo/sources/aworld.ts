import { nativeActivityRef } from '../../../src/model/identity.js';
import { type AworldActivity, aworldActivities } from '../aworld-activities.js';
import type { Chance } from '../chance.js';
import { identityIn } from '../people.js';
import { type DemoEntry, type Scene, sourceEntry } from './scene.js';

const weights = Object.fromEntries(aworldActivities.map((activity) => [activity.id, activity.weight]));
const byId = new Map(aworldActivities.map((activity) => [activity.id, activity]));

/** A person did something good for the climate, or for themselves. */
export function aworldEntry({ cast, chance, atMs }: Scene): DemoEntry {
  const activity = byId.get(chance.weighted(weights))!;
  const person = chance.pickUneven(cast.people);
  const writtenAt = new Date(atMs + chance.between(40, 90_000)).toISOString();
  const outcome = outcomeOf(activity, chance.next());
  const value = activity.measure && measured(activity.measure, chance);
  const tags = chance.odds(0.15) ? [...activity.tags, 'champions'] : activity.tags;
  const additionalData = {
    ...(chance.odds(0.75) && outcome !== 'FAILURE' && { note: chance.pick(activity.notes) }),
    ...(activity.measure && { unit: activity.measure.unit }),
    ...(activity.tags.includes('mobility') && { co2SavedKg: Math.round(value! * 14) / 100 }),
    device: chance.pick(['ios', 'android', 'web']),
  };
  const row = {
    activityLogId: chance.nanoid(),
    activityId: activity.id,
    userId: person.aworldId,
    ...(outcome && { outcome }),
    ...(value !== undefined && { value }),
    tags,
    additionalData,
    completedAt: new Date(atMs).toISOString(),
    createdAt: writtenAt,
    updatedAt: writtenAt,
  };
  return sourceEntry('AWORLD', row, {
    nativeKey: row.activityLogId,
    nativeId: row.activityLogId,
    atMs,
    action: 'performed',
    actionClass: 'COMPLETED',
    actor: { kind: 'USER', key: identityIn('AWORLD', person.aworldId), nativeId: person.aworldId },
    object: { type: 'Activity', id: activity.id },
    activityRef: nativeActivityRef('AWORLD', activity.id),
    outcome,
    value,
    tags,
    summary: additionalData.note,
    additionalData: JSON.stringify(additionalData),
  });
}

/** Distances are measured, the rest is counted. */
const measured = ({ unit, low, high }: NonNullable<AworldActivity['measure']>, chance: Chance): number =>
  unit === 'km' ? chance.tenths(low, high) : chance.between(low, high);

/** Missions are won or lost; of the rest most callers say nothing. */
function outcomeOf(activity: AworldActivity, draw: number): 'SUCCESS' | 'FAILURE' | undefined {
  if (activity.tags.includes('mission')) return draw < 0.75 ? 'SUCCESS' : 'FAILURE';
  return draw < 0.3 ? 'SUCCESS' : undefined;
}
