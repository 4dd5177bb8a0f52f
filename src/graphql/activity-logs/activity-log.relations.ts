import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Activity } from '../../model/activity.js';
import type { ActivityLog } from '../../model/activity-log.js';
import type { Pathway } from '../../model/pathway.js';
import type { UpstreamStatus } from '../../model/source.js';
import type { User } from '../../model/user.js';
import { ActivityType } from '../activities/activity.type.js';
import type { RequestContext } from '../context.js';
import { PathwayType } from '../pathways/pathway.type.js';
import { UserType } from '../users/user.type.js';
import { UpstreamStatusEnum } from './activity-log.enums.js';
import { ActivityLogType } from './activity-log.type.js';

@Resolver(() => ActivityLogType)
export class ActivityLogRelations {
  @FieldResolver(() => UserType, {
    nullable: true,
    description: 'The user who acted; null where the actor is none that is known here.',
  })
  async user(@Root() entry: ActivityLog, @Ctx() { loaders }: RequestContext): Promise<User | undefined> {
    return entry.actor.key === undefined ? undefined : loaders.userByIdentity.load(entry.actor.key);
  }

  @FieldResolver(() => ActivityType, { nullable: true, description: 'What was done, where it is defined here.' })
  async activity(@Root() entry: ActivityLog, @Ctx() { loaders }: RequestContext): Promise<Activity | undefined> {
    return entry.activityRef === undefined ? undefined : loaders.activityByRef.load(entry.activityRef);
  }

  @FieldResolver(() => PathwayType, {
    nullable: true,
    description: 'The pathway that it belongs to, where that is one of those here.',
  })
  async pathway(@Root() entry: ActivityLog, @Ctx() { loaders }: RequestContext): Promise<Pathway | undefined> {
    return entry.pathwayId === undefined ? undefined : loaders.pathwayById.load(entry.pathwayId);
  }

  @FieldResolver(() => UpstreamStatusEnum, {
    nullable: true,
    description:
      'Whether the system in whose name it was posted here has it, too; null where it is not written through to one.',
  })
  async upstream(@Root() entry: ActivityLog, @Ctx() { loaders }: RequestContext): Promise<UpstreamStatus | undefined> {
    return loaders.upstreamOf.load(entry);
  }
}
