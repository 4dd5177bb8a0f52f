import { ArgsType, Field, InputType } from 'type-graphql';
import type { NotificationReason } from '../../model/notification.js';
import type { SourceSystem } from '../../model/source-system.js';
import { PageArgs } from '../page.args.js';
import { DateTimeScalar, FeedCursorScalar } from '../scalars.js';
import { SourceSystemEnum } from '../source-system.enum.js';
import { NotificationReasonEnum } from './notification.enums.js';

@InputType('NotificationFilter', {
  description:
    'Which of your notifications. Fields AND together; a list means any of its values; null means the same as absent; an empty list matches nothing.',
})
export class NotificationFilterInput {
  @Field(() => Boolean, { nullable: true, description: 'True: unread ones alone. False: read ones alone.' })
  unread?: boolean | null;

  @Field(() => [NotificationReasonEnum], { nullable: true, description: 'Those with any of these reasons.' })
  reasons?: NotificationReason[] | null;

  @Field(() => [SourceSystemEnum], { nullable: true, description: 'Where they come from.' })
  sources?: SourceSystem[] | null;
}

@ArgsType()
export class NotificationsArgs extends PageArgs {
  @Field(() => NotificationFilterInput, { nullable: true, description: 'Which ones; all of them, if absent.' })
  filter?: NotificationFilterInput | null;

  @Field(() => FeedCursorScalar, {
    nullable: true,
    description: 'A place that the answer must cover; it is waited for.',
  })
  atLeast?: string | null;
}

@ArgsType()
export class BookmarkArgs {
  @Field(() => FeedCursorScalar, {
    nullable: true,
    description:
      'Everything at or below this place is read, e.g. the `asOf` of a list. A lower one than before makes what lies above it unread again.',
  })
  through?: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Everything that happened until this moment is read, to the millisecond; it may go back.',
  })
  at?: Date | null;
}

@InputType('NotificationPreferencesInput', {
  description: 'Which notifications you want from now on. Null or absent: all; an empty list: none.',
})
export class NotificationPreferencesInput {
  @Field(() => [NotificationReasonEnum], { nullable: true, description: 'For these reasons alone.' })
  reasons?: NotificationReason[] | null;

  @Field(() => [SourceSystemEnum], { nullable: true, description: 'From these sources alone.' })
  sources?: SourceSystem[] | null;
}
