import { ArgsType, Field, InputType, Int } from 'type-graphql';
import { PageArgs } from '../page.args.js';
import { ObjectIdScalar } from '../scalars.js';

@InputType('PathwayActivityInput', { description: 'An activity in its place in a pathway.' })
export class PathwayActivityInputType {
  @Field(() => ObjectIdScalar, { description: 'The id of its definition. Each may be in a pathway once.' })
  activityId!: string;

  @Field(() => Int, { nullable: true, description: 'The level that it lies on, 1 to 4; 1, if absent.' })
  level?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the pathway is complete only with it; true, if absent.',
  })
  required?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'What kind of thing it is, in your own word, at most 100 characters, e.g. `story`.',
  })
  type?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'How it is fulfilled, in your own word, at most 100 characters, e.g. `check-in`.',
  })
  fulfilmentType?: string | null;
}

@InputType('CreatePathwayInput', { description: 'A pathway to make.' })
export class CreatePathwayInputType {
  @Field(() => String, { description: 'Unique in the workspace, at most 200 characters, e.g. `onboarding`.' })
  key!: string;

  @Field(() => String, { description: 'Its name for people, at most 500 characters, e.g. `Become a store owner`.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is, at most 5,000 characters.' })
  description?: string | null;

  @Field(() => [PathwayActivityInputType], {
    nullable: true,
    description: 'What there is to do, in order, at most 500.',
  })
  activities?: PathwayActivityInputType[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether a level opens only once the required activities below it are done; false, if absent.',
  })
  levelsInOrder?: boolean | null;
}

@InputType('UpdatePathwayInput', { description: 'A change to a pathway. What is absent stays; null takes away.' })
export class UpdatePathwayInputType {
  @Field(() => ObjectIdScalar, { description: 'The pathway to change.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'The new key; it cannot be taken away.' })
  key?: string;

  @Field(() => String, { nullable: true, description: 'The new name; it cannot be taken away.' })
  name?: string;

  @Field(() => String, { nullable: true, description: 'The new description.' })
  description?: string | null;

  @Field(() => [PathwayActivityInputType], {
    nullable: true,
    description: 'What there is to do, in order, in place of all that is there.',
  })
  activities?: PathwayActivityInputType[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether levels open in order.' })
  levelsInOrder?: boolean | null;
}

@InputType('ReorderPathwayActivitiesInput', { description: 'Another order of what a pathway has.' })
export class ReorderPathwayActivitiesInputType {
  @Field(() => ObjectIdScalar, { description: 'The pathway.' })
  id!: string;

  @Field(() => [ObjectIdScalar], { description: 'Its activities in their new order: all that it has, each once.' })
  activityIds!: string[];
}

@InputType('PathwayFilter', {
  description:
    'Which pathways. Fields AND together; a list means any of its values; null means the same as absent; an empty list matches nothing.',
})
export class PathwayFilterInput {
  @Field(() => [ObjectIdScalar], { nullable: true, description: 'Their ids.' })
  ids?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Their keys, e.g. `["onboarding"]`.' })
  keys?: string[] | null;

  @Field(() => [ObjectIdScalar], { nullable: true, description: 'Those that have any of these activities.' })
  activityIds?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Only archived ones, or only those that are not.' })
  archived?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'Every word must begin a word of the key or name, e.g. `store`.',
  })
  search?: string | null;
}

@ArgsType()
export class PathwaysArgs extends PageArgs {
  @Field(() => PathwayFilterInput, { nullable: true, description: 'Which pathways; all of them, if absent.' })
  filter?: PathwayFilterInput | null;
}
