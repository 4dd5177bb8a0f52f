import { Field, ID, ObjectType } from 'type-graphql';
import type { PathwayProgressView, PathwayStatisticsView } from '../../services/pathway-progress/views.js';
import { FeedCursorScalar } from '../scalars.js';
import { PathwayProgressEventTypeEnum, type PathwayProgressEventTypeName } from './progress.enums.js';
import { PathwayProgressType, PathwayStatisticsType } from './progress.type.js';

@ObjectType('PathwayProgressEvent', {
  description: "That somebody's progress on a pathway changed, as it is now.",
  simpleResolvers: true,
})
export class PathwayProgressEvent {
  @Field(() => FeedCursorScalar, {
    description:
      'The place in the log of what changed it: follow on from here. Where one entry changed several, all but the last have the place before it.',
  })
  cursor!: string;

  @Field(() => PathwayProgressEventTypeEnum, { description: 'What happened.' })
  type!: PathwayProgressEventTypeName;

  @Field(() => ID, { description: 'The id of the user.' })
  userId!: string;

  @Field(() => PathwayProgressType, { nullable: true, description: 'How far they are; null where they left.' })
  progress?: PathwayProgressView;

  @Field(() => PathwayStatisticsType, {
    nullable: true,
    description:
      'How many are on the pathway now, and how far, with those activities alone whose numbers may be new. Null with `pathway:read:own`.',
  })
  statistics?: PathwayStatisticsView;
}
