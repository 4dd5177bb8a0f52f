import { Field, ObjectType } from 'type-graphql';
import type { Follow } from '../../model/follow.js';
import { FeedCursorScalar } from '../scalars.js';
import { FollowType } from './follow.type.js';

const cursorDescription =
  'The place in the log of what this call wrote, or, where that was so already, one at which it is.';

@ObjectType('FollowPayload', { description: 'What you follow now.' })
export class FollowPayload {
  @Field(() => FollowType, { description: 'What you follow.' })
  follow!: Pick<Follow, 'target' | 'since'>;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('UnfollowPayload', { description: 'What you no longer follow.' })
export class UnfollowPayload {
  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}
