import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { NotificationPreferences } from '../../model/notification.js';
import type { SeenNotification } from '../../services/notifications/seen.js';
import type { Standing } from '../../services/notifications/snapshot.js';
import type { Connection } from '../connection.js';
import { type RequestContext, viewerOf } from '../context.js';
import { pageRequest } from '../page.args.js';
import { ObjectIdScalar } from '../scalars.js';
import type { Services } from '../services.js';
import { NotificationConnection } from './notification.connection.js';
import { BookmarkArgs, NotificationPreferencesInput, NotificationsArgs } from './notification.input.js';
import {
  BookmarkNotificationsPayload,
  MarkNotificationPayload,
  NotificationPreferencesType,
  SetNotificationPreferencesPayload,
} from './notification.payloads.js';
import { NotificationType } from './notification.type.js';

const idDescription = 'The id of the notification, one of your own.';

@Resolver(() => NotificationType)
export class NotificationResolver {
  constructor(private readonly services: Pick<Services, 'notifications'>) {}

  @Query(() => NotificationConnection, {
    description:
      'What others did that concerns you, the last recorded or grown first, whenever it happened, page by page. Always your own.',
  })
  async notifications(
    @Args(() => NotificationsArgs) args: NotificationsArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<SeenNotification> & Standing> {
    const { filter, atLeast } = args;
    const asked = { filter, atLeast, page: pageRequest(args) };
    const page = await this.services.notifications.list(viewerOf(context), asked);
    const { unreadCount, bookmark, bookmarkedAt, asOf } = page;
    return Object.assign(new NotificationConnection(page), { unreadCount, bookmark, bookmarkedAt, asOf });
  }

  @Query(() => NotificationPreferencesType, { description: 'Which notifications you want.' })
  notificationPreferences(@Ctx() context: RequestContext): Promise<NotificationPreferences> {
    return this.services.notifications.preferences(viewerOf(context));
  }

  @Mutation(() => BookmarkNotificationsPayload, {
    description:
      'Marks all as read up to a place or a moment; exactly one of the two. It costs the same for five and for fifty thousand.',
  })
  async bookmarkNotifications(
    @Args(() => BookmarkArgs) args: BookmarkArgs,
    @Ctx() context: RequestContext,
  ): Promise<BookmarkNotificationsPayload> {
    const viewer = viewerOf(context);
    const { cursor, seq } = await this.services.notifications.bookmark(viewer, args);
    return { cursor, ...(await this.services.notifications.standingAfter(viewer, seq)) };
  }

  @Mutation(() => MarkNotificationPayload, { description: 'Marks one as read. Once it grows, it is unread again.' })
  markNotificationRead(
    @Arg('id', () => ObjectIdScalar, { description: idDescription }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<MarkNotificationPayload> {
    return this.#mark(context, id, true);
  }

  @Mutation(() => MarkNotificationPayload, {
    description: 'Marks one as unread, until you mark it read or set a bookmark at or above it.',
  })
  markNotificationUnread(
    @Arg('id', () => ObjectIdScalar, { description: idDescription }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<MarkNotificationPayload> {
    return this.#mark(context, id, false);
  }

  @Mutation(() => SetNotificationPreferencesPayload, { description: 'Says which notifications you want from now on.' })
  async setNotificationPreferences(
    @Arg('input', () => NotificationPreferencesInput, { description: 'Which ones.' })
    input: NotificationPreferencesInput,
    @Ctx() context: RequestContext,
  ): Promise<SetNotificationPreferencesPayload> {
    const { cursor, reasons, sources } = await this.services.notifications.setPreferences(viewerOf(context), input);
    return { cursor, preferences: { reasons, sources } };
  }

  async #mark(context: RequestContext, id: string, read: boolean): Promise<MarkNotificationPayload> {
    const viewer = viewerOf(context);
    const { cursor, seq } = await this.services.notifications.mark(viewer, id, read);
    const { notification, standing } = await this.services.notifications.get(viewer, id.toLowerCase(), seq);
    return { cursor, notification, unreadCount: standing.unreadCount, asOf: standing.asOf };
  }
}
