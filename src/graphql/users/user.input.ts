import { ArgsType, Field, InputType } from 'type-graphql';
import { PageArgs } from '../page.args.js';
import { ObjectIdScalar } from '../scalars.js';

@InputType('CreateUserInput', { description: 'A user to make known.' })
export class CreateUserInputType {
  @Field(() => String, { description: 'The full name, at most 200 characters, e.g. `Alice Miller`.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The email, unique in the workspace, e.g. `alice@example.com`.' })
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'A short name, at most 200 characters, e.g. `alice`.' })
  username?: string | null;
}

@InputType('UpdateUserInput', { description: 'A change to a user. What is absent stays; null takes away.' })
export class UpdateUserInputType {
  @Field(() => ObjectIdScalar, { description: 'The user to change.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'The new name; it cannot be taken away.' })
  name?: string;

  @Field(() => String, { nullable: true, description: 'The new email.' })
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'The new short name.' })
  username?: string | null;
}

@InputType('MergeUsersInput', { description: 'Two users who are one person.' })
export class MergeUsersInputType {
  @Field(() => ObjectIdScalar, { description: 'The user who becomes part of the other.' })
  userId!: string;

  @Field(() => ObjectIdScalar, { description: 'The user who stays, with the identities of both.' })
  intoUserId!: string;
}

@InputType('UnmergeUserInput', { description: 'A user who was merged into another.' })
export class UnmergeUserInputType {
  @Field(() => ObjectIdScalar, { description: 'The user who is to be one of their own again.' })
  userId!: string;
}

@InputType('UserFilter', {
  description:
    'Which users. Fields AND together; a list means any of its values; null means the same as absent; an empty list matches nobody.',
})
export class UserFilterInput {
  @Field(() => [ObjectIdScalar], { nullable: true, description: 'Their ids.' })
  ids?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Their emails, e.g. `["alice@example.com"]`.' })
  emails?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'Every word must begin a word of the name, email or username, e.g. `ali mil`.',
  })
  search?: string | null;
}

@ArgsType()
export class UsersArgs extends PageArgs {
  @Field(() => UserFilterInput, { nullable: true, description: 'Which users; all of them, if absent.' })
  filter?: UserFilterInput | null;
}
