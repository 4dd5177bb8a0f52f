import { ArgsType, Field, InputType } from 'type-graphql';
import type { SourceSystem } from '../../model/source-system.js';
import { PageArgs } from '../page.args.js';
import { ObjectIdScalar } from '../scalars.js';
import { SourceSystemEnum } from '../source-system.enum.js';

@InputType('SourceIdInput', { description: 'Under which id a source knows something.' })
export class SourceIdInput {
  @Field(() => SourceSystemEnum, { description: 'The source.' })
  source!: SourceSystem;

  @Field(() => String, { description: "The source's own id, at most 200 characters, e.g. `course-17`." })
  id!: string;
}

@InputType('CreateActivityInput', { description: 'Something that can be done, to define.' })
export class CreateActivityInputType {
  @Field(() => String, { description: 'Unique in the workspace, at most 200 characters, e.g. `bike-to-work`.' })
  key!: string;

  @Field(() => String, { description: 'Its name for people, at most 500 characters, e.g. `Bike to work`.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is, at most 10,000 characters.' })
  description?: string | null;

  @Field(() => [SourceIdInput], { nullable: true, description: 'Under which ids the sources know it, at most 20.' })
  sourceIds?: SourceIdInput[] | null;
}

@InputType('UpdateActivityInput', { description: 'A change to a definition. What is absent stays; null takes away.' })
export class UpdateActivityInputType {
  @Field(() => ObjectIdScalar, { description: 'The definition to change.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'The new key; it cannot be taken away.' })
  key?: string;

  @Field(() => String, { nullable: true, description: 'The new name; it cannot be taken away.' })
  name?: string;

  @Field(() => String, { nullable: true, description: 'The new description.' })
  description?: string | null;

  @Field(() => [SourceIdInput], { nullable: true, description: 'The new ids, in place of all that are there.' })
  sourceIds?: SourceIdInput[] | null;
}

@InputType('ActivityFilter', {
  description:
    'Which definitions. Fields AND together; a list means any of its values; null means the same as absent; an empty list matches nothing.',
})
export class ActivityFilterInput {
  @Field(() => [ObjectIdScalar], { nullable: true, description: 'Their ids.' })
  ids?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Their keys, e.g. `["bike-to-work"]`.' })
  keys?: string[] | null;

  @Field(() => [SourceSystemEnum], {
    nullable: true,
    description: 'Those that one of these systems knows by an id of its own.',
  })
  sources?: SourceSystem[] | null;

  @Field(() => String, { nullable: true, description: 'Every word must begin a word of the key or name, e.g. `bike`.' })
  search?: string | null;
}

@ArgsType()
export class ActivitiesArgs extends PageArgs {
  @Field(() => ActivityFilterInput, { nullable: true, description: 'Which definitions; all of them, if absent.' })
  filter?: ActivityFilterInput | null;
}
