import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { type RequestContext, viewerOf } from '../context.js';
import type { Services } from '../services.js';
import { SourceType, shownSource } from '../sources/source.type.js';
import { ActivityLogConnection, type ActivityLogList } from './activity-log.connection.js';

@Resolver(() => ActivityLogConnection)
export class ActivityLogConnectionRelations {
  constructor(private readonly services: Pick<Services, 'sources'>) {}

  @FieldResolver(() => [SourceType], {
    description:
      'The sources, of the systems that the filter asks for, that may have more than this list shows: all that are not CURRENT. Needs the scope `source:read`.',
  })
  async staleSources(@Root() { systems }: ActivityLogList, @Ctx() context: RequestContext): Promise<SourceType[]> {
    return (await this.services.sources.stale(viewerOf(context), systems)).map(shownSource);
  }
}
