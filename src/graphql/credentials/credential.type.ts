import { Field, ID, ObjectType } from 'type-graphql';
import type { CredentialKind } from '../../model/credential.js';
import { enumOf } from '../enums.js';
import { DateTimeScalar } from '../scalars.js';

export const CredentialKindEnum = enumOf<CredentialKind>('CredentialKind', 'How a credential is shown.', {
  API_KEY: 'A secret of ours, sent as `Authorization: Bearer <secret>`.',
  CLIENT: 'An OAuth client id and secret, exchanged for access tokens at `POST /oauth2/token/<workspace>`.',
  BASIC: "The workspace's key and a secret, sent as `Authorization: Basic`.",
});

@ObjectType('Credential', {
  description: 'What somebody gets into the workspace with. Its secret is never shown again.',
})
export class CredentialType {
  @Field(() => ID, { description: 'Its id: 24 hexadecimal digits.' })
  id!: string;

  @Field(() => CredentialKindEnum, { description: 'How it is shown.' })
  kind!: CredentialKind;

  @Field(() => String, { description: 'What it is for, e.g. `dashboard`.' })
  name!: string;

  @Field(() => String, { nullable: true, description: "An OAuth client's id, unique in the workspace." })
  clientId?: string;

  @Field(() => [String], { description: 'What it may do, e.g. `["activity_log:read"]`.' })
  scopes!: readonly string[];

  @Field(() => ID, { nullable: true, description: 'The user that it acts as, where it belongs to one.' })
  userId?: string;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it stops being good; null for never.' })
  expiresAt?: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null for never.' })
  revokedAt?: Date;
}
