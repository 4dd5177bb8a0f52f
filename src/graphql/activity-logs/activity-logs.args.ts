import { ArgsType, Field } from 'type-graphql';
import type { ActivityLogOrder } from '../../model/activity-log-order.js';
import { PageArgs } from '../page.args.js';
import { FeedCursorScalar } from '../scalars.js';
import { ActivityLogOrderEnum } from './activity-log.enums.js';
import { ActivityLogFilterInput } from './activity-log-filter.input.js';

@ArgsType()
export class ActivityLogsArgs extends PageArgs {
  @Field(() => ActivityLogFilterInput, { nullable: true, description: 'Which entries; all of them, if absent.' })
  filter?: ActivityLogFilterInput | null;

  @Field(() => ActivityLogOrderEnum, {
    nullable: true,
    defaultValue: ActivityLogOrderEnum.OCCURRED_AT_DESC,
    description: 'In which order.',
  })
  orderBy?: ActivityLogOrder | null;

  @Field(() => FeedCursorScalar, {
    nullable: true,
    description:
      'Wait, at most 6 seconds, until the answer covers this place in the log, e.g. the `cursor` of what you just wrote elsewhere.',
  })
  atLeast?: string | null;
}
