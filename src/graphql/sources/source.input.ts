import { Field, InputType, Int } from 'type-graphql';
import type { SourceSystem } from '../../model/source-system.js';
import { JsonScalar, ObjectIdScalar } from '../scalars.js';
import { SourceSystemEnum } from '../source-system.enum.js';

@InputType('SourceSecretInput', { description: 'A secret to set. It is kept encrypted and never shown.' })
export class SourceSecretInputType {
  @Field(() => String, { description: 'Its name, one of those that its system knows.' })
  name!: string;

  @Field(() => String, { description: 'The secret itself, at most 10,000 characters.' })
  value!: string;
}

const settingsDescription = 'What its connector wants to know, as the `settingsSchema` of its system says.';
const everyDescription = 'How long after one look the next one is due, in seconds, from 1 to 86,400';
const trustDescription = 'Whether the emails that it gives count as verified though it does not say so';
const writeDescription =
  "Whether what is created or removed here in its system's name goes to it, too. At most one source of a system does";
const unsignedDescription = 'Whether deliveries are taken though there is no secret to verify them by';

@InputType('ConnectSourceInput', { description: 'An account of an outside system to connect.' })
export class ConnectSourceInputType {
  @Field(() => SourceSystemEnum, { description: 'Its system, one of `sourceSystems`.' })
  system!: SourceSystem;

  @Field(() => String, { description: 'What people call it, unique in the workspace, at most 200 characters.' })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: "Where its API is, e.g. `https://api.example.com`; absent: its system's usual address.",
  })
  baseUrl?: string | null;

  @Field(() => JsonScalar, { nullable: true, description: settingsDescription })
  settings?: unknown;

  @Field(() => [SourceSecretInputType], { nullable: true, description: 'Its secrets.' })
  secrets?: SourceSecretInputType[] | null;

  @Field(() => Int, { nullable: true, description: `${everyDescription}; absent: 60.` })
  everySeconds?: number | null;

  @Field(() => Boolean, { nullable: true, description: `${trustDescription}; absent: no.` })
  trustEmails?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: `${writeDescription}; absent: no.` })
  writeThrough?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: `${unsignedDescription}; absent: no.` })
  acceptUnsigned?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is not to be read for now; absent: no.' })
  paused?: boolean | null;
}

@InputType('UpdateSourceInput', {
  description:
    'A change to a source. What is absent or null stays, but for `settings`, which null empties. A new origin erases the secrets that this change does not set.',
})
export class UpdateSourceInputType {
  @Field(() => ObjectIdScalar, { description: 'The source to change.' })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The `version` that this is a change of: a source that was changed meanwhile is a CONFLICT.',
  })
  version?: number | null;

  @Field(() => String, { nullable: true, description: 'The new name.' })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The new address of its API. Another origin erases its secrets.',
  })
  baseUrl?: string | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: `In place of all that are there: ${settingsDescription.charAt(0).toLowerCase()}${settingsDescription.slice(1)}`,
  })
  settings?: unknown;

  @Field(() => [SourceSecretInputType], { nullable: true, description: 'Secrets to set; the others stay.' })
  secrets?: SourceSecretInputType[] | null;

  @Field(() => Int, { nullable: true, description: `${everyDescription}.` })
  everySeconds?: number | null;

  @Field(() => Boolean, { nullable: true, description: `${trustDescription}.` })
  trustEmails?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: `${writeDescription}.` })
  writeThrough?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: `${unsignedDescription}.` })
  acceptUnsigned?: boolean | null;
}
