import { Field, ID, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../scalars.js';

@ObjectType('Workspace', { description: 'A closed room: users, definitions and a log that no other workspace sees.' })
export class WorkspaceType {
  @Field(() => ID, { description: 'Its id: 24 hexadecimal digits.' })
  id!: string;

  @Field(() => String, { description: 'What paths and credentials name it by, e.g. `demo`.' })
  key!: string;

  @Field(() => String, { description: 'Its name for people.' })
  name!: string;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt!: Date;
}

@ObjectType('Viewer', { description: 'Who is asking.' })
export class ViewerType {
  @Field(() => [String], { description: 'What the credential may do, e.g. `["activity_log:read"]`.' })
  scopes!: readonly string[];
}
