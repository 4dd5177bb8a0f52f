import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Mutation, Query, Resolver } from 'type-graphql';
import type { ActivityLog } from '../../model/activity-log.js';
import { type RequestContext, viewerOf } from '../context.js';
import { pageRequest } from '../page.args.js';
import { ObjectIdScalar } from '../scalars.js';
import type { Services } from '../services.js';
import { ActivityLogConnection, type ActivityLogList } from './activity-log.connection.js';
import { CreateActivityLogInputType } from './activity-log.input.js';
import {
  CreateActivityLogPayload,
  CreateActivityLogsPayload,
  DeleteActivityLogPayload,
  DeleteActivityLogsPayload,
} from './activity-log.payloads.js';
import { ActivityLogType } from './activity-log.type.js';
import { ActivityLogFilterInput } from './activity-log-filter.input.js';
import { ActivityLogsArgs } from './activity-logs.args.js';
import { selectedOfOne, selectedProperties } from './selection.js';

@Resolver(() => ActivityLogType)
export class ActivityLogResolver {
  constructor(private readonly services: Pick<Services, 'activityLogs'>) {}

  @Query(() => ActivityLogType, { nullable: true, description: 'One entry of the log; null where there is none.' })
  activityLog(
    @Arg('id', () => ObjectIdScalar, { description: 'The id of the entry.' }) id: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ActivityLog | undefined> {
    return this.services.activityLogs.get(viewerOf(context), id, selectedOfOne(info));
  }

  @Query(() => ActivityLogConnection, { description: 'Entries of the log, page by page.' })
  async activityLogs(
    @Args(() => ActivityLogsArgs) args: ActivityLogsArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ActivityLogList> {
    const { filter, orderBy, atLeast } = args;
    const { budget } = context;
    const asked = { filter, orderBy, atLeast, page: pageRequest(args), fields: selectedProperties(info), budget };
    const page = await this.services.activityLogs.list(viewerOf(context), asked);
    return Object.assign(new ActivityLogConnection(page), { systems: filter?.sources });
  }

  @Mutation(() => CreateActivityLogPayload, { description: 'Records one entry.' })
  createActivityLog(
    @Arg('input', () => CreateActivityLogInputType, { description: 'The entry.' }) input: CreateActivityLogInputType,
    @Ctx() context: RequestContext,
  ): Promise<CreateActivityLogPayload> {
    return this.services.activityLogs.create(viewerOf(context), input);
  }

  @Mutation(() => CreateActivityLogsPayload, {
    description: 'Records up to 1,000 entries, each on its own: one that is refused does not hinder the others.',
  })
  createActivityLogs(
    @Arg('inputs', () => [CreateActivityLogInputType], { description: 'The entries, at most 1,000.' })
    inputs: CreateActivityLogInputType[],
    @Ctx() context: RequestContext,
  ): Promise<CreateActivityLogsPayload> {
    return this.services.activityLogs.createMany(viewerOf(context), inputs);
  }

  @Mutation(() => DeleteActivityLogPayload, { description: 'Removes one entry.' })
  deleteActivityLog(
    @Arg('id', () => ObjectIdScalar, { description: 'The id of the entry.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<DeleteActivityLogPayload> {
    return this.services.activityLogs.remove(viewerOf(context), id);
  }

  @Mutation(() => DeleteActivityLogsPayload, {
    description: 'Removes what a filter matches, at most 1,000 entries a call. A filter that names nothing is refused.',
  })
  deleteActivityLogs(
    @Arg('filter', () => ActivityLogFilterInput, { description: 'Which entries.' }) filter: ActivityLogFilterInput,
    @Ctx() context: RequestContext,
  ): Promise<DeleteActivityLogsPayload> {
    return this.services.activityLogs.removeMany(viewerOf(context), filter);
  }
}
