import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Activity } from '../../model/activity.js';
import type { Enrolment } from '../../model/enrolment.js';
import { activityRef, userIdentity } from '../../model/identity.js';
import type { Pathway } from '../../model/pathway.js';
import type { User } from '../../model/user.js';
import type {
  ActivityProgressView,
  PathwayProgressView,
  PathwayStatisticsView,
} from '../../services/pathway-progress/views.js';
import { ActivityType } from '../activities/activity.type.js';
import type { RequestContext } from '../context.js';
import { ObjectIdScalar } from '../scalars.js';
import { UserType } from '../users/user.type.js';
import { EnrolmentType } from './enrolment.type.js';
import { PathwayType } from './pathway.type.js';
import {
  ActivityProgressType,
  ActivityStatisticsType,
  PathwayProgressType,
  PathwayStatisticsType,
} from './progress.type.js';

@Resolver(() => PathwayProgressType)
export class PathwayProgressRelations {
  @FieldResolver(() => [ActivityProgressType], { description: "For the pathway's activities, in their order." })
  activities(
    @Root() { activities }: PathwayProgressView,
    @Arg('activityIds', () => [ObjectIdScalar], { nullable: true, description: 'Only these; all, if absent.' })
    activityIds: string[] | null | undefined,
  ): readonly ActivityProgressView[] {
    return activityIds ? activities.filter(({ activityId }) => activityIds.includes(activityId)) : activities;
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'Who it is.' })
  async user(@Root() { userId }: PathwayProgressView, @Ctx() { loaders }: RequestContext): Promise<User | undefined> {
    return loaders.userByIdentity.load(userIdentity(userId));
  }

  @FieldResolver(() => PathwayType, { nullable: true, description: 'The pathway.' })
  async pathway(
    @Root() { pathwayId }: PathwayProgressView,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Pathway | undefined> {
    return loaders.pathwayById.load(pathwayId);
  }
}

@Resolver(() => ActivityProgressType)
export class ActivityProgressRelations {
  @FieldResolver(() => ActivityType, { nullable: true, description: 'Its definition; null where that was removed.' })
  async activity(
    @Root() { activityId }: ActivityProgressView,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Activity | undefined> {
    return loaders.activityByRef.load(activityRef(activityId));
  }
}

@Resolver(() => ActivityStatisticsType)
export class ActivityStatisticsRelations {
  @FieldResolver(() => ActivityType, { nullable: true, description: 'Its definition; null where that was removed.' })
  async activity(
    @Root() { activityId }: ActivityStatisticsType,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Activity | undefined> {
    return loaders.activityByRef.load(activityRef(activityId));
  }
}

@Resolver(() => PathwayType)
export class PathwayStatisticsRelation {
  @FieldResolver(() => PathwayStatisticsType, {
    nullable: true,
    description: 'How many are on it, and how far. Null with `pathway:read:own`: others are counted in it.',
  })
  async statistics(
    @Root() { id }: Pathway,
    @Ctx() { loaders }: RequestContext,
  ): Promise<PathwayStatisticsView | undefined> {
    return loaders.statisticsOf.load(id);
  }
}

@Resolver(() => EnrolmentType)
export class EnrolmentProgress {
  @FieldResolver(() => PathwayProgressType, {
    nullable: true,
    description: 'How far they are; null where the enrolment has ended.',
  })
  async progress(
    @Root() { pathwayId, userId, withdrawnAt }: Enrolment,
    @Ctx() { loaders }: RequestContext,
  ): Promise<PathwayProgressView | undefined> {
    return withdrawnAt ? undefined : loaders.progressOf.load({ pathwayId, userId });
  }
}

@Resolver(() => UserType)
export class UserProgress {
  @FieldResolver(() => [PathwayProgressType], {
    description: 'How far they are on each of the pathways that they are on.',
  })
  async pathwayProgress(@Root() user: User, @Ctx() { loaders }: RequestContext): Promise<PathwayProgressView[]> {
    return loaders.progressOfUser.load(user);
  }
}
