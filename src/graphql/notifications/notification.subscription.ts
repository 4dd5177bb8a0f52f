import { Arg, Resolver, Root, Subscription } from 'type-graphql';
import { noSocket } from '../no-socket.js';
import { FeedCursorScalar } from '../scalars.js';
import { NotificationEvent } from './notification.event.js';

@Resolver()
export class NotificationSubscription {
  @Subscription(() => NotificationEvent, {
    description:
      'Your notifications as they come, grow, go and are read, each time with how many are unread. A client that comes back goes on with the last `cursor` it got.',
    // Followers share executions, so events come from the live hub and never by a subscription of one's own.
    subscribe: () => {
      throw noSocket();
    },
  })
  notificationReceived(
    @Arg('after', () => FeedCursorScalar, {
      nullable: true,
      description:
        'Begin after this place, e.g. the `asOf` of a list: what changed since comes first, in its latest state. Absent: begin now.',
    })
    _after: string | null | undefined,
    @Root() event: NotificationEvent,
  ): NotificationEvent {
    return event;
  }
}
