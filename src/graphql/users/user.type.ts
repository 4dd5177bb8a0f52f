import { Field, ID, ObjectType } from 'type-graphql';
import type { SourceSystem } from '../../model/source-system.js';
import { DateTimeScalar } from '../scalars.js';
import { SourceSystemEnum } from '../source-system.enum.js';

@ObjectType('User', { simpleResolvers: true, description: 'A person whose activities are logged.' })
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

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When what they are called was erased: they are named `Erased user` since.',
  })
  erasedAt?: Date;
}

@ObjectType('UserIdentity', {
  simpleResolvers: true,
  description: 'What a user is known by, and so found in entries: the id that a source has for them, or an email.',
})
export class UserIdentityType {
  @Field(() => SourceSystemEnum, { nullable: true, description: 'Which system names them so; null for an email.' })
  source?: SourceSystem;

  @Field(() => String, {
    nullable: true,
    description: 'Which account of that system: the id of the connection, or `facade` for what was posted in its name.',
  })
  connection?: string;

  @Field(() => String, { nullable: true, description: "That system's own id for them." })
  nativeId?: string;

  @Field(() => String, { nullable: true, description: 'The email, in lower case; null for an id of a system.' })
  email?: string;
}

@ObjectType('MergedUser', {
  simpleResolvers: true,
  description: 'Somebody who was merged into a user, as they were then.',
})
export class MergedUserType {
  @Field(() => ID, { description: 'Their id. It names the user whom they are part of now.' })
  id!: string;

  @Field(() => String, { description: 'The full name, e.g. `A. Miller`.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The email, e.g. `a.miller@example.com`.' })
  email?: string;

  @Field(() => String, { nullable: true, description: 'The short name, e.g. `amiller`.' })
  username?: string;

  @Field(() => DateTimeScalar, { description: 'When they were merged.' })
  mergedAt!: Date;
}
