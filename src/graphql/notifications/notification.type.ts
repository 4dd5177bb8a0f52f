import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { NotificationReason } from '../../model/notification.js';
import { NotificationReasonEnum } from './notification.enums.js';

@ObjectType('Notification', {
  description:
    'What somebody else did that concerns you. The same change on the same item by the same person within five minutes is one notification that grows.',
})
export class NotificationType {
  @Field(() => ID, { description: 'Its id: 24 hexadecimal digits.' })
  id!: string;

  @Field(() => [NotificationReasonEnum], { description: 'Why it concerns you; each reason once.' })
  reasons!: readonly NotificationReason[];

  @Field(() => Int, { description: 'How many entries of the log it stands for, e.g. `3`.' })
  count!: number;

  @Field(() => Boolean, {
    description: 'Whether it lies above your bookmarks and is not marked read, or is marked unread.',
  })
  unread!: boolean;
}
