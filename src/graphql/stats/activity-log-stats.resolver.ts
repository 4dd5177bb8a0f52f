import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { ActivityLogStats, StatsGroup } from '../../model/activity-log-stats.js';
import type { User } from '../../model/user.js';
import { maxBuckets } from '../../services/activity-log-stats.js';
import { type RequestContext, viewerOf } from '../context.js';
import type { Services } from '../services.js';
import { UserType } from '../users/user.type.js';
import { ActivityLogStatsArgs } from './activity-log-stats.args.js';
import { ActivityLogStatsType, StatsGroupType } from './activity-log-stats.type.js';

@Resolver(() => StatsGroupType)
export class ActivityLogStatsResolver {
  constructor(private readonly services: Pick<Services, 'activityLogStats'>) {}

  @Query(() => ActivityLogStatsType, {
    description: `Entries of the log, counted by time and by group. Without \`filter.occurredAfter\`: the most recent ${maxBuckets} buckets up to the last entry. Without \`filter.occurredBefore\` an entry that is more than a bucket ahead of now is not the last one.`,
  })
  activityLogStats(
    @Args(() => ActivityLogStatsArgs) args: ActivityLogStatsArgs,
    @Ctx() context: RequestContext,
  ): Promise<ActivityLogStats> {
    return this.services.activityLogStats.get(viewerOf(context), args);
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description: 'The user who acted, by USER; null where the actor is none that is known here.',
  })
  async user(@Root() { actorKey }: StatsGroup, @Ctx() { loaders }: RequestContext): Promise<User | undefined> {
    return actorKey === undefined ? undefined : loaders.userByIdentity.load(actorKey);
  }
}
