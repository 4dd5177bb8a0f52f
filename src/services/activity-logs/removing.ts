import { canWriteLogs, requireScope, writesOwnOnly } from '../../auth/policies.js';
import { badInput, notFound } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import type { LogPlace } from '../../log/place.js';
import type { LogRemover } from '../../log/writer.js';
import { type ActivityLogFilter, constrainsNothing } from '../../model/activity-log-filter.js';
import { maxBatch } from '../../model/activity-log-input.js';
import type { Viewer } from '../../model/viewer.js';
import type { ActivityLogPages } from '../../store/activity-log-pages.js';
import { checkId } from '../input/checks.js';
import type { PagingParts } from '../paging/places.js';
import { isOf, ownIdentities } from './own.js';
import { type ResolvingParts, resolveFilter } from './resolve-filter.js';

export interface RemovingParts extends ResolvingParts, PagingParts {
  readonly pages: Pick<ActivityLogPages, 'find' | 'findMany'>;
  readonly remover: LogRemover;
}

/** @throws CodedError NOT_FOUND naming `id`, also for an entry that is not the viewer's to remove. */
export async function removeEntry(
  parts: RemovingParts,
  viewer: Viewer,
  id: Id,
): Promise<{ readonly deletedId: Id; readonly seq: number }> {
  requireScope(canWriteLogs(viewer), 'activity_log:write');
  const deletedId = checkId(id, 'id')!;
  if (writesOwnOnly(viewer)) {
    const place = await parts.reader.settle(viewer.workspaceId);
    const [[entry], own] = await Promise.all([
      parts.pages.findMany(place, [deletedId]),
      ownIdentities(parts.users, viewer),
    ]);
    if (!entry || !isOf(entry, own)) throw notFound('This activity log', 'id');
  }
  const removed = await parts.remover.remove(viewer.workspaceId, deletedId);
  if (!removed) throw notFound('This activity log', 'id');
  return { deletedId, seq: removed.seq };
}

/**
 * Removes at most 1,000 of what matches now.
 * @throws CodedError BAD_USER_INPUT naming `filter` when it constrains nothing: that would be everything.
 */
export async function removeMatching(
  parts: RemovingParts,
  viewer: Viewer,
  filter: ActivityLogFilter,
): Promise<{ readonly deletedCount: number; readonly hasMore: boolean; readonly seq: number }> {
  requireScope(canWriteLogs(viewer), 'activity_log:write');
  const resolved = await resolveFilter(parts, viewer.workspaceId, filter);
  if (constrainsNothing(resolved)) {
    throw badInput('filter', 'This filter constrains nothing and would remove everything; name at least one field');
  }
  const onlyActorKeys = writesOwnOnly(viewer) ? await ownIdentities(parts.users, viewer) : undefined;
  const window: LogPlace = await parts.reader.settle(viewer.workspaceId);
  const found = await parts.pages.find(
    { window, filter: { ...resolved, ...(onlyActorKeys && { onlyActorKeys }) }, order: 'RECORDED_ASC', fields: ['id'] },
    { limit: maxBatch + 1, thorough: true },
  );
  const targets = found.slice(0, maxBatch);
  // What another call took in between is not counted here.
  const removed = await parts.remover.removeMany(
    viewer.workspaceId,
    targets.map((entry) => entry.id),
  );
  const deletedCount = removed.removedIds.length;
  const seq = Math.max(window.seq, removed.seq);
  return { deletedCount, hasMore: found.length > maxBatch, seq };
}
