import { LRUCache } from 'lru-cache';
import type { Id } from '../../base/ids.js';
import type { Generation } from '../../store/fold-states.js';
import type { NotificationLists } from '../../store/notification-lists.js';
import type { NotificationStates } from '../../store/notification-states.js';
import type { Notifications } from '../../store/notifications.js';
import type { ReaderContext } from '../nouns/results.js';
import { concernsBesides, isToldTo, mayFollow, toldStanding } from './following.js';
import { requireUser } from './own.js';
import { type SeenNotification, seenBy } from './seen.js';
import { readSnapshot, type SnapshotParts, type Standing } from './snapshot.js';

/** What changed in somebody's notifications since a place, and how they stand now: all as of `asOf`. */
export interface NotificationChange extends Standing {
  /** The number of the log of the last change, at or below what was asked for. */
  readonly seq: number;
  /** New, grown or marked; in the order of their changes. */
  readonly notifications: readonly SeenNotification[];
  readonly removedIds: readonly Id[];
  readonly readChanged: boolean;
  /** False where there is more than this, or may be: too much, others are theirs than were, or what is gone since left no trace in documents that were made anew. */
  readonly isComplete: boolean;
}

export interface ChangesParts extends SnapshotParts {
  readonly notifications: Pick<Notifications, 'changedAbove' | 'changed'>;
  readonly notificationLists: Pick<NotificationLists, 'count'>;
  readonly notificationStates: Pick<NotificationStates, 'ofOwner' | 'changed'>;
}

const maxChanges = 100;
/** Over a longer stretch of the log it is asked for one person alone rather than for all who changed. */
const maxStretch = 5000;

/** Whose notifications changed in a stretch of the log: looked up once for all who follow theirs in this process. */
export class ChangedPeople {
  readonly #stretches = new LRUCache<string, Promise<ReadonlySet<Id>>>({ max: 32 });

  constructor(private readonly states: Pick<NotificationStates, 'changed'>) {}

  async may(workspaceId: Id, { generation, seq }: Generation, after: number, userIds: readonly Id[]): Promise<boolean> {
    if (seq - after > maxStretch) return true;
    const key = `${workspaceId}:${generation}:${after}:${seq}`;
    const known = this.#stretches.get(key) ?? this.#look({ workspaceId, generation }, after);
    this.#stretches.set(key, known);
    known.catch(() => this.#stretches.delete(key));
    const changed = await known;
    return userIds.some((id) => changed.has(id));
  }

  /** Also who changed again since: what they missed before that is told with it. */
  async #look(scope: { readonly workspaceId: Id; readonly generation: number }, after: number) {
    const states = await this.states.changed(scope, after);
    return new Set(states.flatMap(({ origin, ownerId }) => [origin, ownerId ?? origin]));
  }
}

/** One person's notifications, as somebody follows them. */
export class OwnChanges {
  #personId: Id | undefined;

  constructor(
    private readonly parts: ChangesParts,
    private readonly people: ChangedPeople,
    private readonly viewer: ReaderContext,
  ) {}

  /** Undefined where nothing changed after a number and up to where the fold is. */
  async after(place: Generation, after: number): Promise<NotificationChange | undefined> {
    const { parts, viewer } = this;
    const { workspaceId } = viewer;
    const userId = requireUser(viewer.userId);
    const isKnown = this.#personId !== undefined && !isMissing(place, after);
    if (isKnown && !(await this.people.may(workspaceId, place, after, [userId, this.#personId!]))) return undefined;
    const { snapshot, seen } = await readSnapshot(parts, workspaceId, userId, place.seq, async (now) => {
      const changed = now.states.filter(({ seq }) => seq > after);
      const lists = await Promise.all(
        changed.map(({ origin }) =>
          parts.notifications.changed(now.scope, origin, { seq: after + 1, id: '' }, now.place.seq, maxChanges + 1),
        ),
      );
      const all = lists.flat().sort((one, other) => one.seq - other.seq);
      return { all, standing: await toldStanding(parts.notificationLists, viewer, now) };
    });
    this.#personId = snapshot.personId ?? userId;
    const { states, ownedSeq } = snapshot;
    const last = Math.max(ownedSeq, ...states.map(({ seq }) => seq));
    const isAnew = isMissing(snapshot.place, after);
    if (last <= after && !isAnew) return undefined;
    const told = seen.all.slice(0, maxChanges).filter((one) => concernsBesides(viewer, one));
    const readChanged = ownedSeq > after || states.some(({ readSeq }) => readSeq > after);
    // What came or went with somebody did not change itself.
    const isComplete = !isAnew && seen.all.length <= maxChanges && ownedSeq <= after;
    // Even that something happened is not told of what is only followed.
    if (!mayFollow(viewer) && told.length === 0 && !readChanged && isComplete) return undefined;
    return {
      ...seen.standing,
      seq: isAnew ? place.seq : Math.min(place.seq, last),
      notifications: told.filter((one) => isToldTo(viewer, one)).map((one) => seenBy(one, states)),
      removedIds: told.filter((one) => !isToldTo(viewer, one)).map(({ id }) => id),
      readChanged,
      isComplete,
    };
  }
}

/** Whether something may have gone after a number of which the documents do not tell. */
const isMissing = ({ builtThrough = 0 }: Generation, after: number): boolean => after < builtThrough;
