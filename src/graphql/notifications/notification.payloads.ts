import { Field, Int, ObjectType } from 'type-graphql';
import type { NotificationReason } from '../../model/notification.js';
import type { SourceSystem } from '../../model/source-system.js';
import type { SeenNotification } from '../../services/notifications/seen.js';
import { FeedCursorScalar } from '../scalars.js';
import { SourceSystemEnum } from '../source-system.enum.js';
import { NotificationReasonEnum } from './notification.enums.js';
import { NotificationType } from './notification.type.js';

const cursorDescription = 'The place in the log of what this call wrote.';
const unreadDescription = 'How many are unread now: as of `asOf`, which covers what this call wrote.';
const asOfDescription = 'The place in the log that the count is of.';

@ObjectType('BookmarkNotificationsPayload', { description: 'Up to where your notifications are read now.' })
export class BookmarkNotificationsPayload {
  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;

  @Field(() => Int, { description: unreadDescription })
  unreadCount!: number;

  @Field(() => FeedCursorScalar, {
    nullable: true,
    description: 'Everything at or below this place is read; null where only a moment was ever given.',
  })
  bookmark?: string;

  @Field(() => FeedCursorScalar, { description: asOfDescription })
  asOf!: string;
}

@ObjectType('MarkNotificationPayload', { description: 'A notification after it was marked.' })
export class MarkNotificationPayload {
  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;

  @Field(() => NotificationType, { description: 'The notification.' })
  notification!: SeenNotification;

  @Field(() => Int, { description: unreadDescription })
  unreadCount!: number;

  @Field(() => FeedCursorScalar, { description: asOfDescription })
  asOf!: string;
}

@ObjectType('NotificationPreferences', { description: 'Which notifications somebody wants.' })
export class NotificationPreferencesType {
  @Field(() => [NotificationReasonEnum], { nullable: true, description: 'For these reasons alone; null for all.' })
  reasons?: readonly NotificationReason[] | null;

  @Field(() => [SourceSystemEnum], { nullable: true, description: 'From these sources alone; null for all.' })
  sources?: readonly SourceSystem[] | null;
}

@ObjectType('SetNotificationPreferencesPayload', { description: 'Which notifications you want from now on.' })
export class SetNotificationPreferencesPayload {
  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;

  @Field(() => NotificationPreferencesType, { description: 'What was set.' })
  preferences!: NotificationPreferencesType;
}
