import { Field, ObjectType } from 'type-graphql';
import type { SourceSystem } from '../../model/source-system.js';
import { DateTimeScalar } from '../scalars.js';
import { SourceSystemEnum } from '../source-system.enum.js';

@ObjectType('FollowedObject', { description: 'An object as a source names it.' })
export class FollowedObjectType {
  @Field(() => SourceSystemEnum, { description: 'Of which source.' })
  source!: SourceSystem;

  @Field(() => String, { description: "The source's word for its kind, e.g. `FeatureFlag`." })
  type!: string;

  @Field(() => String, { description: "The source's own id of it, e.g. `17`." })
  id!: string;
}

@ObjectType('Follow', {
  description:
    'That you follow something: an object, an activity, a pathway or a person. The one that it is, is not null.',
})
export class FollowType {
  @Field(() => DateTimeScalar, { description: 'Since when.' })
  since!: Date;
}
