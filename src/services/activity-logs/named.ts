import { type Id, isId } from '../../base/ids.js';
import type { Activity } from '../../model/activity.js';
import { nativeActivityRef } from '../../model/identity.js';
import type { SourceSystem } from '../../model/source-system.js';
import type { Activities } from '../../store/activities.js';

/** The definition that a source's id names. An id that it gives for this source is the most telling; then our own id; then our key. */
export async function activityNamed(
  activities: Pick<Activities, 'byIds' | 'byKeys' | 'byRefs'>,
  workspaceId: Id,
  source: SourceSystem,
  activityId: string,
): Promise<Activity | undefined> {
  const id = activityId.toLowerCase();
  const [byRef, byId, byKey] = await Promise.all([
    activities.byRefs(workspaceId, [nativeActivityRef(source, activityId)]),
    isId(id) ? activities.byIds(workspaceId, [id]) : [],
    activities.byKeys(workspaceId, [activityId]),
  ]);
  return byRef[0] ?? byId[0] ?? byKey[0];
}
