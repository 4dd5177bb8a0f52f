import { Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../scalars.js';

@ObjectType('PathwayActivity', { simpleResolvers: true, description: 'An activity in its place in a pathway.' })
export class PathwayActivityType {
  @Field(() => ID, { description: 'The id of its definition, also of one that was removed since.' })
  activityId!: string;

  @Field(() => Int, { description: 'The level that it lies on, 1 to 4.' })
  level!: number;

  @Field(() => Boolean, { description: 'Whether the pathway is complete only with it.' })
  required!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'What kind of thing it is, in the word of its maker or source, e.g. `story`, `data` or `classroom`.',
  })
  type?: string;

  @Field(() => String, {
    nullable: true,
    description: 'How it is fulfilled, in the word of its maker or source, e.g. `check-in`, `complete` or `tracking`.',
  })
  fulfilmentType?: string;
}

@ObjectType('Pathway', {
  simpleResolvers: true,
  description: 'Activities in order, on levels, that the users who are enrolled work through.',
})
export class PathwayType {
  @Field(() => ID, { description: 'Its id: 24 hexadecimal digits.' })
  id!: string;

  @Field(() => String, { description: 'Chosen by its maker, unique in the workspace, e.g. `onboarding`.' })
  key!: string;

  @Field(() => String, { description: 'Its name for people, e.g. `Become a store owner`. Several may have the same.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is, in a few sentences.' })
  description?: string;

  @Field(() => [PathwayActivityType], { description: 'What there is to do, in order.' })
  activities!: readonly PathwayActivityType[];

  @Field(() => Boolean, {
    description: 'Whether a level opens only once the required activities of the levels below it are done.',
  })
  levelsInOrder!: boolean;

  @Field(() => Boolean, { description: 'Whether nobody can be enrolled any more.' })
  archived!: boolean;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When it was last changed.' })
  updatedAt!: Date;
}
