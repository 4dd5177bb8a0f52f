import { FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { occurredAt } from '../../model/activity-log.js';
import type { Notification } from '../../model/notification.js';
import type { SourceSystem } from '../../model/source-system.js';
import type { Standing } from '../../services/notifications/snapshot.js';
import { ActivityObjectType } from '../activity-logs/activity-log.type.js';
import { DateTimeScalar, FeedCursorScalar } from '../scalars.js';
import type { Services } from '../services.js';
import { SourceSystemEnum } from '../source-system.enum.js';
import { NotificationConnection } from './notification.connection.js';
import { NotificationType } from './notification.type.js';

/** Fields that are kept in another form than they are shown in. */
@Resolver(() => NotificationType)
export class NotificationFields {
  constructor(private readonly services: Pick<Services, 'activityLogs'>) {}

  @FieldResolver(() => FeedCursorScalar, {
    description: 'Its place in the log: that of its latest entry. Bookmark `through` it to have read up to here.',
  })
  cursor(@Root() { workspaceId, place }: Notification): Promise<string> {
    return this.services.activityLogs.cursorOf(workspaceId, place);
  }

  @FieldResolver(() => SourceSystemEnum, { description: 'Where it comes from.' })
  source(@Root() { run }: Notification): SourceSystem {
    return run.item.source;
  }

  @FieldResolver(() => String, { description: "The source's own word for what was done, e.g. `updated`." })
  action(@Root() { run }: Notification): string {
    return run.action;
  }

  @FieldResolver(() => ActivityObjectType, {
    nullable: true,
    description:
      'What was acted on, where it is an object: its type and id. What it was called is in `activityLog.object`; `name` is null here.',
  })
  object(@Root() { run: { item } }: Notification): ActivityObjectType | undefined {
    return item.objectType === undefined ? undefined : { type: item.objectType, id: item.objectId };
  }

  @FieldResolver(() => DateTimeScalar, { description: 'When the latest of it happened, as the source says.' })
  occurredAt(@Root() notification: Notification): Date {
    return occurredAt(notification);
  }
}

@Resolver(() => NotificationConnection)
export class NotificationConnectionFields {
  @FieldResolver(() => Int, { description: 'How many of all your notifications are unread, whatever the filter.' })
  unreadCount(@Root() { unreadCount }: Standing): number {
    return unreadCount;
  }

  @FieldResolver(() => FeedCursorScalar, {
    nullable: true,
    description: 'Everything at or below this place is read, unless it was marked since; null where you never said so.',
  })
  bookmark(@Root() { bookmark }: Standing): string | undefined {
    return bookmark;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'Everything that happened until then is read; null where you never said so.',
  })
  bookmarkedAt(@Root() { bookmarkedAt }: Standing): Date | undefined {
    return bookmarkedAt;
  }

  @FieldResolver(() => FeedCursorScalar, {
    description:
      'The place in the log that the list, each `unread` and `unreadCount` are of. Follow `notificationReceived` from here.',
  })
  asOf(@Root() { asOf }: Standing): string {
    return asOf;
  }
}
