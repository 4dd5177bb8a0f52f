import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { User } from '../../model/user.js';
import type { UserErasure } from '../../model/user-erasure.js';
import { enumOf } from '../enums.js';
import { DateTimeScalar, FeedCursorScalar } from '../scalars.js';
import { UserType } from './user.type.js';

const UserErasureStateEnum = enumOf<UserErasure['state']>('UserErasureState', 'How far an erasure has come.', {
  RUNNING: 'Entries may still hold texts. It is finished also where a gateway fails meanwhile.',
  DONE: 'Nothing of what was to go is left.',
});

@ObjectType('UserErasure', { description: 'That what a person is called, and what was written of them, was erased.' })
export class UserErasureType {
  @Field(() => ID, { description: 'The id of the user, which stays.' })
  userId!: string;

  @Field(() => UserErasureStateEnum, { description: 'How far it has come.' })
  state!: UserErasure['state'];

  @Field(() => DateTimeScalar, { description: 'When it was asked for; `ActivityLog.textsErasedAt` of its entries.' })
  startedAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was done; null while it runs.' })
  finishedAt?: Date;

  @Field(() => Int, { nullable: true, description: 'How many entries lost their texts; null while it runs.' })
  entries?: number;
}

@ObjectType('EraseUserPayload', { description: 'The erasure that was begun, or runs already.' })
export class EraseUserPayload {
  @Field(() => UserErasureType, { description: 'The erasure. `userErasure` tells when it is done.' })
  erasure!: UserErasure;

  @Field(() => UserType, { description: 'The user, without a name.' })
  user!: User;

  @Field(() => FeedCursorScalar, { description: 'The place in the log that covers what this call wrote.' })
  cursor!: string;
}
