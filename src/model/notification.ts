import type { Id } from '../base/ids.js';
import type { ActivityRef, IdentityKey } from './identity.js';
import type { Readable } from './read-state.js';
import type { SourceSystem } from './source-system.js';

/** Why something concerns somebody. */
export const notificationReasons = ['CREATOR', 'EDITOR', 'SUBJECT', 'FOLLOWING'] as const;
export type NotificationReason = (typeof notificationReasons)[number];

/** Runs of the same change within one such stretch, aligned to 1970, are one notification: five minutes, in microseconds. */
export const runMicros = 300_000_000;

/** What a change is about: an object, or, naming none, an activity, or a pathway; of some entries nothing. */
export interface Item {
  readonly source: SourceSystem;
  readonly objectType?: string;
  readonly objectId?: string;
  readonly activityRef?: ActivityRef;
  readonly pathwayId?: Id;
  /** That somebody was put on the pathway, which is no entry of the log but a control entry. */
  readonly isEnrolment?: true;
}

/** The same change on the same item by the same actor within five minutes, whomever it concerns. */
export interface Run {
  readonly item: Item;
  readonly action: string;
  readonly actorKey?: IdentityKey;
  /** Where the stretch of time begins, in microseconds since 1970. */
  readonly fromMicros: number;
}

/** What others did that concerns somebody: a run of the same change. */
export interface Notification extends Readable {
  /** The same in every process and after every rebuild. */
  readonly id: Id;
  readonly workspaceId: Id;
  /** Whom it was for when it happened; who was merged since keeps theirs, as part of somebody else. */
  readonly origin: Id;
  readonly run: Run;
  /** Who did it: the actor, or whoever recorded it of the one that it is for. */
  readonly by?: string;
  readonly reasons: readonly NotificationReason[];
  /** How many entries it is made of; 0 once they are all removed. */
  readonly count: number;
  /** Of an enrolment the control entry's id. */
  readonly firstEntryId: Id;
  readonly latestEntryId: Id;
  /** Who did it has turned out to be the one that it is for. */
  readonly isOwn: boolean;
  /** Somebody who is part of the same person now has the same one, which is shown. */
  readonly isTwin: boolean;
  /** The log's number of the last change. */
  readonly seq: number;
}

export const isShown = (one: Notification): boolean => one.count > 0 && !one.isOwn && !one.isTwin;

/** Which ones somebody wants; null or absent: all. */
export interface NotificationPreferences {
  readonly reasons?: readonly NotificationReason[] | null;
  readonly sources?: readonly SourceSystem[] | null;
}

export const preferencesNoun = 'notification-preferences';
export const notificationsFold = 'notifications';

/** Which of somebody's notifications; fields AND together, an empty list matches nothing. */
export interface NotificationFilter {
  readonly unread?: boolean | null;
  readonly reasons?: readonly NotificationReason[] | null;
  readonly sources?: readonly SourceSystem[] | null;
}
