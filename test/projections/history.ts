import fc from 'fast-check';
import { type Id, newId } from '../../src/base/ids.js';
import type { Activity } from '../../src/model/activity.js';
import { type ActivityLog, filterFields } from '../../src/model/activity-log.js';
import type { Enrolment } from '../../src/model/enrolment.js';
import { activityRef, emailIdentity, nativeActivityRef, userIdentity } from '../../src/model/identity.js';
import type { LogRecord } from '../../src/model/log-record.js';
import { encodeChange } from '../../src/model/noun-change.js';
import type { Pathway } from '../../src/model/pathway.js';
import type { User } from '../../src/model/user.js';
import { mergedUser, unmergedUsers } from '../../src/services/users/merging.js';

/** One thing that happens. What it is about is named by its place among all there ever were. */
export interface Step {
  readonly do:
    | 'user'
    | 'merge'
    | 'unmerge'
    | 'leave'
    | 'define'
    | 'undefine'
    | 'pathway'
    | 'enrol'
    | 'withdraw'
    | 'log'
    | 'erase';
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly at: number;
}

const weights: Record<Step['do'], number> = {
  user: 3,
  merge: 3,
  unmerge: 2,
  leave: 1,
  define: 2,
  undefine: 1,
  pathway: 2,
  enrol: 5,
  withdraw: 2,
  log: 24,
  erase: 4,
};

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    do: fc.oneof(
      ...(Object.keys(weights) as Step['do'][]).map((name) => ({
        weight: weights[name],
        arbitrary: fc.constant(name),
      })),
    ),
    a: fc.nat(11),
    b: fc.nat(11),
    c: fc.nat(11),
    at: fc.nat(20),
  }),
  { minLength: 20, maxLength: 120 },
);

const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(1, list.length)];
const workspaceId = newId();
const stamp = { createdAt: new Date(0), updatedAt: new Date(0) };

/** What an entry may say: nothing of progress, how far, an end, a failure, a look. */
const sayings: readonly Partial<ActivityLog>[] = [
  { actionClass: 'STARTED' },
  { actionClass: 'PROGRESSED', progress: { percent: 40 } },
  { actionClass: 'PROGRESSED', progress: { percent: 0 } },
  { actionClass: 'OTHER', progress: { percent: 100 } },
  { actionClass: 'OTHER', progress: { percent: 100, complete: false } },
  { actionClass: 'OTHER', progress: { complete: true } },
  { actionClass: 'COMPLETED' },
  { actionClass: 'PASSED', outcome: 'FAILURE' },
  { actionClass: 'VIEWED' },
  { actionClass: 'SOCIAL' },
];

/** A log, and beside it what is so at its end: kept by hand, as the services would keep it. */
export class History {
  readonly records: LogRecord[] = [];
  readonly users: User[] = [];
  readonly activities: Activity[] = [];
  readonly pathways: Pathway[] = [];
  readonly enrolments: Enrolment[] = [];
  readonly entries: ActivityLog[] = [];
  /** Everybody who ever was, also who was merged or removed. */
  readonly #everybody: Id[] = [];

  constructor(told: readonly Step[]) {
    for (let n = 0; n < 3; n += 1)
      for (const name of ['user', 'define'] as const) this.#take({ do: name, a: n, b: n, c: n, at: n });
    this.#take({ do: 'pathway', a: 0, b: 3, c: 1, at: 0 });
    for (const step of told) this.#take(step);
  }

  #take({ do: name, a, b, c, at }: Step): void {
    const user = pick(this.users, a);
    switch (name) {
      case 'user': {
        const id = newId();
        const email = `u${a % 6}@x.org`;
        const free = !this.users.some(({ identities }) => identities.includes(emailIdentity(email)));
        const identities = [userIdentity(id), ...(free ? [emailIdentity(email)] : [])];
        this.#everybody.push(id);
        this.#put('user', this.users, [{ id, workspaceId, name: 'x', identities, seq: 0, ...stamp }]);
        return;
      }
      case 'merge': {
        const into = pick(this.users, b);
        if (!user || !into || user === into) return;
        this.users.splice(this.users.indexOf(user), 1);
        this.#put('user', this.users, [{ ...mergedUser(into, user, new Date(at)), workspaceId, seq: 0 }]);
        return;
      }
      case 'unmerge': {
        const survivor = pick(
          this.users.filter(({ mergedFrom = [] }) => mergedFrom.length > 0),
          a,
        );
        const part = survivor && pick(survivor.mergedFrom!, b);
        if (!survivor || !part) return;
        const apart = unmergedUsers(survivor, part.id, new Date(at));
        this.#put(
          'user',
          this.users,
          [apart.survivor, apart.user].map((one) => ({ ...one, workspaceId, seq: 0 })),
        );
        return;
      }
      case 'leave':
        if (user) this.#drop('user', this.users, user.id);
        return;
      case 'define': {
        const known = c % 3 === 0 ? pick(this.activities, a) : undefined;
        const id = known?.id ?? newId();
        const native = nativeActivityRef('FALKOR', `f${b % 4}`);
        const free = !this.activities.some((one) => one.id !== id && one.refs.includes(native));
        const refs = [activityRef(id), ...(free ? [native] : [])];
        this.#put('activity', this.activities, [
          { id, workspaceId, key: id, name: 'x', sourceIds: [], refs, seq: 0, ...stamp },
        ]);
        return;
      }
      case 'undefine': {
        const activity = pick(this.activities, a);
        if (activity) this.#drop('activity', this.activities, activity.id);
        return;
      }
      case 'pathway': {
        const known = this.pathways.length > 1 ? pick(this.pathways, a) : undefined;
        const id = known?.id ?? newId();
        const activities = this.activities.slice(0, b).map(({ id: activityId }, index) => ({
          activityId,
          level: 1 + ((index + c) % 4),
          required: (index + a) % 3 > 0,
          ...(index % 2 === 0 && { fulfilmentType: 'View' }),
        }));
        if (c % 2) activities.reverse();
        const state = {
          id,
          workspaceId,
          key: id,
          name: 'x',
          activities,
          levelsInOrder: c % 2 === 0,
          archived: false,
          seq: 0,
          ...stamp,
        };
        this.#put('pathway', this.pathways, [state]);
        return;
      }
      case 'enrol': {
        const pathwayId = pick(this.pathways, b)!.id;
        if (!user || this.enrolments.some((one) => one.pathwayId === pathwayId && one.userId === user.id)) return;
        const state = {
          id: newId(),
          workspaceId,
          pathwayId,
          userId: user.id,
          groups: [`g${c % 3}`],
          enrolledAt: new Date(at),
          updatedAt: new Date(at),
          seq: 0,
        };
        this.#put('enrolment', this.enrolments, [state]);
        return;
      }
      case 'withdraw': {
        const enrolment = pick(this.enrolments, a);
        if (!enrolment) return;
        const ended: Enrolment = { ...enrolment, withdrawnAt: new Date(at) };
        this.#control('enrolment', [ended], []);
        this.enrolments.splice(this.enrolments.indexOf(enrolment), 1);
        return;
      }
      case 'log': {
        const keys = [userIdentity(pick(this.#everybody, a)!), emailIdentity(`u${a % 6}@x.org`)];
        const refs = [...this.activities.map(({ id }) => activityRef(id)), nativeActivityRef('FALKOR', `f${b % 4}`)];
        const entry: ActivityLog = {
          id: newId(),
          workspaceId,
          seq: this.records.length + 1,
          source: 'GATEWAY',
          connectionId: 'c',
          action: 'x',
          actionClass: 'OTHER',
          occurredAtMicros: at,
          recordedAt: new Date(0),
          tags: [],
          actor: { kind: 'USER', key: pick(keys, c) },
          activityRef: pick(refs, b),
          pathwayId: c % 3 === 0 ? undefined : pick(this.pathways, b + c)!.id,
          ...pick(sayings, a + b + c),
        };
        this.entries.push(entry);
        this.records.push({ kind: 'entry', id: entry.id, seq: entry.seq, entry });
        return;
      }
      case 'erase': {
        const entry = pick(this.entries, a * 12 + b);
        if (!entry) return;
        this.entries.splice(this.entries.indexOf(entry), 1);
        const target = filterFields(entry);
        this.records.push({ kind: 'removed', id: newId(), seq: this.records.length + 1, targetId: entry.id, target });
      }
    }
  }

  /** The log as it is read afresh: of what was removed only the place is left. */
  get reread(): LogRecord[] {
    const live = new Set(this.entries.map(({ id }) => id));
    return this.records.map((record) =>
      record.kind === 'entry' && !live.has(record.id) ? { kind: 'entry', id: record.id, seq: record.seq } : record,
    );
  }

  #put<T extends { id: Id; workspaceId: Id; seq: number }>(noun: string, list: T[], states: T[]): void {
    for (const state of states) {
      const at = list.findIndex(({ id }) => id === state.id);
      if (at < 0) list.push(state);
      else list[at] = state;
    }
    this.#control(noun, states, []);
  }

  #drop<T extends { id: Id }>(noun: string, list: T[], id: Id): void {
    list.splice(
      list.findIndex((one) => one.id === id),
      1,
    );
    this.#control(noun, [], [id]);
  }

  #control(noun: string, set: readonly { id: Id; workspaceId?: Id; seq?: number }[], removed: Id[]): void {
    const payload = encodeChange({
      set: set.map(({ workspaceId: _ws, seq: _seq, ...state }) => state),
      removed,
      at: new Date(0),
    });
    const control = { noun, change: 'changed', subjectId: set[0]?.id ?? removed[0]!, payload };
    this.records.push({ kind: 'control', id: newId(), seq: this.records.length + 1, control });
  }
}
