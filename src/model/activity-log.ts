import type { Id } from '../base/ids.js';
import type { ActivityRef, IdentityKey } from './identity.js';
import type { SourceSystem } from './source-system.js';

/** Our coarse class of a source's own word. */
export const actionClasses = [
  'CREATED',
  'UPDATED',
  'DELETED',
  'VIEWED',
  'STARTED',
  'PROGRESSED',
  'COMPLETED',
  'PASSED',
  'SOCIAL',
  'SEARCH',
  'AUTH',
  'EXPORTED',
  'OTHER',
] as const;
export type ActionClass = (typeof actionClasses)[number];

export const outcomes = ['SUCCESS', 'FAILURE'] as const;
export type Outcome = (typeof outcomes)[number];

/** CLIENT is the credential itself; UNKNOWN a person that the source no longer names. */
export const actorKinds = ['USER', 'CLIENT', 'SYSTEM', 'DEVICE_ACCOUNT', 'UNKNOWN'] as const;
export type ActorKind = (typeof actorKinds)[number];

/** What the source says of who acted. */
export interface Actor {
  readonly kind: ActorKind;
  /** Which identity this is, where the source gives one; a user is looked up by it. */
  readonly key?: IdentityKey;
  readonly nativeId?: string;
  readonly email?: string;
  readonly username?: string;
  readonly name?: string;
}

export interface ActivityObject {
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
}

export interface Progress {
  /** 0 to 100. */
  readonly percent?: number;
  readonly state?: string;
  readonly complete?: boolean;
}

/** The fields that a filter looks at, but for the search words. A removal carries them on, so that it reaches whoever saw the entry. */
export interface FilterFields {
  readonly source: SourceSystem;
  readonly nativeId?: string;
  readonly action: string;
  readonly actionClass: ActionClass;
  /** When it happened, in microseconds since 1970: PostHog counts them and ties at a millisecond are real. */
  readonly occurredAtMicros: number;
  readonly actorKey?: IdentityKey;
  readonly activityRef?: ActivityRef;
  readonly objectType?: string;
  readonly objectId?: string;
  readonly pathwayId?: Id;
  readonly platform?: string;
  readonly serial?: string;
  readonly outcome?: Outcome;
  /** No filter asks for it, but whoever sums it up must take it out again. */
  readonly value?: number;
  readonly tags: readonly string[];
}

/** What of an entry may be asked for; `actorKey` is the key of its actor, without what the source says of them. */
export type EntryField = keyof ActivityLog | 'actorKey';

/** One entry of the log, as everything above the store sees it. */
export interface ActivityLog {
  readonly id: Id;
  readonly workspaceId: Id;
  /** Its number in the workspace's log: dense from 1. */
  readonly seq: number;
  readonly source: SourceSystem;
  /** Which account of the source, `facade`, or the owner of the credential that wrote it. */
  readonly connectionId: string;
  readonly nativeId?: string;
  readonly action: string;
  readonly actionClass: ActionClass;
  readonly occurredAtMicros: number;
  readonly recordedAt: Date;
  readonly actor: Actor;
  readonly object?: ActivityObject;
  readonly activityRef?: ActivityRef;
  readonly pathwayId?: Id;
  readonly platform?: string;
  readonly serial?: string;
  readonly summary?: string;
  readonly outcome?: Outcome;
  readonly value?: number;
  readonly progress?: Progress;
  readonly tags: readonly string[];
  /** JSON text, so that any key is data. */
  readonly additionalData?: string;
  /** JSON text of a list of changes. */
  readonly changes?: string;
  /** The source's own JSON text, byte for byte. */
  readonly native?: string;
  /** When what the entry said of the person who acted was erased, and what they and the source wrote. */
  readonly textsErasedAt?: Date;
}

export const occurredAt = (entry: Pick<ActivityLog, 'occurredAtMicros'>): Date =>
  new Date(Math.floor(entry.occurredAtMicros / 1000));

export const filterFields = (entry: ActivityLog): FilterFields => ({
  source: entry.source,
  nativeId: entry.nativeId,
  action: entry.action,
  actionClass: entry.actionClass,
  occurredAtMicros: entry.occurredAtMicros,
  actorKey: entry.actor.key,
  activityRef: entry.activityRef,
  objectType: entry.object?.type,
  objectId: entry.object?.id,
  pathwayId: entry.pathwayId,
  platform: entry.platform,
  serial: entry.serial,
  outcome: entry.outcome,
  value: entry.value,
  tags: entry.tags,
});
