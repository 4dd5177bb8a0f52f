import { ArgsType, Field, InputType } from 'type-graphql';
import { PageArgs } from '../page.args.js';
import { ObjectIdScalar } from '../scalars.js';

@InputType('EnrolUserInput', { description: 'Somebody to enrol, by exactly one of id and email.' })
export class EnrolUserInputType {
  @Field(() => ObjectIdScalar, { nullable: true, description: 'The id of the user.' })
  userId?: string | null;

  @Field(() => String, { nullable: true, description: 'An email of the user, e.g. `alice@example.com`.' })
  userEmail?: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'The names of their groups, at most 20 of at most 100 characters. Absent: none, or those that who is enrolled already has.',
  })
  groups?: string[] | null;
}

@InputType('EnrolUsersInput', { description: 'Users to enrol on a pathway.' })
export class EnrolUsersInputType {
  @Field(() => ObjectIdScalar, { description: 'The pathway; it must not be archived.' })
  pathwayId!: string;

  @Field(() => [EnrolUserInputType], { description: 'The users, at most 1,000.' })
  users!: EnrolUserInputType[];
}

@InputType('WithdrawUsersInput', { description: 'Users who leave a pathway.' })
export class WithdrawUsersInputType {
  @Field(() => ObjectIdScalar, { description: 'The pathway.' })
  pathwayId!: string;

  @Field(() => [ObjectIdScalar], { description: 'The users, at most 1,000.' })
  userIds!: string[];
}

@InputType('EnrolmentFilter', {
  description:
    'Which enrolments. Fields AND together; a list means any of its values; null means the same as absent; an empty list matches nothing.',
})
export class EnrolmentFilterInput {
  @Field(() => [ObjectIdScalar], { nullable: true, description: 'Their ids.' })
  ids?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Ids, keys or names of pathways. A name of several means all, of none matches nothing.',
  })
  pathways?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Ids, emails or names of users. A name of several people means all of them, of nobody matches nothing.',
  })
  users?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Names of groups: who is in any of them.' })
  groups?: string[] | null;
}

@ArgsType()
export class EnrolmentsArgs extends PageArgs {
  @Field(() => EnrolmentFilterInput, { nullable: true, description: 'Which enrolments; all of them, if absent.' })
  filter?: EnrolmentFilterInput | null;
}

@ArgsType()
export class PathwayEnrolmentsArgs extends PageArgs {
  @Field(() => [String], { nullable: true, description: 'Who is in any of these groups; everybody, if absent.' })
  groups?: string[] | null;
}
