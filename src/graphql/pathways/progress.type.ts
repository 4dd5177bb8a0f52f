import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { ProgressState } from '../../model/progress.js';
import { DateTimeScalar, FeedCursorScalar } from '../scalars.js';
import { ProgressStateEnum } from './progress.enums.js';

@ObjectType('ActivityProgress', { description: 'How far somebody is with one activity of a pathway.' })
export class ActivityProgressType {
  @Field(() => ID, { description: 'The id of its definition, also of one that was removed since.' })
  activityId!: string;

  @Field(() => ProgressStateEnum, { description: 'How far.' })
  state!: ProgressState;

  @Field(() => Float, {
    nullable: true,
    description: '0 to 100; null where it was begun and no source says how far it is.',
  })
  percent?: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it last changed; null where nothing was begun.' })
  changedAt?: Date;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the entry that decides: it holds what the activity was fulfilled with.',
  })
  activityLogId?: string;
}

@ObjectType('PathwayProgress', {
  description: 'How far one person is on one pathway. It follows from the log: nobody writes it.',
})
export class PathwayProgressType {
  @Field(() => ID, { description: 'The id of the pathway.' })
  pathwayId!: string;

  @Field(() => ID, { description: 'The id of the user: of one who was merged, of whoever they are part of.' })
  userId!: string;

  @Field(() => [String], { description: 'The names of their groups on the pathway.' })
  groups!: readonly string[];

  @Field(() => DateTimeScalar, { description: 'Since when they are on it.' })
  enrolledAt!: Date;

  @Field(() => ProgressStateEnum, {
    description: 'How far: the required activities decide, or all where none is required.',
  })
  state!: ProgressState;

  @Field(() => Float, { description: '0 to 100: the mean over the activities that decide.' })
  percent!: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When any activity last changed; null where nothing was begun.',
  })
  changedAt?: Date;

  @Field(() => Int, { description: 'The highest level that is open to them, 1 to 4.' })
  openLevel!: number;

  @Field(() => FeedCursorScalar, {
    description: 'The place in the log that this reflects, at least: follow from here.',
  })
  asOf!: string;
}

@ObjectType('ActivityStatistics', { description: 'How many on a pathway have completed one of its activities.' })
export class ActivityStatisticsType {
  @Field(() => ID, { description: 'The id of the activity.' })
  activityId!: string;

  @Field(() => Int, { description: 'How many are on the pathway.' })
  total!: number;

  @Field(() => Int, { description: 'How many of them have completed the activity.' })
  completed!: number;
}

@ObjectType('PathwayStatistics', { description: 'How many are on a pathway, and how far.' })
export class PathwayStatisticsType {
  @Field(() => Int, { description: 'How many are on it.' })
  total!: number;

  @Field(() => Int, { description: 'How many of them have not begun.' })
  notStarted!: number;

  @Field(() => Int, { description: 'How many of them have begun.' })
  inProgress!: number;

  @Field(() => Int, { description: 'How many of them have completed it.' })
  completed!: number;

  @Field(() => [ActivityStatisticsType], { description: 'For its activities, in their order.' })
  activities!: readonly ActivityStatisticsType[];

  @Field(() => FeedCursorScalar, {
    description: 'The place in the log that this reflects, at least: follow from here.',
  })
  asOf!: string;
}
