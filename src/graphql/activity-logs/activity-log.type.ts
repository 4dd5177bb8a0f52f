import { Field, Float, ID, ObjectType } from 'type-graphql';
import type { ActionClass, ActorKind, Outcome } from '../../model/activity-log.js';
import type { SourceSystem } from '../../model/source-system.js';
import { DateTimeScalar, JsonScalar } from '../scalars.js';
import { SourceSystemEnum } from '../source-system.enum.js';
import { ActionClassEnum, ActorKindEnum, OutcomeEnum } from './activity-log.enums.js';

@ObjectType('Actor', { simpleResolvers: true, description: 'Who acted, as the source says it.' })
export class ActorType {
  @Field(() => ActorKindEnum, { description: 'What kind of actor this is.' })
  kind!: ActorKind;

  @Field(() => String, { nullable: true, description: "The source's own id of the actor, e.g. `4711`." })
  nativeId?: string;

  @Field(() => String, { nullable: true, description: 'The email that the source gives, e.g. `alice@example.com`.' })
  email?: string;

  @Field(() => String, { nullable: true, description: 'The login name that the source gives, e.g. `alice`.' })
  username?: string;

  @Field(() => String, { nullable: true, description: 'The full name that the source gives, e.g. `Alice Miller`.' })
  name?: string;
}

@ObjectType('ActivityObject', { simpleResolvers: true, description: 'What was acted on, as the source says it.' })
export class ActivityObjectType {
  @Field(() => String, { description: "The source's word for its kind, e.g. `course`." })
  type!: string;

  @Field(() => String, { nullable: true, description: "The source's own id of it, e.g. `course-17`." })
  id?: string;

  @Field(() => String, { nullable: true, description: 'Its name, e.g. `Fire safety`.' })
  name?: string;
}

@ObjectType('Progress', { simpleResolvers: true, description: 'How far something has come.' })
export class ProgressType {
  @Field(() => Float, { nullable: true, description: 'In percent, 0 to 100, e.g. `42.5`.' })
  percent?: number;

  @Field(() => String, { nullable: true, description: "The source's word for the state, e.g. `in_progress`." })
  state?: string;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is done.' })
  complete?: boolean;
}

@ObjectType('Change', { description: 'One thing that an update changed.' })
export class ChangeType {
  @Field(() => String, { nullable: true, description: "The source's word for what was changed, e.g. `FeatureFlag`." })
  type?: string;

  @Field(() => String, { nullable: true, description: 'The kind of change, e.g. `created`, `changed` or `deleted`.' })
  action?: string;

  @Field(() => String, { nullable: true, description: 'The name of the changed field, e.g. `rollout_percentage`.' })
  field?: string;

  @Field(() => JsonScalar, { nullable: true, description: 'Its value before.' })
  before?: unknown;

  @Field(() => JsonScalar, { nullable: true, description: 'Its value after.' })
  after?: unknown;
}

@ObjectType('ActivityLog', {
  simpleResolvers: true,
  description: 'One entry of the log: somebody did something at some time.',
})
export class ActivityLogType {
  @Field(() => ID, { description: 'Its id: 24 hexadecimal digits.' })
  id!: string;

  @Field(() => SourceSystemEnum, { description: 'The system that it comes from.' })
  source!: SourceSystem;

  @Field(() => String, { nullable: true, description: "The source's own id of the entry." })
  nativeId?: string;

  @Field(() => String, { description: "The source's own word for what was done, e.g. `content.viewed`." })
  action!: string;

  @Field(() => ActionClassEnum, { description: 'Our coarse class of the action.' })
  actionClass!: ActionClass;

  @Field(() => DateTimeScalar, { description: 'When this gateway took it in.' })
  recordedAt!: Date;

  @Field(() => ActorType, { description: 'Who acted, as the source says it.' })
  actor!: ActorType;

  @Field(() => ActivityObjectType, { nullable: true, description: 'What was acted on, as the source says it.' })
  object?: ActivityObjectType;

  @Field(() => String, { nullable: true, description: 'Where it was done, e.g. `ios` or `web`.' })
  platform?: string;

  @Field(() => String, { nullable: true, description: 'The serial number of the device that did it.' })
  serial?: string;

  @Field(() => String, { nullable: true, description: 'A sentence for people, e.g. `Alice biked to work`.' })
  summary?: string;

  @Field(() => OutcomeEnum, { nullable: true, description: 'How it ended; null where the source does not say.' })
  outcome?: Outcome;

  @Field(() => Float, { nullable: true, description: "A number in the source's own unit, e.g. points or kilometres." })
  value?: number;

  @Field(() => ProgressType, { nullable: true, description: 'How far it has come, where the source says so.' })
  progress?: ProgressType;

  @Field(() => [String], { description: 'Words that the entry is tagged with, e.g. `["mobility", "spring"]`.' })
  tags!: readonly string[];

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      "When the texts of the person who acted were erased. Since then `native`, `additionalData`, `changes` and `summary` are null, and `actor` says their kind and the source's id alone; null where nothing was erased.",
  })
  textsErasedAt?: Date;
}
