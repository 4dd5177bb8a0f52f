import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { notFound } from '../../base/errors.js';
import { userIdentity } from '../../model/identity.js';
import type { User } from '../../model/user.js';
import type { Viewer } from '../../model/viewer.js';
import type { Workspace } from '../../model/workspace.js';
import { type RequestContext, viewerOf } from '../context.js';
import type { Services } from '../services.js';
import { UserType } from '../users/user.type.js';
import { ViewerType, WorkspaceType } from './viewer.type.js';

@Resolver(() => ViewerType)
export class ViewerResolver {
  constructor(private readonly services: Pick<Services, 'workspaces'>) {}

  @Query(() => ViewerType, { description: 'Who is asking: the workspace, user and scopes of the credential.' })
  viewer(@Ctx() context: RequestContext): Viewer {
    return viewerOf(context);
  }

  @FieldResolver(() => [String], { description: 'What the credential may do, e.g. `["activity_log:read"]`.' })
  scopes(@Root() viewer: Viewer): string[] {
    return [...viewer.scopes].sort();
  }

  @FieldResolver(() => WorkspaceType, { description: 'The workspace that the credential opens.' })
  async workspace(@Root() viewer: Viewer): Promise<Workspace> {
    const workspace = await this.services.workspaces.findWorkspace(viewer.workspaceId);
    if (!workspace) throw notFound('This workspace');
    return workspace;
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description: 'The user that the credential belongs to, if it belongs to one.',
  })
  async user(@Root() viewer: Viewer, @Ctx() { loaders }: RequestContext): Promise<User | undefined> {
    return viewer.userId === undefined ? undefined : loaders.userByIdentity.load(userIdentity(viewer.userId));
  }
}
