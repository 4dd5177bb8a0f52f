import { type Id, isId } from '../base/ids.js';
import { isJsonObject } from '../base/json.js';
import type { ActivityLog } from './activity-log.js';
import { activityTarget, objectTarget, pathwayTarget, type TargetKey, userTarget } from './follow.js';
import { emailIdentity, type IdentityKey, nativeIdentity, userIdentity } from './identity.js';
import { type Interest, isImportant } from './important-change.js';
import type { NotificationPreferences, NotificationReason } from './notification.js';

/** Something that may concern somebody: an entry, or that people were put on a pathway. */
export type Happening = Pick<
  ActivityLog,
  'source' | 'connectionId' | 'action' | 'actionClass' | 'occurredAtMicros' | 'activityRef' | 'pathwayId'
> & {
  readonly id: Id;
  readonly seq: number;
  readonly actorKey?: IdentityKey;
  readonly object?: { readonly type: string; readonly id?: string };
  readonly additionalData?: string;
  /** Whom it is about, by user id, besides those that its own fields name. */
  readonly subjects?: readonly Id[];
};

export const happeningOf = (entry: ActivityLog): Happening => ({ ...entry, actorKey: entry.actor.key });

/** What was so at a number of the log. */
export interface KnownAt {
  ownerOf(key: IdentityKey, seq: number): Id | undefined;
  /** A user's own id and those of whoever was part of them. */
  userIdsOf(userId: Id, seq: number): readonly Id[];
  activityOf(ref: string, seq: number): Id | undefined;
  /** As they were given: see Follow. */
  followersOf(target: TargetKey, seq: number): Iterable<Id>;
  preferencesOf(userId: Id, seq: number): NotificationPreferences | undefined;
}

export interface Concern {
  readonly reasons: ReadonlySet<NotificationReason>;
  /** Who did it, or recorded it of them. */
  readonly by?: string;
}

/**
 * Whom something concerns and why, all as of its own place, so that telling it again says the same.
 *
 * CREATOR: they made the item before. EDITOR: they changed it in an important way before, and this is one. SUBJECT: it is
 * about them: their being enrolled, an entry on them or that mentions them, progress that somebody else recorded of them.
 * FOLLOWING: they follow the object, the activity, the pathway or the person. Never who did it, and only what they want.
 */
export function concerned(one: Happening, interests: Iterable<Interest>, known: KnownAt): Map<Id, Concern> {
  const { seq, actorKey } = one;
  const actor = actorKey === undefined ? undefined : known.ownerOf(actorKey, seq);
  const reasons = new Map<Id, Set<NotificationReason>>();
  const add = (userId: Id | undefined, reason: NotificationReason): void => {
    if (userId === undefined || userId === actor) return;
    const held = reasons.get(userId);
    if (held) held.add(reason);
    else reasons.set(userId, new Set([reason]));
  };
  const important = isImportant(one);
  for (const interest of interests) {
    const created = (interest.createdSeq ?? seq) < seq;
    const changed = important && (interest.changedSeq ?? seq) < seq;
    if (!created && !changed) continue;
    const owner = known.ownerOf(interest.actorKey, seq);
    if (created) add(owner, 'CREATOR');
    if (changed) add(owner, 'EDITOR');
  }
  for (const key of subjectKeys(one)) add(known.ownerOf(key, seq), 'SUBJECT');
  for (const target of targetsOf(one, actor, known)) {
    for (const follower of known.followersOf(target, seq)) add(known.ownerOf(userIdentity(follower), seq), 'FOLLOWING');
  }
  const concerns = new Map<Id, Concern>();
  for (const [userId, held] of reasons) keepWanted(concerns, known, one, userId, held, actorKey);
  const recorder = actor === undefined ? undefined : recorderOf(one, actor, known);
  if (recorder !== undefined) keepWanted(concerns, known, one, actor!, new Set(['SUBJECT']), recorder);
  return concerns;
}

function keepWanted(
  concerns: Map<Id, Concern>,
  known: KnownAt,
  { seq, source }: Happening,
  userId: Id,
  held: ReadonlySet<NotificationReason>,
  by: string | undefined,
): void {
  const wanted = known.preferencesOf(userId, seq);
  if (wanted?.sources && !wanted.sources.includes(source)) return;
  const kept = wanted?.reasons ? new Set([...held].filter((reason) => wanted.reasons!.includes(reason))) : held;
  if (kept.size > 0) concerns.set(userId, { reasons: kept, ...(by !== undefined && { by }) });
}

const userTypes: ReadonlySet<string> = new Set(['user', 'person']);

/** The identities of whom it is about. */
function subjectKeys({ object, source, connectionId, additionalData, subjects = [] }: Happening): IdentityKey[] {
  const keys = [...subjects, ...mentionsIn(additionalData)].map(userIdentity);
  if (object?.id === undefined || !userTypes.has(object.type.toLowerCase())) return keys;
  if (isId(object.id)) keys.push(userIdentity(object.id.toLowerCase()));
  if (object.id.includes('@')) keys.push(emailIdentity(object.id));
  keys.push(nativeIdentity(source, connectionId, object.id));
  return keys;
}

/** User ids in the list `mentions` of the caller's own data. */
function mentionsIn(additionalData: string | undefined): Id[] {
  if (!additionalData?.includes('"mentions"')) return [];
  const data = JSON.parse(additionalData) as unknown;
  const mentions = isJsonObject(data) ? data.mentions : undefined;
  if (!Array.isArray(mentions)) return [];
  return mentions.flatMap((id: unknown) => (typeof id === 'string' && isId(id) ? [id.toLowerCase()] : []));
}

function targetsOf(
  { source, object, activityRef, pathwayId, seq }: Happening,
  actor: Id | undefined,
  known: KnownAt,
): TargetKey[] {
  const activityId = activityRef === undefined ? undefined : known.activityOf(activityRef, seq);
  return [
    ...(object?.id === undefined ? [] : [objectTarget({ source, type: object.type, id: object.id })]),
    ...(activityId === undefined ? [] : [activityTarget(activityId)]),
    ...(pathwayId === undefined ? [] : [pathwayTarget(pathwayId)]),
    ...(actor === undefined ? [] : known.userIdsOf(actor, seq).map(userTarget)),
  ];
}

const ownProgress: ReadonlySet<string> = new Set(['PROGRESSED', 'COMPLETED', 'PASSED']);

/** Who recorded somebody else's progress by our own API: a user or a client. Undefined where it was they themselves. */
function recorderOf(one: Happening, actor: Id, known: KnownAt): string | undefined {
  if (one.source !== 'GATEWAY' || !ownProgress.has(one.actionClass)) return undefined;
  const [, kind, id] = /^(user|client):(.+)$/.exec(one.connectionId) ?? [];
  if (kind === undefined) return undefined;
  if (kind === 'client') return one.connectionId;
  return known.ownerOf(userIdentity(id!), one.seq) === actor ? undefined : userIdentity(id!);
}
