import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Credential } from '../../model/credential.js';
import type { Connection } from '../connection.js';
import { type RequestContext, viewerOf } from '../context.js';
import { PageArgs, pageRequest } from '../page.args.js';
import { ObjectIdScalar } from '../scalars.js';
import type { Services } from '../services.js';
import { CredentialConnection } from './credential.connection.js';
import { CreateCredentialInputType } from './credential.input.js';
import { CreateCredentialPayload, RevokeCredentialPayload } from './credential.payloads.js';
import { CredentialType } from './credential.type.js';

/** Managing credentials needs the scope `*`. */
@Resolver(() => CredentialType)
export class CredentialResolver {
  constructor(private readonly services: Pick<Services, 'credentials'>) {}

  @Query(() => CredentialType, {
    nullable: true,
    description: 'One credential of the workspace; null where there is none.',
  })
  credential(
    @Arg('id', () => ObjectIdScalar, { description: 'The id of the credential.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Credential | undefined> {
    return this.services.credentials.get(viewerOf(context), id);
  }

  @Query(() => CredentialConnection, {
    description: 'The credentials of the workspace in the order of their making, revoked ones too.',
  })
  async credentials(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Credential>> {
    return new CredentialConnection(await this.services.credentials.list(viewerOf(context), pageRequest(args)));
  }

  @Mutation(() => CreateCredentialPayload, {
    description: 'Makes a credential; its secret is in this answer and nowhere else.',
  })
  createCredential(
    @Arg('input', () => CreateCredentialInputType, { description: 'The credential.' }) input: CreateCredentialInputType,
    @Ctx() context: RequestContext,
  ): Promise<CreateCredentialPayload> {
    return this.services.credentials.create(viewerOf(context), input);
  }

  @Mutation(() => RevokeCredentialPayload, {
    description: 'Ends a credential, in every process within half a second, and the tokens that it was exchanged for.',
  })
  revokeCredential(
    @Arg('id', () => ObjectIdScalar, { description: 'The id of the credential.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<RevokeCredentialPayload> {
    return this.services.credentials.revoke(viewerOf(context), id);
  }
}
