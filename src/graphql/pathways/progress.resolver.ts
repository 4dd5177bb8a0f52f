import { Args, Ctx, Query, Resolver } from 'type-graphql';
import type { PathwayProgressView } from '../../services/pathway-progress/views.js';
import type { Connection } from '../connection.js';
import { type RequestContext, viewerOf } from '../context.js';
import { pageRequest } from '../page.args.js';
import type { Services } from '../services.js';
import { PathwayProgressConnection } from './progress.connection.js';
import { PathwayProgressArgs } from './progress.input.js';
import { PathwayProgressType } from './progress.type.js';

@Resolver(() => PathwayProgressType)
export class PathwayProgressResolver {
  constructor(private readonly services: Pick<Services, 'pathwayProgress'>) {}

  @Query(() => PathwayProgressConnection, {
    description:
      'How far everybody on a pathway is, page by page. Each page shows what is so when it is read. With `pathway:read:own` the own user.',
  })
  async pathwayProgress(
    @Args(() => PathwayProgressArgs) { pathwayId, filter, atLeast, ...page }: PathwayProgressArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<PathwayProgressView>> {
    const asked = { pathwayId, filter, atLeast, page: pageRequest(page) };
    return new PathwayProgressConnection(await this.services.pathwayProgress.list(viewerOf(context), asked));
  }
}
