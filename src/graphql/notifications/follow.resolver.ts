import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Follow } from '../../model/follow.js';
import { type Connection, connectionType } from '../connection.js';
import { type RequestContext, viewerOf } from '../context.js';
import { PageArgs, pageRequest } from '../page.args.js';
import type { Services } from '../services.js';
import { FollowInputType } from './follow.input.js';
import { FollowPayload, UnfollowPayload } from './follow.payloads.js';
import { FollowType } from './follow.type.js';

const FollowConnection = connectionType<Follow>('Follow', FollowType);

@Resolver(() => FollowType)
export class FollowResolver {
  constructor(private readonly services: Pick<Services, 'follows'>) {}

  @Query(() => FollowConnection, { description: 'What you follow, in the order in which you began, page by page.' })
  async follows(@Args(() => PageArgs) args: PageArgs, @Ctx() context: RequestContext): Promise<Connection<Follow>> {
    return new FollowConnection(await this.services.follows.list(viewerOf(context), pageRequest(args)));
  }

  @Mutation(() => FollowPayload, {
    description:
      'Follows something: what others do there concerns you from now on. At most 10,000 things; the same again changes nothing.',
  })
  async follow(
    @Arg('input', () => FollowInputType, { description: 'What to follow.' }) input: FollowInputType,
    @Ctx() context: RequestContext,
  ): Promise<FollowPayload> {
    const { target, since, cursor } = await this.services.follows.follow(viewerOf(context), input);
    return { follow: { target, since }, cursor };
  }

  @Mutation(() => UnfollowPayload, { description: 'Follows something no more. What you were told of stays.' })
  async unfollow(
    @Arg('input', () => FollowInputType, { description: 'What not to follow.' }) input: FollowInputType,
    @Ctx() context: RequestContext,
  ): Promise<UnfollowPayload> {
    const { cursor } = await this.services.follows.unfollow(viewerOf(context), input);
    return { cursor };
  }
}
