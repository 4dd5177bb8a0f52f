import { Field, InputType } from 'type-graphql';
import type { ActionClass, Outcome } from '../../model/activity-log.js';
import type { SourceSystem } from '../../model/source-system.js';
import { DateTimeScalar } from '../scalars.js';
import { SourceSystemEnum } from '../source-system.enum.js';
import { ActionClassEnum, OutcomeEnum } from './activity-log.enums.js';

@InputType('ActivityLogFilter', {
  description:
    'Which entries. Fields AND together; a list means any of its values; null means the same as absent; an empty list matches nothing.',
})
export class ActivityLogFilterInput {
  @Field(() => [SourceSystemEnum], { nullable: true, description: 'The systems that they come from, e.g. `[AWORLD]`.' })
  sources?: SourceSystem[] | null;

  @Field(() => [String], { nullable: true, description: 'The sources\' own words, e.g. `["content.viewed"]`.' })
  actions?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'All but these words; an empty list leaves out nothing.' })
  omitActions?: string[] | null;

  @Field(() => [ActionClassEnum], { nullable: true, description: 'Our coarse classes, e.g. `[COMPLETED, PASSED]`.' })
  actionClasses?: ActionClass[] | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Ids, emails or names of users. A name of several people means all of them, of nobody matches nothing.',
  })
  users?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Ids, keys or names of activity definitions. A name of several means all, of none matches nothing.',
  })
  activities?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'The sources\' words for kinds of object, e.g. `["course"]`.' })
  objectTypes?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'The sources\' own ids of objects, e.g. `["course-17"]`.' })
  objectIds?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Ids, keys or names of pathways. A name of several means all, of none matches nothing.',
  })
  pathways?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Where it was done, e.g. `["ios", "web"]`.' })
  platforms?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Serial numbers of devices.' })
  serials?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Entries that have any of these tags.' })
  tags?: string[] | null;

  @Field(() => [String], { nullable: true, description: "The sources' own ids of entries." })
  nativeIds?: string[] | null;

  @Field(() => [OutcomeEnum], { nullable: true, description: 'How they ended, e.g. `[FAILURE]`.' })
  outcomes?: Outcome[] | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Happened at this moment or later.' })
  occurredAfter?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Happened before this moment.' })
  occurredBefore?: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Entries that have every one of these words in action, summary, object name, actor or tags, e.g. `bike spring`. Case does not matter.',
  })
  search?: string | null;
}
