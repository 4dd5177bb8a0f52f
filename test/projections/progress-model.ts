import type { Id } from '../../src/base/ids.js';
import type { Activity } from '../../src/model/activity.js';
import { type FilterFields, filterFields } from '../../src/model/activity-log.js';
import type { Enrolment } from '../../src/model/enrolment.js';
import type { ActivityRef, IdentityKey } from '../../src/model/identity.js';
import type { ControlChange, LogRecord } from '../../src/model/log-record.js';
import { decodeChange, type NounChange, type NounState } from '../../src/model/noun-change.js';
import type { Pathway } from '../../src/model/pathway.js';
import { type PathwayProgress, pathwayProgress } from '../../src/model/pathway-progress.js';
import {
  type ActivityProgress,
  activityProgress,
  joined,
  type ProgressFact,
  type ProgressFacts,
  progressFact,
} from '../../src/model/progress.js';
import type { User } from '../../src/model/user.js';
import { PeopleKnown } from '../../src/projections/pathway-progress/people-known.js';

/** How far one person is on one pathway. */
export interface ModelStanding {
  /** Of one who was merged, whoever they are part of. */
  readonly userId: Id;
  readonly groups: readonly string[];
  /** One for each of the pathway's activities, in their order. */
  readonly activities: readonly ActivityProgress[];
  readonly whole: PathwayProgress;
}

/** How many are enrolled, and how many of them have completed one activity. */
export interface ModelStats {
  readonly activityId: Id;
  readonly total: number;
  readonly completed: number;
}

/**
 * The model of progress as a fold of the log, all in memory and made anew for each question: entries, removals and control entries go in, in the log's order, and nothing else is read.
 * An entry counts on its own pathway, or, naming none, on every pathway that has its activity; whether it happened before
 * or after somebody was enrolled makes no difference, so whoever leaves and comes again is where they were.
 */
export class ProgressModel {
  #seq = 0;
  readonly #people = new PeopleKnown();
  readonly #refs = new Map<Id, readonly ActivityRef[]>();
  readonly #pathways = new Map<Id, NounState<Pathway>>();
  readonly #enrolments = new Map<Id, NounState<Enrolment>>();
  /** By whom, what and on which pathway; each by its entry, since any may be removed. */
  readonly #facts = new Map<string, Map<Id, ProgressFact>>();

  /** The number of the log that it reflects. */
  get seq(): number {
    return this.#seq;
  }

  /** Takes the next record. One that was taken before changes nothing. */
  apply(record: LogRecord): void {
    if (record.seq <= this.#seq) return;
    this.#seq = record.seq;
    switch (record.kind) {
      case 'entry': {
        const fact = record.entry && progressFact(record.entry);
        if (fact) this.#note(keyOf(filterFields(record.entry!)), fact);
        return;
      }
      case 'removed':
        this.#facts.get(keyOf(record.target) ?? '')?.delete(record.targetId);
        return;
      case 'control':
        this.#change(record.control);
        return;
      case 'void':
        return;
    }
  }

  hasPathway(pathwayId: Id): boolean {
    return this.#pathways.has(pathwayId);
  }

  /** Everybody who is on a pathway, by id; each person once. */
  standings(pathwayId: Id): ModelStanding[] {
    const pathway = this.#pathways.get(pathwayId);
    if (!pathway) return [];
    const groups = new Map<Id, Set<string>>();
    for (const enrolment of this.#enrolments.values()) {
      const userId = enrolment.pathwayId === pathwayId ? this.#people.whoIs(enrolment.userId) : undefined;
      if (userId === undefined) continue;
      groups.set(userId, new Set([...(groups.get(userId) ?? []), ...enrolment.groups]));
    }
    return [...groups]
      .map(([userId, named]) => this.#standing(pathway, userId, [...named].sort()))
      .sort((one, other) => (one.userId < other.userId ? -1 : 1));
  }

  /** One for each of the pathway's activities, in their order. */
  stats(pathwayId: Id): ModelStats[] {
    const standings = this.standings(pathwayId);
    return (this.#pathways.get(pathwayId)?.activities ?? []).map(({ activityId }, index) => ({
      activityId,
      total: standings.length,
      completed: standings.filter(({ activities }) => activities[index]!.state === 'COMPLETED').length,
    }));
  }

  #standing(pathway: NounState<Pathway>, userId: Id, groups: readonly string[]): ModelStanding {
    const keys = this.#people.identitiesOf(userId);
    const activities = pathway.activities.map((activity) => {
      const refs = this.#refs.get(activity.activityId) ?? [];
      return activityProgress(this.#joined(keys, refs, pathway.id), activity);
    });
    return { userId, groups, activities, whole: pathwayProgress(pathway, activities) };
  }

  #joined(actors: readonly IdentityKey[], refs: readonly ActivityRef[], pathwayId: Id): ProgressFacts {
    const keys = actors.flatMap((actorKey) =>
      refs.flatMap((activityRef) => [keyOf({ actorKey, activityRef, pathwayId }), keyOf({ actorKey, activityRef })]),
    );
    const facts = keys.flatMap((key) => [...(this.#facts.get(key ?? '')?.values() ?? [])]);
    return facts.map((fact): ProgressFacts => ({ [fact.kind]: fact })).reduce(joined, {});
  }

  #note(key: string | undefined, fact: ProgressFact): void {
    if (key === undefined) return;
    const facts = this.#facts.get(key) ?? new Map<Id, ProgressFact>();
    this.#facts.set(key, facts.set(fact.entryId, fact));
  }

  #change({ noun, payload }: ControlChange): void {
    if (payload === undefined) return;
    if (noun === 'user') this.#people.apply(decodeChange<NounState<User>>(payload));
    if (noun === 'activity') keep(this.#refs, decodeChange<NounState<Activity>>(payload), ({ refs }) => refs);
    if (noun === 'pathway') keep(this.#pathways, decodeChange<NounState<Pathway>>(payload), (pathway) => pathway);
    if (noun === 'enrolment') {
      const isThere = (one: NounState<Enrolment>) => (one.withdrawnAt ? undefined : one);
      keep(this.#enrolments, decodeChange<NounState<Enrolment>>(payload), isThere);
    }
  }
}

/** Undefined for what is nobody's, or of nothing that is defined. */
const keyOf = ({
  actorKey,
  activityRef,
  pathwayId,
}: Pick<FilterFields, 'actorKey' | 'activityRef' | 'pathwayId'>): string | undefined =>
  actorKey === undefined || activityRef === undefined
    ? undefined
    : JSON.stringify([actorKey, activityRef, pathwayId ?? null]);

function keep<T extends { readonly id: Id }, K>(
  known: Map<Id, K>,
  change: Pick<NounChange<T>, 'set' | 'removed'>,
  kept: (state: T) => K | undefined,
): void {
  for (const id of change.removed) known.delete(id);
  for (const state of change.set) {
    const value = kept(state);
    if (value === undefined) known.delete(state.id);
    else known.set(state.id, value);
  }
}
