import { Field, Float, InputType } from 'type-graphql';
import type { Outcome } from '../../model/activity-log.js';
import { DateTimeScalar, JsonScalar, ObjectIdScalar } from '../scalars.js';
import { OutcomeEnum } from './activity-log.enums.js';

@InputType('ActivityObjectInput', { description: 'What was acted on.' })
export class ActivityObjectInput {
  @Field(() => String, { description: 'Its kind, at most 200 characters, e.g. `course`.' })
  type!: string;

  @Field(() => String, { nullable: true, description: 'Your own id of it, at most 200 characters, e.g. `course-17`.' })
  id?: string | null;

  @Field(() => String, { nullable: true, description: 'Its name, at most 1,000 characters, e.g. `Fire safety`.' })
  name?: string | null;
}

@InputType('ProgressInput', { description: 'How far something has come.' })
export class ProgressInput {
  @Field(() => Float, { nullable: true, description: 'In percent, 0 to 100, e.g. `42.5`.' })
  percent?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Your word for the state, at most 200 characters, e.g. `halfway`.',
  })
  state?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is done.' })
  complete?: boolean | null;
}

@InputType('CreateActivityLogInput', {
  description:
    'An entry to record; `action` alone is required. The actor is userId or userEmail, else the user of the credential, else the credential itself. At most 256 KB of JSON.',
})
export class CreateActivityLogInputType {
  @Field(() => String, {
    nullable: true,
    description:
      'Under which a repeat is recognised, at most 200 characters: sending the same entry again with the same key records nothing and answers DUPLICATE.',
  })
  key?: string | null;

  @Field(() => String, { description: 'What was done, in your own word, at most 200 characters, e.g. `bike-to-work`.' })
  action!: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it happened; now, if absent.' })
  occurredAt?: Date | null;

  @Field(() => ObjectIdScalar, { nullable: true, description: 'The user who acted. Not together with userEmail.' })
  userId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The email of who acted, e.g. `alice@example.com`. Not together with userId.',
  })
  userEmail?: string | null;

  @Field(() => ObjectIdScalar, {
    nullable: true,
    description: 'The definition of what was done. Not together with activityKey.',
  })
  activityId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The key of the definition of what was done, e.g. `bike-to-work`. Not together with activityId.',
  })
  activityKey?: string | null;

  @Field(() => ActivityObjectInput, { nullable: true, description: 'What was acted on.' })
  object?: ActivityObjectInput | null;

  @Field(() => ObjectIdScalar, { nullable: true, description: 'The pathway that it belongs to.' })
  pathwayId?: string | null;

  @Field(() => String, { nullable: true, description: 'Where it was done, at most 200 characters, e.g. `ios`.' })
  platform?: string | null;

  @Field(() => String, { nullable: true, description: 'The serial number of the device, at most 200 characters.' })
  serial?: string | null;

  @Field(() => String, { nullable: true, description: 'A sentence for people, at most 10,000 characters.' })
  summary?: string | null;

  @Field(() => OutcomeEnum, { nullable: true, description: 'How it ended.' })
  outcome?: Outcome | null;

  @Field(() => Float, { nullable: true, description: 'A number in a unit of your own, e.g. kilometres.' })
  value?: number | null;

  @Field(() => ProgressInput, { nullable: true, description: 'How far it has come.' })
  progress?: ProgressInput | null;

  @Field(() => [String], {
    nullable: true,
    description: 'At most 100 words of at most 200 characters, e.g. `["mobility"]`.',
  })
  tags?: string[] | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Anything else, as JSON of at most 32 levels, e.g. `{ "distanceKm": 7.5 }`. Every key is data.',
  })
  additionalData?: unknown;
}
