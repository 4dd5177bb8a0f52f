import { Field, ObjectType } from 'type-graphql';
import type { JsonValue } from '../../base/json.js';
import type { SourceAbility } from '../../model/source.js';
import type { SourceSystem } from '../../model/source-system.js';
import { JsonScalar } from '../scalars.js';
import { SourceSystemEnum } from '../source-system.enum.js';
import { SourceAbilityEnum } from './source.enums.js';

@ObjectType('SourceSecretDescription', { description: 'A secret that a system knows.' })
export class SourceSecretDescriptionType {
  @Field(() => String, { description: 'Its name, e.g. `clientSecret`.' })
  name!: string;

  @Field(() => Boolean, { description: 'Whether the system cannot be connected without it.' })
  isRequired!: boolean;

  @Field(() => String, { description: 'What it is and where it is found.' })
  meaning!: string;
}

@ObjectType('SourceSystemDescription', { description: 'A system that can be connected: what it needs to be told.' })
export class SourceSystemDescriptionType {
  @Field(() => SourceSystemEnum, { description: 'The system.' })
  system!: SourceSystem;

  @Field(() => String, { description: 'Its name for people.' })
  title!: string;

  @Field(() => [SourceAbilityEnum], { description: 'What can be done with it.' })
  abilities!: readonly SourceAbility[];

  @Field(() => String, { nullable: true, description: 'Where its API is unless somebody says otherwise.' })
  defaultBaseUrl?: string;

  @Field(() => JsonScalar, { description: 'Its settings, as JSON Schema describes an object.' })
  settingsSchema!: { readonly [name: string]: JsonValue };

  @Field(() => [SourceSecretDescriptionType], { description: 'The secrets that it knows.' })
  secrets!: readonly SourceSecretDescriptionType[];
}
