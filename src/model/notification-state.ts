import type { Id } from '../base/ids.js';
import { isShown, type Notification, type NotificationPreferences } from './notification.js';
import { isRead, nothingRead, type ReadState } from './read-state.js';

/** Where one user stands with their notifications. Whoever was merged keeps theirs, as part of somebody else. */
export interface NotificationState extends ReadState {
  readonly origin: Id;
  /** Whose they are now; absent for nobody's: the user was removed. */
  readonly ownerId?: Id;
  /** How many of this origin's notifications are shown and unread. */
  readonly unread: number;
  readonly preferences?: NotificationPreferences;
  /** The log's number of the last change other than by a notification that is new, grown or gone. */
  readonly readSeq: number;
  /** The log's number of the last change of whose they are, or of what else is their owner's. */
  readonly ownedSeq: number;
  /** The log's number of the last change. */
  readonly seq: number;
}

export const initialState = (origin: Id): NotificationState => ({
  ...nothingRead,
  origin,
  ownerId: origin,
  unread: 0,
  readSeq: 0,
  ownedSeq: 0,
  seq: 0,
});

/** What a notification adds to how many are unread: 0 or 1. */
export const unreadIn = (one: Notification, state: ReadState): number => (isShown(one) && !isRead(one, state) ? 1 : 0);
