import type { Id } from '../../../src/base/ids.js';
import { type Concern, concerned, type KnownAt } from '../../../src/model/concern.js';
import { type FollowChange, targetKey } from '../../../src/model/follow.js';
import { userIdentity, userIdsAmong } from '../../../src/model/identity.js';
import { type Interest, isImportant } from '../../../src/model/important-change.js';
import type { LogRecord } from '../../../src/model/log-record.js';
import type { Notification, NotificationPreferences } from '../../../src/model/notification.js';
import { itemKey } from '../../../src/model/notification-key.js';
import { unreadIn } from '../../../src/model/notification-state.js';
import { decodeChange } from '../../../src/model/noun-change.js';
import type { BookmarkChange, MarkChange, ReadState } from '../../../src/model/read-state.js';
import { idOf, type NotificationName } from '../../../src/projections/notifications/growing.js';
import { type Told, toldBy } from '../../../src/projections/notifications/happenings.js';

interface Snapshot {
  owners: Map<string, Id>;
  keys: Map<Id, string[]>;
  refs: Map<string, Id>;
  followers: Map<string, Set<Id>>;
  preferences: Map<Id, NotificationPreferences>;
}

/** What one person is shown, and how many of it are unread. */
export interface Shown {
  readonly list: readonly (Pick<Notification, 'id' | 'origin' | 'count' | 'reasons' | 'place' | 'occurredAtMicros'> & {
    readonly latestEntryId: Id;
    readonly unread: boolean;
  })[];
  readonly unread: number;
}

/**
 * Notifications by their definition: everything computed from the records anew, nothing counted on.
 * @param records the log as it is read now: of what was removed only the place is left.
 */
export class NotificationModel implements KnownAt {
  readonly #snapshots: Snapshot[] = [];

  constructor(
    private readonly workspaceId: Id,
    private readonly records: readonly LogRecord[],
  ) {
    let now: Snapshot = {
      owners: new Map(),
      keys: new Map(),
      refs: new Map(),
      followers: new Map(),
      preferences: new Map(),
    };
    this.#snapshots.push(now);
    for (const record of records) {
      if (record.kind === 'control') now = this.#after(now, record.control);
      this.#snapshots[record.seq] = now;
    }
  }

  ownerOf(key: string, seq: number): Id | undefined {
    return this.#snapshots[seq]!.owners.get(key);
  }
  userIdsOf(userId: Id, seq: number): Id[] {
    return userIdsAmong(this.#snapshots[seq]!.keys.get(userId) ?? []);
  }
  activityOf(ref: string, seq: number): Id | undefined {
    return this.#snapshots[seq]!.refs.get(ref);
  }
  followersOf(target: string, seq: number): Iterable<Id> {
    return this.#snapshots[seq]!.followers.get(target) ?? [];
  }
  preferencesOf(userId: Id, seq: number): NotificationPreferences | undefined {
    return this.#snapshots[seq]!.preferences.get(userId);
  }

  get people(): Id[] {
    return [...this.#snapshots.at(-1)!.keys.keys()];
  }

  shown(person: Id): Shown {
    const end = this.records.length;
    const all = this.#notifications();
    const origins = this.userIdsOf(person, end);
    const theirs = all.filter((one) => origins.includes(one.origin) && !this.#isOwn(one, person, end));
    const first = new Map<string, Notification>();
    for (const one of theirs) {
      const key = idOf({ ...one, origin: person });
      const other = first.get(key);
      if (!other || one.origin === person || (other.origin !== person && one.origin < other.origin))
        first.set(key, one);
    }
    const list = [...first.values()].sort((one, other) => other.place - one.place || (one.id < other.id ? 1 : -1));
    const shown = list.map((one) => {
      const { id, origin, count, reasons, place, occurredAtMicros, latestEntryId } = one;
      const unread = unreadIn(one, this.#readState(origin)) === 1;
      return { id, origin, count, reasons, place, occurredAtMicros, latestEntryId, unread };
    });
    return { list: shown, unread: shown.filter(({ unread }) => unread).length };
  }

  #isOwn(one: Notification, person: Id, seq: number): boolean {
    return one.by !== undefined && this.ownerOf(one.by, seq) === person;
  }

  #notifications(): Notification[] {
    const told = this.records.flatMap((record) => toldBy(record) ?? []);
    const made = new Map<Id, { name: NotificationName; of: { told: Told; concern: Concern }[] }>();
    for (const one of told) {
      for (const [origin, concern] of concerned(one.happening, this.#interests(told, one), this)) {
        const { workspaceId } = this;
        const name = { workspaceId, origin, run: one.run, ...(concern.by !== undefined && { by: concern.by }) };
        const held = made.get(idOf(name)) ?? { name, of: [] };
        made.set(idOf(name), held);
        held.of.push({ told: one, concern });
      }
    }
    return [...made].map(([id, { name, of }]) => {
      const reasons = new Set(of.flatMap(({ concern }) => [...concern.reasons]));
      const place = of.at(-1)!.told.happening.seq;
      return {
        ...name,
        id,
        reasons: (['CREATOR', 'EDITOR', 'SUBJECT', 'FOLLOWING'] as const).filter((reason) => reasons.has(reason)),
        count: of.length,
        firstEntryId: of[0]!.told.happening.id,
        latestEntryId: of.at(-1)!.told.happening.id,
        place,
        occurredAtMicros: Math.max(...of.map(({ told: { happening } }) => happening.occurredAtMicros)),
        mark: this.#mark(id, name.origin, of[0]!.told.happening.seq),
        isOwn: false,
        isTwin: false,
        seq: place,
      };
    });
  }

  /** By every entry before this one that is still there. */
  #interests(told: readonly Told[], { run, happening }: Told): Interest[] {
    const before = told.filter(
      (one) => one.happening.seq < happening.seq && itemKey(one.run.item) === itemKey(run.item),
    );
    if (run.item.objectId === undefined && run.item.activityRef === undefined) return [];
    return before.flatMap(({ happening: { actorKey, seq, action, actionClass } }): Interest[] => {
      if (actorKey === undefined) return [];
      if (actionClass === 'CREATED') return [{ actorKey, createdSeq: seq }];
      return isImportant({ action, actionClass }) ? [{ actorKey, changedSeq: seq }] : [];
    });
  }

  /** The last mark by whoever the origin was part of then, of a notification that was there. */
  #mark(id: Id, origin: Id, since: number): Notification['mark'] {
    let mark: Notification['mark'];
    for (const record of this.records) {
      if (record.kind !== 'control' || record.control.noun !== 'notification-mark' || record.seq < since) continue;
      const { read, marks } = JSON.parse(record.control.payload!) as MarkChange;
      const place = marks.find((one) => one.id === id)?.place;
      const isTheirs = this.#actsFor(record.control.subjectId, origin, record.seq);
      if (place !== undefined && isTheirs) mark = { read, place, seq: record.seq };
    }
    return mark;
  }

  #readState(origin: Id): ReadState {
    let state: ReadState = { through: 0, bookmarkSeq: 0 };
    for (const record of this.records) {
      if (record.kind !== 'control' || record.control.noun !== 'bookmark') continue;
      if (!this.#actsFor(record.control.subjectId, origin, record.seq)) continue;
      state = { ...state, ...(JSON.parse(record.control.payload!) as BookmarkChange), bookmarkSeq: record.seq };
    }
    return state;
  }

  #actsFor(userId: Id, origin: Id, seq: number): boolean {
    const person = this.ownerOf(userIdentity(userId), seq);
    return person !== undefined && this.userIdsOf(person, seq).includes(origin);
  }

  #after(before: Snapshot, control: Extract<LogRecord, { kind: 'control' }>['control']): Snapshot {
    const { noun, payload, subjectId } = control;
    const now: Snapshot = { ...before };
    const person = before.owners.get(userIdentity(subjectId));
    if (noun === 'user') {
      const { set, removed } = decodeChange<{ id: Id; identities: string[] }>(payload!);
      const ids = [...removed, ...set.map(({ id }) => id)];
      now.keys = new Map([...before.keys].filter(([id]) => !ids.includes(id)));
      // Whoever is merged into another is nobody any more: what was theirs is the other's.
      const taken = new Set(set.flatMap(({ identities }) => identities));
      for (const [id, keys] of now.keys) if (keys.some((key) => taken.has(key))) now.keys.delete(id);
      for (const { id, identities } of set) now.keys.set(id, identities);
      now.owners = new Map([...now.keys].flatMap(([id, keys]) => keys.map((key) => [key, id] as const)));
    }
    if (noun === 'activity') {
      const { set } = decodeChange<{ id: Id; refs: string[] }>(payload!);
      now.refs = new Map(before.refs);
      for (const { id, refs } of set) for (const ref of refs) now.refs.set(ref, id);
    }
    if (noun === 'follow' && person !== undefined) {
      const { target, following } = JSON.parse(payload!) as FollowChange;
      const theirs = userIdsAmong(before.keys.get(person)!);
      const held = new Set(before.followers.get(targetKey(target)));
      if (!following) for (const id of theirs) held.delete(id);
      else if (!theirs.some((id) => held.has(id))) held.add(person);
      now.followers = new Map(before.followers).set(targetKey(target), held);
    }
    if (noun === 'notification-preferences' && person !== undefined) {
      now.preferences = new Map(before.preferences).set(person, JSON.parse(payload!) as NotificationPreferences);
    }
    return now;
  }
}
