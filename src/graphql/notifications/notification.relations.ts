import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Activity } from '../../model/activity.js';
import type { ActivityLog } from '../../model/activity-log.js';
import type { Notification } from '../../model/notification.js';
import type { Pathway } from '../../model/pathway.js';
import type { User } from '../../model/user.js';
import { ActivityType } from '../activities/activity.type.js';
import { ActivityLogType } from '../activity-logs/activity-log.type.js';
import type { RequestContext } from '../context.js';
import { PathwayType } from '../pathways/pathway.type.js';
import { UserType } from '../users/user.type.js';
import { NotificationType } from './notification.type.js';

@Resolver(() => NotificationType)
export class NotificationRelations {
  @FieldResolver(() => ActivityLogType, {
    nullable: true,
    description:
      'Its latest entry; null where you were enrolled, which is no entry, and where it is no longer kept. Needs the scope `activity_log:read`.',
  })
  async activityLog(
    @Root() { latestEntryId, run }: Notification,
    @Ctx() { loaders }: RequestContext,
  ): Promise<ActivityLog | undefined> {
    return run.item.isEnrolment ? undefined : loaders.activityLogById.load(latestEntryId);
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description: 'Who did it, or recorded it of you; null for nobody who is known here. Needs the scope `user:read`.',
  })
  async user(@Root() { by }: Notification, @Ctx() { loaders }: RequestContext): Promise<User | undefined> {
    return by === undefined ? undefined : loaders.userByIdentity.load(by);
  }

  @FieldResolver(() => ActivityType, { nullable: true, description: 'What it is about, where that is an activity.' })
  async activity(@Root() { run }: Notification, @Ctx() { loaders }: RequestContext): Promise<Activity | undefined> {
    const { activityRef } = run.item;
    return activityRef === undefined ? undefined : loaders.activityByRef.load(activityRef);
  }

  @FieldResolver(() => PathwayType, { nullable: true, description: 'What it is about, where that is a pathway.' })
  async pathway(@Root() { run }: Notification, @Ctx() { loaders }: RequestContext): Promise<Pathway | undefined> {
    const { pathwayId } = run.item;
    return pathwayId === undefined ? undefined : loaders.pathwayById.load(pathwayId);
  }
}
