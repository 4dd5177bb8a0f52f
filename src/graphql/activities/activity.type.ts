import { Field, ID, ObjectType } from 'type-graphql';
import type { SourceSystem } from '../../model/source-system.js';
import { DateTimeScalar } from '../scalars.js';
import { SourceSystemEnum } from '../source-system.enum.js';

@ObjectType('SourceId', { simpleResolvers: true, description: 'Under which id a source knows something.' })
export class SourceIdType {
  @Field(() => SourceSystemEnum, { description: 'The source.' })
  source!: SourceSystem;

  @Field(() => String, { description: "The source's own id, e.g. `course-17`." })
  id!: string;
}

@ObjectType('Activity', {
  simpleResolvers: true,
  description: 'The definition of something that can be done. An activity log is one performance of it.',
})
export class ActivityType {
  @Field(() => ID, { description: 'Its id: 24 hexadecimal digits.' })
  id!: string;

  @Field(() => String, { description: 'Chosen by its maker, unique in the workspace, e.g. `bike-to-work`.' })
  key!: string;

  @Field(() => String, { description: 'Its name for people, e.g. `Bike to work`.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is, in a few sentences.' })
  description?: string;

  @Field(() => [SourceIdType], { description: 'Under which ids the sources know it.' })
  sourceIds!: readonly SourceIdType[];

  @Field(() => DateTimeScalar, { description: 'When it was defined.' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When it was last changed.' })
  updatedAt!: Date;
}
