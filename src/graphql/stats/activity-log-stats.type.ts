import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { StatsGroup, StatsGroupName } from '../../model/activity-log-stats.js';
import type { BucketInterval } from '../../model/buckets.js';
import type { SourceSystem } from '../../model/source-system.js';
import { ActivityObjectType, ActorType } from '../activity-logs/activity-log.type.js';
import { DateTimeScalar, FeedCursorScalar } from '../scalars.js';
import { SourceSystemEnum } from '../source-system.enum.js';
import { StatsGroupKindEnum, StatsIntervalEnum } from './stats.enums.js';

const ofSum = 'The sum of their values; null where none has one. Values beyond ±1e200 are in no sum.';

@ObjectType('StatsGroup', {
  description: 'Entries that are counted together, over all buckets.',
  simpleResolvers: true,
})
export class StatsGroupType {
  readonly actorKey?: StatsGroup['actorKey'];

  @Field(() => StatsGroupKindEnum, { description: 'Whether this is one thing, or a rest.' })
  kind!: StatsGroupName['kind'];

  @Field(() => Int, { description: 'How many entries.' })
  count!: number;

  @Field(() => Float, { nullable: true, description: ofSum })
  sum?: number;

  @Field(() => SourceSystemEnum, { nullable: true, description: 'The system, by SOURCE and by OBJECT.' })
  source?: SourceSystem;

  @Field(() => String, { nullable: true, description: "The source's own word, by ACTION." })
  action?: string;

  @Field(() => ActorType, { nullable: true, description: 'Who acted as the newest of these entries says it, by USER.' })
  actor?: ActorType;

  @Field(() => ActivityObjectType, { nullable: true, description: 'The thing, by OBJECT; its newest name.' })
  object?: ActivityObjectType;
}

@ObjectType('StatsCount', { description: 'What one bucket has of one group.', simpleResolvers: true })
export class StatsCountType {
  @Field(() => Int, { description: 'How many entries.' })
  count!: number;

  @Field(() => Float, { nullable: true, description: ofSum })
  sum?: number;
}

@ObjectType('StatsBucket', { description: 'An hour, a day or a week.', simpleResolvers: true })
export class StatsBucketType {
  @Field(() => DateTimeScalar, { description: 'When it begins.' })
  start!: Date;

  @Field(() => DateTimeScalar, { description: 'When the next one begins.' })
  end!: Date;

  @Field(() => String, { description: 'Its beginning as clocks there show it, e.g. `2026-03-29T00:00:00+01:00`.' })
  local!: string;

  @Field(() => Int, { description: 'How many entries happened in it.' })
  count!: number;

  @Field(() => Float, { nullable: true, description: ofSum })
  sum?: number;

  @Field(() => [StatsCountType], {
    description: 'What each of the groups has of it, in the order of `groups`: together they are the whole.',
  })
  groups!: readonly StatsCountType[];
}

@ObjectType('ActivityLogStats', {
  description: 'How many entries there are, by time and by group, as of one place in the log.',
  simpleResolvers: true,
})
export class ActivityLogStatsType {
  @Field(() => StatsIntervalEnum, { description: 'How long the buckets are.' })
  interval!: BucketInterval;

  @Field(() => String, { description: 'By whose clocks, as the time zone database writes it.' })
  timeZone!: string;

  @Field(() => Int, { description: 'How many entries in all.' })
  count!: number;

  @Field(() => Float, { nullable: true, description: ofSum })
  sum?: number;

  @Field(() => [StatsGroupType], {
    description: 'The largest groups first, the rest as one group at the end; empty without `groupBy`.',
  })
  groups!: readonly StatsGroupType[];

  @Field(() => [StatsBucketType], {
    description:
      "One after the other, also where nothing happened, from the filter's `occurredAfter`, or else the first entry, to its `occurredBefore`, or else the last one.",
  })
  buckets!: readonly StatsBucketType[];

  @Field(() => FeedCursorScalar, {
    description: 'The place in the log that all of this reflects: follow on from here, and count what you are told.',
  })
  feedCursor!: string;
}
