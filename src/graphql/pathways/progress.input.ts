import { ArgsType, Field, InputType } from 'type-graphql';
import type { ProgressState } from '../../model/progress.js';
import { PageArgs } from '../page.args.js';
import { FeedCursorScalar, ObjectIdScalar } from '../scalars.js';
import { ProgressStateEnum } from './progress.enums.js';

@InputType('PathwayProgressFilter', {
  description:
    'Which people on a pathway. Fields AND together; a list means any of its values; null means the same as absent; an empty list matches nothing.',
})
export class PathwayProgressFilterInput {
  @Field(() => [ProgressStateEnum], { nullable: true, description: 'How far they are, e.g. `[COMPLETED]`.' })
  states?: ProgressState[] | null;

  @Field(() => ObjectIdScalar, {
    nullable: true,
    description: 'With `states`: how far they are with this activity rather than on the whole pathway.',
  })
  activityId?: string | null;

  @Field(() => [String], { nullable: true, description: 'Names of groups: who is in any of them.' })
  groups?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Ids, emails or names of users. A name of several people means all of them, of nobody matches nothing.',
  })
  users?: string[] | null;
}

@ArgsType()
export class PathwayProgressArgs extends PageArgs {
  @Field(() => ObjectIdScalar, { description: 'The id of the pathway.' })
  pathwayId!: string;

  @Field(() => PathwayProgressFilterInput, { nullable: true, description: 'Who; everybody on it, if absent.' })
  filter?: PathwayProgressFilterInput | null;

  @Field(() => FeedCursorScalar, {
    nullable: true,
    description: 'Waits (at most 6 s) until this place is reflected, e.g. the `cursor` of a mutation elsewhere.',
  })
  atLeast?: string | null;
}
