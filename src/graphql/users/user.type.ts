import { Field, ID, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../scalars.js';

@ObjectType('User', { description: 'A person whose activities are logged.' })
export class UserType {
  @Field(() => ID, { description: 'Its id: 24 hexadecimal digits.' })
  id!: string;

  @Field(() => String, { description: 'The full name, e.g. `Alice Miller`.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The email, unique in the workspace, e.g. `alice@example.com`.' })
  email?: string;

  @Field(() => String, { nullable: true, description: 'A short name, e.g. `alice`.' })
  username?: string;

  @Field(() => DateTimeScalar, { description: 'When the user was made known here.' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When the user was last changed.' })
  updatedAt!: Date;
}
