import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Activity } from '../../model/activity.js';
import type { Follow } from '../../model/follow.js';
import { userIdentity } from '../../model/identity.js';
import type { Pathway } from '../../model/pathway.js';
import type { User } from '../../model/user.js';
import { ActivityType } from '../activities/activity.type.js';
import type { RequestContext } from '../context.js';
import { PathwayType } from '../pathways/pathway.type.js';
import { UserType } from '../users/user.type.js';
import { FollowedObjectType, FollowType } from './follow.type.js';

@Resolver(() => FollowType)
export class FollowRelations {
  @FieldResolver(() => FollowedObjectType, { nullable: true, description: 'The object, where it is one.' })
  object(@Root() { target }: Follow): FollowedObjectType | undefined {
    return target.kind === 'object' ? target.object : undefined;
  }

  @FieldResolver(() => ActivityType, { nullable: true, description: 'The activity, where it is one.' })
  async activity(@Root() { target }: Follow, @Ctx() { loaders }: RequestContext): Promise<Activity | undefined> {
    return target.kind === 'activity' ? loaders.activityById.load(target.activityId) : undefined;
  }

  @FieldResolver(() => PathwayType, { nullable: true, description: 'The pathway, where it is one.' })
  async pathway(@Root() { target }: Follow, @Ctx() { loaders }: RequestContext): Promise<Pathway | undefined> {
    return target.kind === 'pathway' ? loaders.pathwayById.load(target.pathwayId) : undefined;
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'The person, where it is one.' })
  async user(@Root() { target }: Follow, @Ctx() { loaders }: RequestContext): Promise<User | undefined> {
    return target.kind === 'user' ? loaders.userByIdentity.load(userIdentity(target.userId)) : undefined;
  }
}
