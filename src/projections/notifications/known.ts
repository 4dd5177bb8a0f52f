import type { Id } from '../../base/ids.js';
import type { Activity } from '../../model/activity.js';
import type { KnownAt } from '../../model/concern.js';
import { type FollowChange, followNoun, type TargetKey, targetKey } from '../../model/follow.js';
import { userIdentity, userIdsAmong } from '../../model/identity.js';
import type { ControlChange } from '../../model/log-record.js';
import { type NotificationPreferences, preferencesNoun } from '../../model/notification.js';
import { decodeChange, type NounState } from '../../model/noun-change.js';
import { Timeline } from '../../model/timeline.js';
import type { User } from '../../model/user.js';
import { type OwnerChange, OwnersKnown } from './owners-known.js';

/** What `Known` is made of. */
export const knownNouns: readonly string[] = ['user', 'activity', followNoun, preferencesNoun];

/** That somebody's following changed: of one who was part of them, too. */
export interface Followed {
  readonly userId: Id;
  readonly change: FollowChange;
}

/** Who is who, what is what, who follows what and wants what: at each number of the log. */
export class Known implements KnownAt {
  readonly #people = new OwnersKnown();
  readonly #activities = new OwnersKnown();
  readonly #followers = new Map<TargetKey, Map<Id, Timeline<boolean>>>();
  readonly #preferences = new Map<Id, Timeline<NotificationPreferences>>();

  /** Takes a control entry that follows what was taken before. */
  apply({ noun, payload, subjectId }: ControlChange, seq: number): void {
    if (payload === undefined) return;
    if (noun === 'user') this.applyUsers(payload, seq);
    if (noun === 'activity') {
      this.#activities.apply(decodeChange<NounState<Activity>>(payload), ({ refs }) => refs, seq);
    }
    if (noun === followNoun) this.applyFollow(subjectId, payload, seq);
    if (noun === preferencesNoun) this.applyPreferences(subjectId, payload, seq);
  }

  applyUsers(payload: string, seq: number): OwnerChange[] {
    return this.#people.apply(decodeChange<NounState<User>>(payload), ({ identities }) => identities, seq);
  }

  /** Who follows something no more follows it under no id that is theirs. */
  applyFollow(userId: Id, payload: string, seq: number): Followed[] {
    const change = JSON.parse(payload) as FollowChange;
    const followers = this.#followers.get(targetKey(change.target)) ?? new Map<Id, Timeline<boolean>>();
    this.#followers.set(targetKey(change.target), followers);
    const person = this.ownerOf(userIdentity(userId), seq);
    if (person === undefined) return [];
    const held = this.userIdsOf(person, seq).filter((id) => followers.get(id)?.at(seq));
    const ids = change.following ? (held.length > 0 ? [] : [person]) : held;
    for (const id of ids) {
      const timeline = followers.get(id) ?? new Timeline();
      followers.set(id, timeline);
      timeline.set(seq, change.following);
    }
    return ids.map((id) => ({ userId: id, change }));
  }

  /** @returns whose they are; undefined for nobody's. */
  applyPreferences(userId: Id, payload: string, seq: number): Id | undefined {
    const person = this.ownerOf(userIdentity(userId), seq);
    if (person === undefined) return undefined;
    const timeline = this.#preferences.get(person) ?? new Timeline();
    this.#preferences.set(person, timeline);
    timeline.set(seq, JSON.parse(payload) as NotificationPreferences);
    return person;
  }

  ownerOf(key: string, seq: number): Id | undefined {
    return this.#people.ownerOf(key, seq);
  }

  /** Every user who ever had an identity. */
  everyOwnerOf(key: string): Id[] {
    return this.#people.everyOwnerOf(key);
  }

  userIdsOf(userId: Id, seq: number): Id[] {
    return userIdsAmong(this.#people.keysOf(userId, seq));
  }

  activityOf(ref: string, seq: number): Id | undefined {
    return this.#activities.ownerOf(ref, seq);
  }

  *followersOf(target: TargetKey, seq: number): Iterable<Id> {
    for (const [userId, following] of this.#followers.get(target) ?? []) if (following.at(seq)) yield userId;
  }

  preferencesOf(userId: Id, seq: number): NotificationPreferences | undefined {
    return this.#preferences.get(userId)?.at(seq);
  }
}
