import { Field, InputType } from 'type-graphql';
import type { SourceSystem } from '../../model/source-system.js';
import { ObjectIdScalar } from '../scalars.js';
import { SourceSystemEnum } from '../source-system.enum.js';

@InputType('FollowedObjectInput', { description: 'An object as a source names it.' })
export class FollowedObjectInput {
  @Field(() => SourceSystemEnum, { description: 'Of which source.' })
  source!: SourceSystem;

  @Field(() => String, { description: "The source's word for its kind, e.g. `FeatureFlag`." })
  type!: string;

  @Field(() => String, { description: "The source's own id of it, e.g. `17`." })
  id!: string;
}

@InputType('FollowInput', { description: 'What to follow: exactly one of these.' })
export class FollowInputType {
  @Field(() => FollowedObjectInput, { nullable: true, description: 'An object that entries are about.' })
  object?: FollowedObjectInput | null;

  @Field(() => ObjectIdScalar, { nullable: true, description: 'An activity: whoever performs it.' })
  activityId?: string | null;

  @Field(() => ObjectIdScalar, { nullable: true, description: 'A pathway: whatever is done on it.' })
  pathwayId?: string | null;

  @Field(() => ObjectIdScalar, { nullable: true, description: 'A person: whatever they do.' })
  userId?: string | null;
}
