import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { ChangedSource } from '../../services/sources.js';
import { type RequestContext, viewerOf } from '../context.js';
import { ObjectIdScalar } from '../scalars.js';
import type { Services } from '../services.js';
import { ConnectSourceInputType, UpdateSourceInputType } from './source.input.js';
import {
  ConnectSourcePayload,
  PauseSourcePayload,
  RemoveSourcePayload,
  ReplaceSourceSecretPayload,
  ResumeSourcePayload,
  SyncSourcePayload,
  TestSourcePayload,
  UpdateSourcePayload,
} from './source.payloads.js';
import { SourceType, shownSource } from './source.type.js';
import { SourceSystemDescriptionType } from './source-system.type.js';

const idOption = { description: 'The id of the source.' };

@Resolver(() => SourceType)
export class SourceResolver {
  constructor(private readonly services: Pick<Services, 'sources'>) {}

  @Query(() => [SourceType], {
    description: 'The accounts of outside systems that the workspace has connected, by name.',
  })
  async sources(@Ctx() context: RequestContext): Promise<SourceType[]> {
    return (await this.services.sources.list(viewerOf(context))).map(shownSource);
  }

  @Query(() => SourceType, { nullable: true, description: 'One source; null where there is none.' })
  async source(
    @Arg('id', () => ObjectIdScalar, idOption) id: string,
    @Ctx() context: RequestContext,
  ): Promise<SourceType | undefined> {
    const found = await this.services.sources.get(viewerOf(context), id);
    return found && shownSource(found);
  }

  @Query(() => [SourceSystemDescriptionType], { description: 'The systems that can be connected, and what they need.' })
  sourceSystems(@Ctx() context: RequestContext): readonly SourceSystemDescriptionType[] {
    return this.services.sources.systems(viewerOf(context));
  }

  @Mutation(() => ConnectSourcePayload, {
    description: 'Connects an account of an outside system; it is read at once.',
  })
  async connectSource(
    @Arg('input', () => ConnectSourceInputType, { description: 'The source.' }) input: ConnectSourceInputType,
    @Ctx() context: RequestContext,
  ): Promise<ConnectSourcePayload> {
    return shown(await this.services.sources.connect(viewerOf(context), input));
  }

  @Mutation(() => UpdateSourcePayload, { description: 'Changes one source; it is read anew at once.' })
  async updateSource(
    @Arg('input', () => UpdateSourceInputType, { description: 'The change.' }) input: UpdateSourceInputType,
    @Ctx() context: RequestContext,
  ): Promise<UpdateSourcePayload> {
    return shown(await this.services.sources.update(viewerOf(context), input));
  }

  @Mutation(() => ReplaceSourceSecretPayload, { description: 'Sets one secret of a source; it is read anew at once.' })
  async replaceSourceSecret(
    @Arg('id', () => ObjectIdScalar, idOption) id: string,
    @Arg('name', () => String, { description: 'The name of the secret, one of those that its system knows.' })
    name: string,
    @Arg('value', () => String, { description: 'The new secret. Nobody can read it again.' }) value: string,
    @Ctx() context: RequestContext,
  ): Promise<ReplaceSourceSecretPayload> {
    return shown(await this.services.sources.replaceSecret(viewerOf(context), id, name, value));
  }

  @Mutation(() => TestSourcePayload, { description: 'Finds out with one call to a source whether it can be read.' })
  async testSource(
    @Arg('id', () => ObjectIdScalar, idOption) id: string,
    @Ctx() context: RequestContext,
  ): Promise<TestSourcePayload> {
    const tested = await this.services.sources.test(viewerOf(context), id);
    return { ...shown(tested), ok: tested.fault === undefined, fault: tested.fault };
  }

  @Mutation(() => PauseSourcePayload, { description: 'Stops reading a source, until it is resumed.' })
  async pauseSource(
    @Arg('id', () => ObjectIdScalar, idOption) id: string,
    @Ctx() context: RequestContext,
  ): Promise<PauseSourcePayload> {
    return shown(await this.services.sources.pause(viewerOf(context), id));
  }

  @Mutation(() => ResumeSourcePayload, { description: 'Goes on reading a source where that had come to.' })
  async resumeSource(
    @Arg('id', () => ObjectIdScalar, idOption) id: string,
    @Ctx() context: RequestContext,
  ): Promise<ResumeSourcePayload> {
    return shown(await this.services.sources.resume(viewerOf(context), id));
  }

  @Mutation(() => SyncSourcePayload, { description: 'Has a source read now, also where reading it was given up.' })
  async syncSource(
    @Arg('id', () => ObjectIdScalar, idOption) id: string,
    @Ctx() context: RequestContext,
  ): Promise<SyncSourcePayload> {
    return shown(await this.services.sources.syncNow(viewerOf(context), id));
  }

  @Mutation(() => RemoveSourcePayload, {
    description: 'Takes a source away, with its secrets. The entries that it brought stay.',
  })
  removeSource(
    @Arg('id', () => ObjectIdScalar, idOption) id: string,
    @Ctx() context: RequestContext,
  ): Promise<RemoveSourcePayload> {
    return this.services.sources.remove(viewerOf(context), id);
  }
}

const shown = ({ source, cursor }: ChangedSource): { source: SourceType; cursor: string } => ({
  source: shownSource(source),
  cursor,
});
