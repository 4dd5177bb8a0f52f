import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type Identity, readIdentity } from '../../model/identity.js';
import type { MergedUser, User } from '../../model/user.js';
import type { Connection } from '../connection.js';
import { type RequestContext, viewerOf } from '../context.js';
import { exactlyOne } from '../one-of.js';
import { pageRequest } from '../page.args.js';
import { ObjectIdScalar } from '../scalars.js';
import type { Services } from '../services.js';
import { UserConnection } from './user.connection.js';
import {
  CreateUserInputType,
  MergeUsersInputType,
  UnmergeUserInputType,
  UpdateUserInputType,
  UsersArgs,
} from './user.input.js';
import {
  CreateUserPayload,
  CreateUsersPayload,
  MergeUsersPayload,
  RemoveUserPayload,
  UnmergeUserPayload,
  UpdateUserPayload,
} from './user.payloads.js';
import { MergedUserType, UserIdentityType, UserType } from './user.type.js';

@Resolver(() => UserType)
export class UserResolver {
  constructor(private readonly services: Pick<Services, 'users'>) {}

  @Query(() => UserType, {
    nullable: true,
    description:
      'One user, by exactly one of the arguments; null where there is none. Of one who was merged, whoever they are part of.',
  })
  async user(
    @Arg('id', () => ObjectIdScalar, { nullable: true, description: 'The id of the user.' }) id: string | null,
    @Arg('email', () => String, { nullable: true, description: 'The email of the user.' }) email: string | null,
    @Ctx() context: RequestContext,
  ): Promise<User | undefined> {
    exactlyOne({ id, email });
    return this.services.users.get(viewerOf(context), { id, email });
  }

  @Query(() => UserConnection, { description: 'Users by name, page by page.' })
  async users(@Args(() => UsersArgs) args: UsersArgs, @Ctx() context: RequestContext): Promise<Connection<User>> {
    const asked = { filter: args.filter, page: pageRequest(args) };
    return new UserConnection(await this.services.users.list(viewerOf(context), asked));
  }

  @Mutation(() => CreateUserPayload, { description: 'Makes one user known.' })
  async createUser(
    @Arg('input', () => CreateUserInputType, { description: 'The user.' }) input: CreateUserInputType,
    @Ctx() context: RequestContext,
  ): Promise<CreateUserPayload> {
    const { node, cursor } = await this.services.users.create(viewerOf(context), input);
    return { user: node, cursor };
  }

  @Mutation(() => CreateUsersPayload, {
    description: 'Makes up to 1,000 users known, each on its own: one that is refused does not hinder the others.',
  })
  async createUsers(
    @Arg('inputs', () => [CreateUserInputType], { description: 'The users, at most 1,000.' })
    inputs: CreateUserInputType[],
    @Ctx() context: RequestContext,
  ): Promise<CreateUsersPayload> {
    const { results, cursor } = await this.services.users.createMany(viewerOf(context), inputs);
    return { results: results.map(({ node, error }) => ({ user: node, error })), cursor };
  }

  @Mutation(() => UpdateUserPayload, { description: 'Changes one user.' })
  async updateUser(
    @Arg('input', () => UpdateUserInputType, { description: 'The change.' }) input: UpdateUserInputType,
    @Ctx() context: RequestContext,
  ): Promise<UpdateUserPayload> {
    const { node, cursor } = await this.services.users.update(viewerOf(context), input);
    return { user: node, cursor };
  }

  @Mutation(() => RemoveUserPayload, { description: 'Removes one user. The entries stay; they lose their user.' })
  removeUser(
    @Arg('id', () => ObjectIdScalar, { description: 'The id of the user.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<RemoveUserPayload> {
    return this.services.users.remove(viewerOf(context), id);
  }

  @Mutation(() => MergeUsersPayload, {
    description:
      'Makes one of two users. No entry changes: whatever names either is from now on of the one, in lists, filters, subscriptions and for `:own` credentials, and the id of the merged one names the other.',
  })
  async mergeUsers(
    @Arg('input', () => MergeUsersInputType, { description: 'Who, and into whom.' }) input: MergeUsersInputType,
    @Ctx() context: RequestContext,
  ): Promise<MergeUsersPayload> {
    const { node, cursor } = await this.services.users.merge(viewerOf(context), input);
    return { user: node, cursor };
  }

  @Mutation(() => UnmergeUserPayload, {
    description:
      'Takes a merged user out of the one they are part of, with precisely the identities that came with them, in any order.',
  })
  async unmergeUser(
    @Arg('input', () => UnmergeUserInputType, { description: 'Who.' }) input: UnmergeUserInputType,
    @Ctx() context: RequestContext,
  ): Promise<UnmergeUserPayload> {
    const { node, survivor, cursor } = await this.services.users.unmerge(viewerOf(context), input);
    return { user: node, survivor, cursor };
  }

  @FieldResolver(() => [UserIdentityType], { description: 'What sources call them, and their emails.' })
  identities(@Root() user: User): Identity[] {
    return user.identities.flatMap((key) => readIdentity(key) ?? []);
  }

  @FieldResolver(() => [MergedUserType], { description: 'Who was merged into them, directly or by way of another.' })
  mergedFrom(@Root() user: User): readonly MergedUser[] {
    return user.mergedFrom ?? [];
  }
}
