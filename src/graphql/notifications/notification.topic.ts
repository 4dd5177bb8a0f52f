import { notificationsFold } from '../../model/notification.js';
import type { NotificationChange } from '../../services/notifications/changes.js';
import { mayFollow } from '../../services/notifications/following.js';
import type { FoldRecord, LiveTopic } from '../live/topic.js';
import type { Services } from '../services.js';
import type { NotificationEvent } from './notification.event.js';

/** Somebody's own notifications, as a field of Subscription. */
export const notificationTopic = ({ notifications }: Pick<Services, 'notifications'>): LiveTopic => ({
  field: 'notificationReceived',
  fold: notificationsFold,
  isOwn: true,
  async follow(viewer) {
    const changes = notifications.changes(viewer);
    return {
      key: mayFollow(viewer) ? viewer.userId! : `${viewer.userId}:own`,
      async changedAfter(generation, after) {
        const change = await changes.after({ ...generation, version: 0 }, Math.floor(after));
        return change ? [recordOf(viewer.userId!, change)] : [];
      },
    };
  },
});

/** Each tells only what changed since the one before, so none makes another one needless. */
const recordOf = (userId: string, { seq, ...change }: NotificationChange): FoldRecord => ({
  seq,
  about: `${userId}:${seq}`,
  // It may be of a later place than was asked for: all of it is of one.
  eventAt: (): NotificationEvent => ({ ...change, cursor: change.asOf }),
});
