import { type Document, Double, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { ProgressState } from '../model/progress.js';
import type { PlacedStanding, Standing } from '../model/standing.js';
import { type FoldDocument, type FoldScope, foldKey, foldProperties, longOf, scopeFields } from './fold-documents.js';
import { type FactsDocument, toFacts, toFactsDocument } from './progress-facts.js';

export interface StandingDocument extends FoldDocument {
  pathwayId: ObjectId;
  userId: ObjectId;
  place: Double | number;
  left?: true;
  groups?: string[];
  enrolledAt?: Date;
  state?: ProgressState;
  percent?: number;
  changedAt?: Long | number;
  openLevel?: number;
  activities?: ActivityDocument[];
}

interface ActivityDocument {
  activityId: ObjectId;
  state: ProgressState;
  percent?: number;
  changedAt?: Long | number;
  entryId?: ObjectId;
  facts?: FactsDocument;
}

export const pathwayStandingsValidator: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['_id', 'workspaceId', 'generation', 'seq', 'place', 'pathwayId', 'userId'],
    anyOf: [
      { required: ['left'] },
      { required: ['groups', 'enrolledAt', 'state', 'percent', 'openLevel', 'activities'] },
    ],
    properties: {
      ...foldProperties,
      place: { bsonType: 'double' },
      pathwayId: { bsonType: 'objectId' },
      userId: { bsonType: 'objectId' },
      left: { enum: [true] },
      groups: { bsonType: 'array' },
      enrolledAt: { bsonType: 'date' },
      state: { bsonType: 'string' },
      percent: { bsonType: 'number' },
      changedAt: { bsonType: 'long' },
      openLevel: { bsonType: 'int' },
      activities: { bsonType: 'array' },
    },
    additionalProperties: false,
  },
};

/** Who, on which pathway. */
export interface StandingKey {
  readonly pathwayId: Id;
  readonly userId: Id;
}

export const standingKey = ({ pathwayId, userId }: StandingKey): string => `${pathwayId}/${userId}`;

export const toStandingDocument = (scope: FoldScope, one: PlacedStanding): StandingDocument => ({
  _id: foldKey(scope, standingKey(one)),
  ...scopeFields(scope),
  pathwayId: new ObjectId(one.pathwayId),
  userId: new ObjectId(one.userId),
  seq: longOf(one.seq),
  place: new Double(one.place),
  ...(one.standing ? standingFields(one.standing) : { left: true as const }),
});

const standingFields = ({ groups, enrolledAt, whole, activities }: Standing): Partial<StandingDocument> => ({
  groups: [...groups],
  enrolledAt,
  state: whole.state,
  percent: whole.percent,
  openLevel: whole.openLevel,
  ...changed(whole.changedAtMicros),
  activities: activities.map(({ activityId, state, percent, changedAtMicros, entryId, facts }) => ({
    activityId: new ObjectId(activityId),
    state,
    ...(percent !== undefined && { percent }),
    ...changed(changedAtMicros),
    ...(entryId !== undefined && { entryId: new ObjectId(entryId) }),
    ...(Object.keys(facts).length > 0 && { facts: toFactsDocument(facts) }),
  })),
});

const changed = (micros: number | undefined): { changedAt?: Long } =>
  micros === undefined ? {} : { changedAt: Long.fromNumber(micros) };

export const toPlaced = (document: StandingDocument): PlacedStanding => ({
  pathwayId: document.pathwayId.toHexString(),
  userId: document.userId.toHexString(),
  seq: Number(document.seq),
  place: Number(document.place),
  ...(!document.left && { standing: toStanding(document) }),
});

export const toStanding = (document: StandingDocument): Standing => ({
  pathwayId: document.pathwayId.toHexString(),
  userId: document.userId.toHexString(),
  groups: document.groups!,
  enrolledAt: document.enrolledAt!,
  activities: document.activities!.map(toActivity),
  whole: {
    state: document.state!,
    percent: document.percent!,
    openLevel: document.openLevel!,
    ...(document.changedAt !== undefined && { changedAtMicros: Number(document.changedAt) }),
  },
});

export const toActivity = (one: ActivityDocument): Standing['activities'][number] => ({
  activityId: one.activityId.toHexString(),
  state: one.state,
  ...(one.percent !== undefined && { percent: one.percent }),
  ...(one.changedAt !== undefined && { changedAtMicros: Number(one.changedAt) }),
  ...(one.entryId !== undefined && { entryId: one.entryId.toHexString() }),
  facts: toFacts(one.facts),
});
