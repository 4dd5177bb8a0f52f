import type { Id } from '../../base/ids.js';
import type { Activity } from '../../model/activity.js';
import type { Enrolment } from '../../model/enrolment.js';
import { type ActivityRef, type IdentityKey, userIdsAmong } from '../../model/identity.js';
import type { ControlChange } from '../../model/log-record.js';
import { decodeChange, type NounChange, type NounState } from '../../model/noun-change.js';
import type { Pathway } from '../../model/pathway.js';
import type { User } from '../../model/user.js';
import type { ProgressKey } from '../../store/progress-facts.js';
import type { StandingKey } from '../../store/standing-document.js';
import { PeopleKnown } from './people-known.js';

export type PathwayState = NounState<Pathway>;
type Change<T> = Pick<NounChange<NounState<T>>, 'set' | 'removed'>;

/** Nouns of which control entries matter to progress. */
export const progressNouns = ['user', 'activity', 'pathway', 'enrolment'] as const;

/** That somebody is on a pathway, by whatever of their ids, and once or several times. */
export interface Membership {
  /** Sorted, each once. */
  readonly groups: readonly string[];
  /** When they first came. */
  readonly enrolledAt: Date;
}

/** An activity of a pathway as somebody on it does it. */
export interface ConcernedActivity extends StandingKey {
  readonly pathway: PathwayState;
  readonly activityId: Id;
}

type Enrolled = Pick<NounState<Enrolment>, 'id' | 'pathwayId' | 'userId' | 'groups' | 'enrolledAt'>;

/** People, activities, pathways and enrolments, as the log has them so far: what turns facts into standings. */
export class ProgressNouns {
  readonly #people = new PeopleKnown();
  readonly #refs = new Map<Id, readonly ActivityRef[]>();
  readonly #named = new SetsById<ActivityRef, Id>();
  readonly #pathways = new Map<Id, PathwayState>();
  readonly #having = new SetsById<Id, Id>();
  readonly #enrolments = new Map<Id, Enrolled>();
  readonly #onPathway = new SetsById<Id, Enrolled>();
  readonly #ofOrigin = new SetsById<Id, Enrolled>();

  /** Takes a change. Answers whose standings have to be made anew, before anything else is applied. */
  apply({ noun, payload }: ControlChange): Concerned {
    const concerned = new Concerned();
    if (payload === undefined) return concerned;
    switch (noun) {
      case 'user':
        this.#changeUsers(decodeChange(payload), concerned);
        break;
      case 'activity':
        this.#changeActivities(decodeChange(payload), concerned);
        break;
      case 'pathway':
        this.#changePathways(decodeChange(payload), concerned);
        break;
      case 'enrolment':
        this.#changeEnrolments(decodeChange(payload), concerned);
        break;
    }
    return concerned;
  }

  pathway(id: Id): PathwayState | undefined {
    return this.#pathways.get(id);
  }

  identitiesOf(userId: Id): readonly IdentityKey[] {
    return this.#people.identitiesOf(userId);
  }

  refsOf(activityId: Id): readonly ActivityRef[] {
    return this.#refs.get(activityId) ?? [];
  }

  /** Undefined for who is not on the pathway. */
  membership({ pathwayId, userId }: StandingKey): Membership | undefined {
    const mine = [...this.#enrolledAs(userId)].filter((one) => one.pathwayId === pathwayId);
    if (mine.length === 0) return undefined;
    return {
      groups: [...new Set(mine.flatMap(({ groups }) => groups))].sort(),
      enrolledAt: new Date(Math.min(...mine.map(({ enrolledAt }) => enrolledAt.getTime()))),
    };
  }

  /** What an entry with this key counts for. */
  concernedBy({ actorKey, activityRef, pathwayId }: ProgressKey): ConcernedActivity[] {
    const userId = this.#people.ownerOf(actorKey);
    if (userId === undefined) return [];
    const onWhich = new Set([...this.#enrolledAs(userId)].map((one) => one.pathwayId));
    return [...this.#named.of(activityRef)].flatMap((activityId) =>
      [...this.#having.of(activityId)]
        .filter((id) => onWhich.has(id) && (pathwayId ?? id) === id)
        .map((id) => ({ pathwayId: id, userId, activityId, pathway: this.#pathways.get(id)! })),
    );
  }

  *#enrolledAs(userId: Id): Generator<Enrolled> {
    for (const origin of userIdsAmong(this.#people.identitiesOf(userId)))
      if (this.#people.whoIs(origin) === userId) yield* this.#ofOrigin.of(origin);
  }

  #changeUsers(change: Change<User>, concerned: Concerned): void {
    const isOther = ({ id, identities }: NounState<User>): boolean => !isSame(this.identitiesOf(id), identities);
    if (change.removed.length === 0 && !change.set.some(isOther)) return;
    const touched = new Set([
      ...change.removed,
      ...change.set.flatMap(({ id, identities }) => [
        id,
        ...identities.flatMap((key) => this.#people.ownerOf(key) ?? []),
      ]),
    ]);
    const noteAll = (): void => {
      for (const userId of touched)
        for (const { pathwayId } of this.#enrolledAs(userId)) concerned.add({ pathwayId, userId });
    };
    noteAll();
    this.#people.apply(change);
    noteAll();
  }

  #changeActivities(change: Change<Activity>, concerned: Concerned): void {
    const set = (id: Id, refs: readonly ActivityRef[] | undefined): void => {
      if (isSame(this.refsOf(id), refs ?? [])) return;
      for (const ref of this.refsOf(id)) this.#named.delete(ref, id);
      for (const ref of refs ?? []) this.#named.add(ref, id);
      if (refs) this.#refs.set(id, refs);
      else this.#refs.delete(id);
      for (const pathwayId of this.#having.of(id)) this.#noteAll(pathwayId, concerned);
    };
    for (const id of change.removed) set(id, undefined);
    for (const { id, refs } of change.set) set(id, refs);
  }

  #changePathways(change: Change<Pathway>, concerned: Concerned): void {
    const set = (id: Id, pathway: PathwayState | undefined): void => {
      const former = this.#pathways.get(id);
      for (const { activityId } of former?.activities ?? []) this.#having.delete(activityId, id);
      for (const { activityId } of pathway?.activities ?? []) this.#having.add(activityId, id);
      if (pathway) this.#pathways.set(id, pathway);
      else this.#pathways.delete(id);
      if (rulesOf(former) === rulesOf(pathway)) return;
      concerned.pathwayIds.add(id);
      this.#noteAll(id, concerned);
    };
    for (const id of change.removed) set(id, undefined);
    for (const pathway of change.set) set(pathway.id, pathway);
  }

  #changeEnrolments(change: Change<Enrolment>, concerned: Concerned): void {
    const note = ({ pathwayId, userId }: Enrolled): void => {
      const person = this.#people.whoIs(userId);
      if (person !== undefined) concerned.add({ pathwayId, userId: person });
    };
    const drop = (id: Id): void => {
      const enrolled = this.#enrolments.get(id);
      if (!enrolled) return;
      this.#enrolments.delete(id);
      this.#onPathway.delete(enrolled.pathwayId, enrolled);
      this.#ofOrigin.delete(enrolled.userId, enrolled);
      note(enrolled);
    };
    for (const id of change.removed) drop(id);
    for (const { id, pathwayId, userId, groups, enrolledAt, withdrawnAt } of change.set) {
      drop(id);
      if (withdrawnAt) continue;
      const enrolled = { id, pathwayId, userId, groups, enrolledAt };
      this.#enrolments.set(id, enrolled);
      this.#onPathway.add(pathwayId, enrolled);
      this.#ofOrigin.add(userId, enrolled);
      note(enrolled);
    }
  }

  #noteAll(pathwayId: Id, concerned: Concerned): void {
    for (const { userId } of this.#onPathway.of(pathwayId)) {
      const person = this.#people.whoIs(userId);
      if (person !== undefined) concerned.add({ pathwayId, userId: person });
    }
  }
}

/** Whose standings a change concerns, each once, and which pathways have other rules by it. */
class Concerned {
  readonly #standings = new Map<string, StandingKey>();
  readonly pathwayIds = new Set<Id>();

  add({ pathwayId, userId }: StandingKey): void {
    this.#standings.set(`${pathwayId}/${userId}`, { pathwayId, userId });
  }

  get standings(): readonly StandingKey[] {
    return [...this.#standings.values()];
  }

  get isEmpty(): boolean {
    return this.#standings.size === 0 && this.pathwayIds.size === 0;
  }
}

class SetsById<K, V> {
  readonly #sets = new Map<K, Set<V>>();

  of(key: K): Iterable<V> {
    return this.#sets.get(key) ?? [];
  }

  add(key: K, value: V): void {
    const set = this.#sets.get(key) ?? new Set();
    this.#sets.set(key, set.add(value));
  }

  delete(key: K, value: V): void {
    const set = this.#sets.get(key);
    set?.delete(value);
    if (set?.size === 0) this.#sets.delete(key);
  }
}

/** What of a pathway decides how far somebody is on it. */
const rulesOf = (pathway: PathwayState | undefined): string | undefined =>
  pathway && JSON.stringify([pathway.activities, pathway.levelsInOrder]);

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && new Set([...one, ...other]).size === new Set(one).size;
