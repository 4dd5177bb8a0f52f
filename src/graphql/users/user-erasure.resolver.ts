import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { UserErasure } from '../../model/user-erasure.js';
import { type RequestContext, viewerOf } from '../context.js';
import { ObjectIdScalar } from '../scalars.js';
import type { Services } from '../services.js';
import { EraseUserPayload, UserErasureType } from './user-erasure.type.js';

@Resolver(() => UserErasureType)
export class UserErasureResolver {
  constructor(private readonly services: Pick<Services, 'userErasures'>) {}

  @Query(() => UserErasureType, {
    nullable: true,
    description: 'How far erasing a user has come, needs `*`; null where nothing of theirs was erased.',
  })
  userErasure(
    @Arg('userId', () => ObjectIdScalar, { description: 'The id of the user.' }) userId: string,
    @Ctx() context: RequestContext,
  ): Promise<UserErasure | undefined> {
    return this.services.userErasures.find(viewerOf(context), userId);
  }

  @Mutation(() => EraseUserPayload, {
    description:
      'Erases for good what a user, and everybody merged into them, is called, and what they and sources wrote in their entries; ids, counts and places stay. Needs `*`. May be called again, for what came since.',
  })
  async eraseUser(
    @Arg('id', () => ObjectIdScalar, { description: 'The id of the user.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<EraseUserPayload> {
    const { erasure, node, cursor } = await this.services.userErasures.begin(viewerOf(context), id);
    return { erasure, user: node, cursor };
  }
}
