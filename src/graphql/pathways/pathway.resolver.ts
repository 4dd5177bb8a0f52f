import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Pathway } from '../../model/pathway.js';
import type { Changed } from '../../services/nouns/results.js';
import type { Connection } from '../connection.js';
import { type RequestContext, viewerOf } from '../context.js';
import { exactlyOne } from '../one-of.js';
import { pageRequest } from '../page.args.js';
import { ObjectIdScalar } from '../scalars.js';
import type { Services } from '../services.js';
import { PathwayConnection } from './pathway.connection.js';
import {
  CreatePathwayInputType,
  PathwaysArgs,
  ReorderPathwayActivitiesInputType,
  UpdatePathwayInputType,
} from './pathway.input.js';
import {
  ArchivePathwayPayload,
  CreatePathwayPayload,
  ReorderPathwayActivitiesPayload,
  UpdatePathwayPayload,
} from './pathway.payloads.js';
import { PathwayType } from './pathway.type.js';

interface ChangedPathway {
  readonly pathway: Pathway;
  readonly cursor: string;
}

const shown = ({ node, cursor }: Changed<Pathway>): ChangedPathway => ({ pathway: node, cursor });

@Resolver(() => PathwayType)
export class PathwayResolver {
  constructor(private readonly services: Pick<Services, 'pathways'>) {}

  @Query(() => PathwayType, {
    nullable: true,
    description:
      'One pathway, by exactly one of the arguments; null where there is none. A name of several is an error that lists their ids.',
  })
  async pathway(
    @Arg('id', () => ObjectIdScalar, { nullable: true, description: 'The id of the pathway.' }) id: string | null,
    @Arg('key', () => String, { nullable: true, description: 'The key of the pathway.' }) key: string | null,
    @Arg('name', () => String, { nullable: true, description: 'The name of the pathway, in any case.' })
    name: string | null,
    @Ctx() context: RequestContext,
  ): Promise<Pathway | undefined> {
    exactlyOne({ id, key, name });
    return this.services.pathways.get(viewerOf(context), { id, key, name });
  }

  @Query(() => PathwayConnection, {
    description: 'Pathways by name, page by page. With `pathway:read:own` those that the own user is on.',
  })
  async pathways(
    @Args(() => PathwaysArgs) args: PathwaysArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Pathway>> {
    const asked = { filter: args.filter, page: pageRequest(args) };
    return new PathwayConnection(await this.services.pathways.list(viewerOf(context), asked));
  }

  @Mutation(() => CreatePathwayPayload, { description: 'Makes one pathway.' })
  async createPathway(
    @Arg('input', () => CreatePathwayInputType, { description: 'The pathway.' }) input: CreatePathwayInputType,
    @Ctx() context: RequestContext,
  ): Promise<ChangedPathway> {
    return shown(await this.services.pathways.create(viewerOf(context), input));
  }

  @Mutation(() => UpdatePathwayPayload, { description: 'Changes one pathway.' })
  async updatePathway(
    @Arg('input', () => UpdatePathwayInputType, { description: 'The change.' }) input: UpdatePathwayInputType,
    @Ctx() context: RequestContext,
  ): Promise<ChangedPathway> {
    return shown(await this.services.pathways.update(viewerOf(context), input));
  }

  @Mutation(() => ReorderPathwayActivitiesPayload, {
    description: 'Puts the activities of one pathway in another order. CONFLICT where they are others by now.',
  })
  async reorderPathwayActivities(
    @Arg('input', () => ReorderPathwayActivitiesInputType, { description: 'The order.' })
    input: ReorderPathwayActivitiesInputType,
    @Ctx() context: RequestContext,
  ): Promise<ChangedPathway> {
    return shown(await this.services.pathways.reorder(viewerOf(context), input));
  }

  @Mutation(() => ArchivePathwayPayload, {
    description: 'Closes one pathway to newcomers, or opens it again. Whoever is on it stays, and so do its entries.',
  })
  async archivePathway(
    @Arg('id', () => ObjectIdScalar, { description: 'The id of the pathway.' }) id: string,
    @Arg('archived', () => Boolean, { defaultValue: true, description: 'False opens it again.' }) archived: boolean,
    @Ctx() context: RequestContext,
  ): Promise<ChangedPathway> {
    return shown(await this.services.pathways.archive(viewerOf(context), id, archived));
  }
}
