import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { ActivityLog } from '../../model/activity-log.js';
import { ItemErrorType } from '../item-error.type.js';
import { FeedCursorScalar } from '../scalars.js';
import { RecordOutcomeEnum } from './activity-log.enums.js';
import { ActivityLogType } from './activity-log.type.js';

const cursorDescription = 'The place in the log that covers what this call wrote.';

@ObjectType('CreateActivityLogPayload', { description: 'What became of an entry.' })
export class CreateActivityLogPayload {
  @Field(() => RecordOutcomeEnum, { description: 'Whether it was recorded now or was there already.' })
  outcome!: 'RECORDED' | 'DUPLICATE';

  @Field(() => ActivityLogType, {
    nullable: true,
    description: 'The entry, or the first one under its key; null where you may not read it or it was removed.',
  })
  activityLog?: ActivityLog;

  @Field(() => Boolean, { description: 'Whether the first one under this key was removed since.' })
  removed!: boolean;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('CreateActivityLogResult', {
  simpleResolvers: true,
  description: "One item's part of a batch: an outcome or an error.",
})
export class CreateActivityLogResult {
  @Field(() => RecordOutcomeEnum, { nullable: true, description: 'What became of it; null where there is an error.' })
  outcome?: 'RECORDED' | 'DUPLICATE';

  @Field(() => ActivityLogType, { nullable: true, description: 'The entry, as for a single one.' })
  activityLog?: ActivityLog;

  @Field(() => Boolean, { description: 'Whether the first one under this key was removed since.' })
  removed!: boolean;

  @Field(() => ItemErrorType, { nullable: true, description: 'Why it was not accepted.' })
  error?: ItemErrorType;
}

@ObjectType('CreateActivityLogsPayload', { description: 'What became of each entry of a batch.' })
export class CreateActivityLogsPayload {
  @Field(() => [CreateActivityLogResult], { description: 'One for each input, in their order.' })
  results!: readonly CreateActivityLogResult[];

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('DeleteActivityLogPayload', { description: 'The entry that was removed.' })
export class DeleteActivityLogPayload {
  @Field(() => ID, { description: 'Its id.' })
  deletedId!: string;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('DeleteActivityLogsPayload', { description: 'How many entries were removed.' })
export class DeleteActivityLogsPayload {
  @Field(() => Int, { description: 'How many, at most 1,000 for one call.' })
  deletedCount!: number;

  @Field(() => Boolean, { description: 'Whether more matched: call again.' })
  hasMore!: boolean;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}
