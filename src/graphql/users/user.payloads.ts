import { Field, ID, ObjectType } from 'type-graphql';
import type { User } from '../../model/user.js';
import { ItemErrorType } from '../item-error.type.js';
import { FeedCursorScalar } from '../scalars.js';
import { UserType } from './user.type.js';

const cursorDescription = 'The place in the log that covers what this call wrote.';

@ObjectType('CreateUserPayload', { description: 'The user that was made known.' })
export class CreateUserPayload {
  @Field(() => UserType, { description: 'The user.' })
  user!: User;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('CreateUserResult', { description: "One item's part of a batch: a user or an error." })
export class CreateUserResult {
  @Field(() => UserType, { nullable: true, description: 'The user; null where there is an error.' })
  user?: User;

  @Field(() => ItemErrorType, { nullable: true, description: 'Why it was not accepted.' })
  error?: ItemErrorType;
}

@ObjectType('CreateUsersPayload', { description: 'What became of each user of a batch.' })
export class CreateUsersPayload {
  @Field(() => [CreateUserResult], { description: 'One for each input, in their order.' })
  results!: readonly CreateUserResult[];

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('UpdateUserPayload', { description: 'The user after the change.' })
export class UpdateUserPayload {
  @Field(() => UserType, { description: 'The user.' })
  user!: User;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('RemoveUserPayload', { description: 'The user that was removed.' })
export class RemoveUserPayload {
  @Field(() => ID, { description: 'Its id.' })
  deletedId!: string;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('MergeUsersPayload', { description: 'The one user that two have become.' })
export class MergeUsersPayload {
  @Field(() => UserType, { description: 'Who stays.' })
  user!: User;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('UnmergeUserPayload', { description: 'The two users that were one.' })
export class UnmergeUserPayload {
  @Field(() => UserType, { description: 'Who is a user of their own again.' })
  user!: User;

  @Field(() => UserType, { description: 'Whom they were part of.' })
  survivor!: User;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}
