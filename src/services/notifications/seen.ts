import type { Notification } from '../../model/notification.js';
import type { NotificationState } from '../../model/notification-state.js';
import { isRead } from '../../model/read-state.js';

/** A notification as somebody sees it. */
export interface SeenNotification extends Notification {
  readonly unread: boolean;
}

/** @param states those of whoever sees it. */
export const seenBy = (one: Notification, states: readonly NotificationState[]): SeenNotification => {
  const state = states.find(({ origin }) => origin === one.origin);
  return { ...one, unread: state !== undefined && !isRead(one, state) };
};
