import { canReadLogs, readsOwnOnly } from '../../auth/policies.js';
import { isShown, type Notification, type NotificationFilter, notificationReasons } from '../../model/notification.js';
import type { NotificationLists } from '../../store/notification-lists.js';
import type { ReaderContext } from '../nouns/results.js';
import { type Snapshot, type Standing, standingOf } from './snapshot.js';

/**
 * To follow is to be told what others do, whoever they are: only for who may read everybody's entries. What was followed
 * under wider rights is not told under narrower ones.
 */
export const mayFollow = (viewer: ReaderContext): boolean => canReadLogs(viewer) && !readsOwnOnly(viewer);

/** Whether a viewer may see one of their user's: who may not follow only what concerns them otherwise. */
export const isToldTo = (viewer: ReaderContext, one: Notification): boolean =>
  isShown(one) && concernsBesides(viewer, one);

export const concernsBesides = (viewer: ReaderContext, { reasons }: Notification): boolean =>
  mayFollow(viewer) || reasons.some((reason) => reason !== 'FOLLOWING');

/** The same of a list. */
export function toldFilter(viewer: ReaderContext, filter: NotificationFilter): NotificationFilter {
  if (mayFollow(viewer)) return filter;
  const reasons = (filter.reasons ?? notificationReasons).filter((reason) => reason !== 'FOLLOWING');
  return { ...filter, reasons };
}

/** How a viewer stands. The fold counts for who may follow; for others it is counted here, of the same place. */
export async function toldStanding(
  lists: Pick<NotificationLists, 'count'>,
  viewer: ReaderContext,
  snapshot: Snapshot,
): Promise<Standing> {
  const standing = standingOf(snapshot);
  if (mayFollow(viewer)) return standing;
  const { scope, states } = snapshot;
  return {
    ...standing,
    unreadCount: await lists.count({ scope, states, filter: toldFilter(viewer, { unread: true }) }),
  };
}
