import { Field, ID, ObjectType } from 'type-graphql';
import type { Activity } from '../../model/activity.js';
import { ItemErrorType } from '../item-error.type.js';
import { FeedCursorScalar } from '../scalars.js';
import { ActivityType } from './activity.type.js';

const cursorDescription = 'The place in the log that covers what this call wrote.';

@ObjectType('CreateActivityPayload', { description: 'The definition that was made.' })
export class CreateActivityPayload {
  @Field(() => ActivityType, { description: 'The definition.' })
  activity!: Activity;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('CreateActivityResult', { description: "One item's part of a batch: a definition or an error." })
export class CreateActivityResult {
  @Field(() => ActivityType, { nullable: true, description: 'The definition; null where there is an error.' })
  activity?: Activity;

  @Field(() => ItemErrorType, { nullable: true, description: 'Why it was not accepted.' })
  error?: ItemErrorType;
}

@ObjectType('CreateActivitiesPayload', { description: 'What became of each definition of a batch.' })
export class CreateActivitiesPayload {
  @Field(() => [CreateActivityResult], { description: 'One for each input, in their order.' })
  results!: readonly CreateActivityResult[];

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('UpdateActivityPayload', { description: 'The definition after the change.' })
export class UpdateActivityPayload {
  @Field(() => ActivityType, { description: 'The definition.' })
  activity!: Activity;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('RemoveActivityPayload', { description: 'The definition that was removed.' })
export class RemoveActivityPayload {
  @Field(() => ID, { description: 'Its id.' })
  deletedId!: string;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}
