import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Pathway } from '../../model/pathway.js';
import type { User } from '../../model/user.js';
import type { Connection } from '../connection.js';
import type { RequestContext } from '../context.js';
import { PageArgs, pageRequest } from '../page.args.js';
import { UserType } from '../users/user.type.js';
import { PathwayConnection } from './pathway.connection.js';

@Resolver(() => UserType)
export class UserPathways {
  @FieldResolver(() => PathwayConnection, { description: 'The pathways that they are on, by name.' })
  async pathways(
    @Root() user: User,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Connection<Pathway>> {
    return new PathwayConnection(await loaders.pathwaysOf(user, pageRequest(args)));
  }
}
