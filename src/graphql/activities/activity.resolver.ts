import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Activity } from '../../model/activity.js';
import type { Connection } from '../connection.js';
import { type RequestContext, viewerOf } from '../context.js';
import { exactlyOne } from '../one-of.js';
import { pageRequest } from '../page.args.js';
import { ObjectIdScalar } from '../scalars.js';
import type { Services } from '../services.js';
import { ActivityConnection } from './activity.connection.js';
import { ActivitiesArgs, CreateActivityInputType, UpdateActivityInputType } from './activity.input.js';
import {
  CreateActivitiesPayload,
  CreateActivityPayload,
  RemoveActivityPayload,
  UpdateActivityPayload,
} from './activity.payloads.js';
import { ActivityType } from './activity.type.js';

@Resolver(() => ActivityType)
export class ActivityResolver {
  constructor(private readonly services: Pick<Services, 'activities'>) {}

  @Query(() => ActivityType, {
    nullable: true,
    description: 'One definition, by exactly one of the arguments; null where there is none.',
  })
  async activity(
    @Arg('id', () => ObjectIdScalar, { nullable: true, description: 'The id of the definition.' }) id: string | null,
    @Arg('key', () => String, { nullable: true, description: 'The key of the definition.' }) key: string | null,
    @Ctx() context: RequestContext,
  ): Promise<Activity | undefined> {
    exactlyOne({ id, key });
    return this.services.activities.get(viewerOf(context), { id, key });
  }

  @Query(() => ActivityConnection, { description: 'Definitions of what can be done, page by page.' })
  async activities(
    @Args(() => ActivitiesArgs) args: ActivitiesArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Activity>> {
    const asked = { filter: args.filter, page: pageRequest(args) };
    return new ActivityConnection(await this.services.activities.list(viewerOf(context), asked));
  }

  @Mutation(() => CreateActivityPayload, { description: 'Defines one thing that can be done.' })
  async createActivity(
    @Arg('input', () => CreateActivityInputType, { description: 'The definition.' }) input: CreateActivityInputType,
    @Ctx() context: RequestContext,
  ): Promise<CreateActivityPayload> {
    const { node, cursor } = await this.services.activities.create(viewerOf(context), input);
    return { activity: node, cursor };
  }

  @Mutation(() => CreateActivitiesPayload, {
    description: 'Defines up to 1,000 things, each on its own: one that is refused does not hinder the others.',
  })
  async createActivities(
    @Arg('inputs', () => [CreateActivityInputType], { description: 'The definitions, at most 1,000.' })
    inputs: CreateActivityInputType[],
    @Ctx() context: RequestContext,
  ): Promise<CreateActivitiesPayload> {
    const { results, cursor } = await this.services.activities.createMany(viewerOf(context), inputs);
    return { results: results.map(({ node, error }) => ({ activity: node, error })), cursor };
  }

  @Mutation(() => UpdateActivityPayload, { description: 'Changes one definition.' })
  async updateActivity(
    @Arg('input', () => UpdateActivityInputType, { description: 'The change.' }) input: UpdateActivityInputType,
    @Ctx() context: RequestContext,
  ): Promise<UpdateActivityPayload> {
    const { node, cursor } = await this.services.activities.update(viewerOf(context), input);
    return { activity: node, cursor };
  }

  @Mutation(() => RemoveActivityPayload, {
    description: 'Removes one definition. The entries stay; they lose their definition.',
  })
  removeActivity(
    @Arg('id', () => ObjectIdScalar, { description: 'The id of the definition.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<RemoveActivityPayload> {
    return this.services.activities.remove(viewerOf(context), id);
  }
}
