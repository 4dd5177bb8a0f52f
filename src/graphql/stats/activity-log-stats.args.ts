import { ArgsType, Field, Int } from 'type-graphql';
import type { StatsGrouping } from '../../model/activity-log-stats.js';
import type { BucketInterval } from '../../model/buckets.js';
import { defaultTop, maxTop } from '../../services/activity-log-stats/input.js';
import { maxBuckets } from '../../services/activity-log-stats.js';
import { ActivityLogFilterInput } from '../activity-logs/activity-log-filter.input.js';
import { FeedCursorScalar } from '../scalars.js';
import { StatsGroupingEnum, StatsIntervalEnum } from './stats.enums.js';

@ArgsType()
export class ActivityLogStatsArgs {
  @Field(() => ActivityLogFilterInput, { nullable: true, description: 'Which entries; all of them, if absent.' })
  filter?: ActivityLogFilterInput | null;

  @Field(() => StatsIntervalEnum, {
    nullable: true,
    defaultValue: StatsIntervalEnum.DAY,
    description: `How long a bucket is. An answer has at most ${maxBuckets} of them.`,
  })
  interval?: BucketInterval | null;

  @Field(() => String, {
    nullable: true,
    defaultValue: 'UTC',
    description: 'By whose clocks, a name of the time zone database, e.g. `Europe/Berlin`.',
  })
  timeZone?: string | null;

  @Field(() => StatsGroupingEnum, { nullable: true, description: 'What is counted together; time alone, if absent.' })
  groupBy?: StatsGrouping | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: defaultTop,
    description: `How many groups are shown one by one, the largest, 0 to ${maxTop}; the others are one.`,
  })
  top?: number | null;

  @Field(() => FeedCursorScalar, {
    nullable: true,
    description: 'Wait, at most 6 seconds, until the answer covers this place in the log.',
  })
  atLeast?: string | null;
}
