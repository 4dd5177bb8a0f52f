import { Field, ObjectType } from 'type-graphql';
import type { Credential } from '../../model/credential.js';
import { FeedCursorScalar } from '../scalars.js';
import { CredentialType } from './credential.type.js';

const cursorDescription = 'The place in the log that covers what this call wrote.';

@ObjectType('CreateCredentialPayload', { description: 'The credential that was made, with its secret.' })
export class CreateCredentialPayload {
  @Field(() => CredentialType, { description: 'The credential.' })
  credential!: Credential;

  @Field(() => String, { description: 'Its secret, shown this once. Keep it safe; nobody can read it again.' })
  secret!: string;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('RevokeCredentialPayload', { description: 'The credential that was revoked.' })
export class RevokeCredentialPayload {
  @Field(() => CredentialType, { description: 'The credential.' })
  credential!: Credential;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}
