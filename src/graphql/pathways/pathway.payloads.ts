import { Field, ObjectType } from 'type-graphql';
import type { Pathway } from '../../model/pathway.js';
import { FeedCursorScalar } from '../scalars.js';
import { PathwayType } from './pathway.type.js';

/** What every change of one pathway answers. */
function payloadType(name: string, description: string): new () => { pathway: Pathway; cursor: string } {
  @ObjectType(name, { description })
  class PathwayPayload {
    @Field(() => PathwayType, { description: 'The pathway.' })
    pathway!: Pathway;

    @Field(() => FeedCursorScalar, { description: 'The place in the log that covers what this call wrote.' })
    cursor!: string;
  }
  return PathwayPayload;
}

export const CreatePathwayPayload = payloadType('CreatePathwayPayload', 'The pathway that was made.');
export const UpdatePathwayPayload = payloadType('UpdatePathwayPayload', 'The pathway after the change.');
export const ReorderPathwayActivitiesPayload = payloadType(
  'ReorderPathwayActivitiesPayload',
  'The pathway in its new order.',
);
export const ArchivePathwayPayload = payloadType(
  'ArchivePathwayPayload',
  'The pathway that was archived, or opened again.',
);
