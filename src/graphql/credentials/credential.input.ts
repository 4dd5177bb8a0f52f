import { Field, InputType } from 'type-graphql';
import type { CredentialKind } from '../../model/credential.js';
import { DateTimeScalar, ObjectIdScalar } from '../scalars.js';
import { CredentialKindEnum } from './credential.type.js';

@InputType('CreateCredentialInput', {
  description: 'A credential to make. Only scopes that you have yourself can be given.',
})
export class CreateCredentialInputType {
  @Field(() => CredentialKindEnum, { description: 'How it is shown.' })
  kind!: CredentialKind;

  @Field(() => String, { description: 'What it is for, e.g. `dashboard`.' })
  name!: string;

  @Field(() => [String], {
    description: 'What it may do, e.g. `["activity_log:read", "user:read"]` or `["api/read"]`.',
  })
  scopes!: string[];

  @Field(() => String, {
    nullable: true,
    description: "An OAuth client's id, unique in the workspace; made, if absent.",
  })
  clientId?: string | null;

  @Field(() => ObjectIdScalar, { nullable: true, description: 'The user that it acts as.' })
  userId?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it stops being good; never, if absent.' })
  expiresAt?: Date | null;
}
