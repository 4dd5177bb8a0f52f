import { Binary, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { ActivityLog, Actor, FilterFields } from '../model/activity-log.js';
import type { ControlChange, LogDraft, LogRecord } from '../model/log-record.js';
import { controlConnection, removalConnection, type SourceSystem } from '../model/source-system.js';
import { entryWords } from '../model/words.js';

/**
 * How a record of the log lies in the collection `activity_logs`. Fields that the filter looks at stand at the top level
 * under one name for entries and removals alike, so that one query form serves both.
 */
export interface LogDocument {
  _id: ObjectId;
  workspaceId: ObjectId;
  seq: Long | number;
  kind: 'entry' | 'removed' | 'void' | 'control';
  recordedAt: Date;
  source?: SourceSystem;
  connectionId?: string;
  nativeKey?: string;
  contentHash?: Binary;
  /** Set when the entry is removed: reads no longer see it, its key still blocks. */
  removedAt?: Date;
  /** Set once the content is erased and the removal appended: nothing is left to sweep. */
  erasedAt?: Date;
  nativeId?: string;
  action?: string;
  actionClass?: ActivityLog['actionClass'];
  occurredAtMicros?: Long | number;
  actorKey?: string;
  actor?: Omit<Actor, 'key'>;
  activityRef?: string;
  objectType?: string;
  objectId?: string;
  objectName?: string;
  pathwayId?: ObjectId;
  platform?: string;
  serial?: string;
  summary?: string;
  outcome?: ActivityLog['outcome'];
  value?: number;
  progress?: ActivityLog['progress'];
  tags?: string[];
  words?: string[];
  /** JSON texts: any key in them is data. */
  additionalData?: string;
  changes?: string;
  native?: string;
  nativeSha256?: Binary;
  textsErasedAt?: Date;
  targetId?: ObjectId;
  control?: { noun: string; change: string; subjectId: ObjectId; payload?: string };
}

const long = (value: number): Long => Long.fromNumber(value);
const optionalId = (id: Id | undefined): ObjectId | undefined => (id === undefined ? undefined : new ObjectId(id));

/** A draft as it will lie in the collection once it has a number; all but `seq` is settled here, once. */
export function draftDocument(workspaceId: Id, draft: LogDraft, recordedAt: Date, hash: HashText): LogDocument {
  const base: LogDocument = {
    _id: new ObjectId(draft.id),
    workspaceId: new ObjectId(workspaceId),
    seq: 0,
    kind: draft.kind,
    recordedAt,
    nativeKey: draft.nativeKey,
    contentHash: draft.contentHash === undefined ? undefined : new Binary(Buffer.from(draft.contentHash, 'hex')),
  };
  switch (draft.kind) {
    case 'entry':
      return { ...base, ...entryFields(draft.entry, hash) };
    case 'removed':
      return {
        ...base,
        ...filterDocument(draft.target),
        connectionId: removalConnection,
        targetId: new ObjectId(draft.targetId),
      };
    case 'control':
      return {
        ...base,
        source: 'GATEWAY',
        connectionId: controlConnection,
        control: { ...draft.control, subjectId: new ObjectId(draft.control.subjectId) },
      };
  }
}

/** SHA-256 of a text; handed in so that this file stays a pure mapping. */
export type HashText = (text: string) => Buffer;

function entryFields(
  entry: Omit<ActivityLog, 'id' | 'workspaceId' | 'seq' | 'recordedAt'>,
  hash: HashText,
): Partial<LogDocument> {
  const { key, ...actor } = entry.actor;
  return {
    source: entry.source,
    connectionId: entry.connectionId,
    nativeId: entry.nativeId,
    action: entry.action,
    actionClass: entry.actionClass,
    occurredAtMicros: long(entry.occurredAtMicros),
    actorKey: key,
    actor,
    activityRef: entry.activityRef,
    objectType: entry.object?.type,
    objectId: entry.object?.id,
    objectName: entry.object?.name,
    pathwayId: optionalId(entry.pathwayId),
    platform: entry.platform,
    serial: entry.serial,
    summary: entry.summary,
    outcome: entry.outcome,
    value: entry.value,
    progress: entry.progress,
    tags: [...entry.tags],
    words: entryWords(entry),
    additionalData: entry.additionalData,
    changes: entry.changes,
    native: entry.native,
    nativeSha256: entry.native === undefined ? undefined : new Binary(hash(entry.native)),
    textsErasedAt: entry.textsErasedAt,
  };
}

const filterDocument = (fields: FilterFields): Partial<LogDocument> => ({
  ...fields,
  occurredAtMicros: long(fields.occurredAtMicros),
  pathwayId: optionalId(fields.pathwayId),
  tags: [...fields.tags],
});

export const toEntry = (document: LogDocument): ActivityLog => entryIn(document.workspaceId.toHexString(), document);

/** An entry of a workspace that is known, and was not read once more with each. */
export const entryIn = (workspaceId: Id, document: Omit<LogDocument, 'workspaceId'>): ActivityLog => ({
  id: document._id.toHexString(),
  workspaceId,
  seq: Number(document.seq),
  source: document.source!,
  connectionId: document.connectionId!,
  nativeId: document.nativeId,
  action: document.action!,
  actionClass: document.actionClass!,
  occurredAtMicros: Number(document.occurredAtMicros),
  recordedAt: document.recordedAt,
  actor: { ...(document.actor ?? { kind: 'UNKNOWN' }), key: document.actorKey },
  object:
    document.objectType === undefined
      ? undefined
      : { type: document.objectType, id: document.objectId, name: document.objectName },
  activityRef: document.activityRef,
  pathwayId: document.pathwayId?.toHexString(),
  platform: document.platform,
  serial: document.serial,
  summary: document.summary,
  outcome: document.outcome,
  value: document.value,
  progress: document.progress,
  tags: document.tags ?? [],
  additionalData: document.additionalData,
  changes: document.changes,
  native: document.native,
  textsErasedAt: document.textsErasedAt,
});

const toFilterFields = (document: LogDocument): FilterFields => ({
  source: document.source!,
  nativeId: document.nativeId,
  action: document.action!,
  actionClass: document.actionClass!,
  occurredAtMicros: Number(document.occurredAtMicros),
  actorKey: document.actorKey,
  activityRef: document.activityRef,
  objectType: document.objectType,
  objectId: document.objectId,
  pathwayId: document.pathwayId?.toHexString(),
  platform: document.platform,
  serial: document.serial,
  outcome: document.outcome,
  value: document.value,
  tags: document.tags ?? [],
});

export function toRecord(document: LogDocument): LogRecord {
  const id = document._id.toHexString();
  const seq = Number(document.seq);
  switch (document.kind) {
    case 'entry':
      return document.removedAt === undefined
        ? { kind: 'entry', id, seq, entry: toEntry(document), words: document.words ?? [] }
        : { kind: 'entry', id, seq };
    case 'removed':
      return { kind: 'removed', id, seq, targetId: document.targetId!.toHexString(), target: toFilterFields(document) };
    case 'void':
      return { kind: 'void', id, seq };
    case 'control': {
      const { noun, change, subjectId, payload } = document.control!;
      const control: ControlChange = { noun, change, subjectId: subjectId.toHexString(), payload };
      return { kind: 'control', id, seq, control };
    }
  }
}
