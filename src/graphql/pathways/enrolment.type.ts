import { Field, ID, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../scalars.js';

@ObjectType('Enrolment', {
  simpleResolvers: true,
  description: 'That a user is on a pathway. Who leaves and comes again has another one.',
})
export class EnrolmentType {
  @Field(() => ID, { description: 'Its id: 24 hexadecimal digits.' })
  id!: string;

  @Field(() => ID, { description: 'The id of the pathway.' })
  pathwayId!: string;

  @Field(() => ID, {
    description: 'The id of the user when they were enrolled; they may be merged into another since.',
  })
  userId!: string;

  @Field(() => [String], { description: 'The names of their groups, e.g. `["Group A"]`.' })
  groups!: readonly string[];

  @Field(() => DateTimeScalar, { description: 'When it began.' })
  enrolledAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ended; null while it lasts.' })
  withdrawnAt?: Date;

  @Field(() => DateTimeScalar, { description: 'When it was last changed.' })
  updatedAt!: Date;
}
