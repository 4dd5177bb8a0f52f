import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { SeenNotification } from '../../services/notifications/seen.js';
import { FeedCursorScalar } from '../scalars.js';
import { NotificationType } from './notification.type.js';

@ObjectType('NotificationEvent', {
  description: 'What changed in your notifications since the last event, and how they stand now: all of one place.',
  simpleResolvers: true,
})
export class NotificationEvent {
  @Field(() => FeedCursorScalar, { description: 'The place in the log that all of this is of: follow on from here.' })
  cursor!: string;

  @Field(() => Int, { description: 'How many are unread.' })
  unreadCount!: number;

  @Field(() => FeedCursorScalar, { nullable: true, description: 'Everything at or below this place is read.' })
  bookmark?: string;

  @Field(() => [NotificationType], {
    description: 'Those that are new, have grown or were marked, as they are now; the last change last, at most 100.',
  })
  notifications!: readonly SeenNotification[];

  @Field(() => [ID], { description: 'The ids of those that are gone.' })
  removedIds!: readonly string[];

  @Field(() => Boolean, {
    description:
      'Whether what is read changed, here or on another device, or whose notifications these are: others than those listed may be read or unread now.',
  })
  readChanged!: boolean;

  @Field(() => Boolean, {
    description:
      'False where more changed than an event holds, some of it cannot be told any more, or others are one with you now or you were removed: load the list afresh, as of `cursor`.',
  })
  isComplete!: boolean;
}
