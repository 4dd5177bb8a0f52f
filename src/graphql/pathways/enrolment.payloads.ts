import { Field, ObjectType } from 'type-graphql';
import type { Enrolment } from '../../model/enrolment.js';
import type { EnrolOutcome } from '../../model/enrolment-input.js';
import { ItemErrorType } from '../item-error.type.js';
import { FeedCursorScalar } from '../scalars.js';
import { EnrolOutcomeEnum } from './enrolment.enums.js';
import { EnrolmentType } from './enrolment.type.js';

const cursorDescription = 'The place in the log that covers what this call wrote.';
const resultsDescription = 'One for each input, in their order.';

@ObjectType('EnrolUserResult', { description: "One item's part of a batch: an enrolment or an error." })
export class EnrolUserResult {
  @Field(() => EnrolOutcomeEnum, { nullable: true, description: 'What became of it; null where there is an error.' })
  outcome?: EnrolOutcome;

  @Field(() => EnrolmentType, { nullable: true, description: 'The enrolment; null where there is an error.' })
  enrolment?: Enrolment;

  @Field(() => ItemErrorType, { nullable: true, description: 'Why it was not accepted.' })
  error?: ItemErrorType;
}

@ObjectType('EnrolUsersPayload', { description: 'What became of each user of a batch.' })
export class EnrolUsersPayload {
  @Field(() => [EnrolUserResult], { description: resultsDescription })
  results!: readonly EnrolUserResult[];

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('WithdrawUserResult', { description: "One item's part of a batch: an enrolment that ended, or an error." })
export class WithdrawUserResult {
  @Field(() => EnrolmentType, {
    nullable: true,
    description: 'The enrolment that ended; null where there is an error.',
  })
  enrolment?: Enrolment;

  @Field(() => ItemErrorType, { nullable: true, description: 'Why it was not accepted.' })
  error?: ItemErrorType;
}

@ObjectType('WithdrawUsersPayload', { description: 'What became of each user of a batch.' })
export class WithdrawUsersPayload {
  @Field(() => [WithdrawUserResult], { description: resultsDescription })
  results!: readonly WithdrawUserResult[];

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}
