import { encodeFeedCursor } from '../../base/cursor.js';
import { unavailable } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import type { FoldReader } from '../../log/place.js';
import { notificationsFold } from '../../model/notification.js';
import { initialState, type NotificationState } from '../../model/notification-state.js';
import type { FoldScope } from '../../store/fold-documents.js';
import type { Generation } from '../../store/fold-states.js';
import type { NotificationStates } from '../../store/notification-states.js';
import type { Notifications } from '../../store/notifications.js';

export interface SnapshotParts {
  readonly folds: Pick<FoldReader, 'settle'>;
  readonly notifications: Pick<Notifications, 'changedAbove'>;
  readonly notificationStates: Pick<NotificationStates, 'ofOwner'>;
}

/** Where one person stands with their notifications, as of one place of the log. */
export interface Snapshot {
  readonly scope: FoldScope;
  readonly place: Generation;
  /** Whoever is asked for is part of: their own id, but for one who was merged; absent for one who was removed. */
  readonly personId?: Id;
  /** Of each id that is theirs; none of one who was removed. */
  readonly states: readonly NotificationState[];
  /** The log's number of the last change of what is theirs: a merge, its undoing, their removal. */
  readonly ownedSeq: number;
}

const maxTries = 50;

/**
 * Looks at what is one person's, as of one place: neither the states nor anything that is looked at may be ahead of it. A
 * document ahead of the checkpoint belongs to a page that is just being written; what was seen is then looked at again.
 * @throws CodedError SERVICE_UNAVAILABLE
 */
export async function readSnapshot<T>(
  parts: SnapshotParts,
  workspaceId: Id,
  userId: Id,
  atLeast: number,
  look: (snapshot: Snapshot) => Promise<T>,
): Promise<{ readonly snapshot: Snapshot; readonly seen: T }> {
  let least = atLeast;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const place = await parts.folds.settle(workspaceId, notificationsFold, least);
    const scope = { workspaceId, generation: place.generation };
    const own = await ownStates(parts, scope, userId);
    const ahead = Math.max(own.ownedSeq, ...own.states.map(({ seq }) => seq));
    if (ahead > place.seq) {
      least = ahead;
      continue;
    }
    const snapshot = { scope, place, ...own };
    const seen = await look(snapshot);
    const origins = own.states.map(({ origin }) => origin);
    const changed =
      origins.length === 0 ? undefined : await parts.notifications.changedAbove(scope, origins, place.seq);
    if (changed === undefined) return { snapshot, seen };
    least = changed;
  }
  throw unavailable(new Error('These notifications change faster than they can be read'));
}

async function ownStates(
  { notificationStates }: SnapshotParts,
  scope: FoldScope,
  userId: Id,
): Promise<Pick<Snapshot, 'personId' | 'states' | 'ownedSeq'>> {
  const found = await notificationStates.ofOwner(scope, userId);
  const own = found.find(({ origin }) => origin === userId) ?? initialState(userId);
  const personId = own.ownerId;
  if (personId === undefined) return { states: [], ownedSeq: own.ownedSeq };
  const states = personId === userId ? whole(found, personId) : await ofPerson(notificationStates, scope, personId);
  return { personId, states, ownedSeq: Math.max(...states.map(({ ownedSeq }) => ownedSeq)) };
}

const ofPerson = async (states: SnapshotParts['notificationStates'], scope: FoldScope, personId: Id) =>
  whole(await states.ofOwner(scope, personId), personId);

const whole = (found: readonly NotificationState[], personId: Id): NotificationState[] => {
  const theirs = found.filter(({ ownerId }) => ownerId === personId);
  return theirs.some(({ origin }) => origin === personId) ? theirs : [...theirs, initialState(personId)];
};

/** What somebody is shown beside a list: all of one place. */
export interface Standing {
  readonly unreadCount: number;
  /** A FeedCursor: everything at or below it is read. */
  readonly bookmark?: string;
  /** Everything that happened until then is read. */
  readonly bookmarkedAt?: Date;
  /** The place in the log that all of this is of; a FeedCursor. */
  readonly asOf: string;
}

export function standingOf({ place, states, personId, scope: { workspaceId } }: Snapshot): Standing {
  const own = states.find(({ origin }) => origin === personId);
  const cursor = (seq: number): string => encodeFeedCursor({ workspaceId, epoch: place.epoch, seq });
  return {
    unreadCount: states.reduce((sum, { unread }) => sum + unread, 0),
    ...(own && own.through > 0 && { bookmark: cursor(own.through) }),
    ...(own?.atMs !== undefined && { bookmarkedAt: new Date(own.atMs) }),
    asOf: cursor(place.seq),
  };
}
