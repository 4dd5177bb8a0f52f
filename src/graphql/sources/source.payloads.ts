import { Field, ID, ObjectType } from 'type-graphql';
import { FeedCursorScalar } from '../scalars.js';
import { SourceFaultType, SourceType } from './source.type.js';

const cursorDescription = 'The place in the log as of this answer.';

@ObjectType('ConnectSourcePayload', { description: 'The source that was connected.' })
export class ConnectSourcePayload {
  @Field(() => SourceType, { description: 'The source.' })
  source!: SourceType;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('UpdateSourcePayload', { description: 'The source after the change.' })
export class UpdateSourcePayload {
  @Field(() => SourceType, { description: 'The source.' })
  source!: SourceType;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('ReplaceSourceSecretPayload', { description: 'The source whose secret was replaced.' })
export class ReplaceSourceSecretPayload {
  @Field(() => SourceType, { description: 'The source.' })
  source!: SourceType;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('PauseSourcePayload', { description: 'The source, which is not read for now.' })
export class PauseSourcePayload {
  @Field(() => SourceType, { description: 'The source.' })
  source!: SourceType;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('ResumeSourcePayload', { description: 'The source, which is read again.' })
export class ResumeSourcePayload {
  @Field(() => SourceType, { description: 'The source.' })
  source!: SourceType;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('SyncSourcePayload', { description: 'The source, which is read as soon as can be.' })
export class SyncSourcePayload {
  @Field(() => SourceType, { description: 'The source.' })
  source!: SourceType;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('TestSourcePayload', { description: 'Whether a source can be read as it is set up now.' })
export class TestSourcePayload {
  @Field(() => Boolean, { description: 'Whether it can be read.' })
  ok!: boolean;

  @Field(() => SourceFaultType, { nullable: true, description: 'Why not, in plain words; null where it can.' })
  fault?: SourceFaultType;

  @Field(() => SourceType, { description: 'The source.' })
  source!: SourceType;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}

@ObjectType('RemoveSourcePayload', { description: 'The source that was removed.' })
export class RemoveSourcePayload {
  @Field(() => ID, { description: 'Its id.' })
  deletedId!: string;

  @Field(() => FeedCursorScalar, { description: cursorDescription })
  cursor!: string;
}
