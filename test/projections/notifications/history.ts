import fc from 'fast-check';
import { type Id, newId } from '../../../src/base/ids.js';
import type { ActivityLog } from '../../../src/model/activity-log.js';
import { activityRef, nativeIdentity, userIdentity } from '../../../src/model/identity.js';
import type { ControlDraft, LogDraft } from '../../../src/model/log-record.js';
import { encodeChange } from '../../../src/model/noun-change.js';
import type { User } from '../../../src/model/user.js';
import { mergedUser, unmergedUsers } from '../../../src/services/users/merging.js';
import { entryDraft } from '../../support/services.js';

const weights = {
  user: 2,
  merge: 3,
  unmerge: 3,
  leave: 1,
  recognise: 2,
  follow: 6,
  unfollow: 3,
  prefer: 2,
  enrol: 3,
  through: 4,
  at: 4,
  mark: 6,
  log: 34,
  hide: 3,
  erase: 8,
} as const;

/** One thing that happens. What it is about is named by its place among all there ever were. */
export interface Step {
  readonly do: keyof typeof weights;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

export const steps = (maxLength: number): fc.Arbitrary<Step[]> =>
  fc.array(
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
    }),
    { minLength: 30, maxLength },
  );

const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(1, list.length)];
const minute = 60_000_000;
const actions: readonly Pick<ActivityLog, 'action' | 'actionClass'>[] = [
  { action: 'created', actionClass: 'CREATED' },
  { action: 'updated', actionClass: 'UPDATED' },
  { action: 'updated', actionClass: 'UPDATED' },
  { action: 'commented', actionClass: 'SOCIAL' },
  { action: 'viewed', actionClass: 'VIEWED' },
  { action: 'completed', actionClass: 'COMPLETED' },
];

/** What is to be written next; `seq` is the number that it will have. */
export type Written = { readonly draft: LogDraft } | { readonly hide: Id } | { readonly remove: Id };

/** Makes a log, step by step, as the services would. */
export class History {
  readonly users: User[] = [];
  readonly activityId = newId();
  readonly pathwayId = newId();
  #everybody: Id[] = [];
  #entries: { id: Id; hidden: boolean }[] = [];
  #seq = 0;

  constructor(private readonly workspaceId: Id) {}

  begin(): Written[] {
    const made = [0, 1, 2, 3].flatMap((a) => this.take({ do: 'user', a, b: a, c: 0 }, []));
    const change = {
      set: [{ id: this.activityId, refs: [activityRef(this.activityId)] }],
      removed: [],
      at: new Date(0),
    };
    return [...made, ...this.#control('activity', this.activityId, encodeChange(change))];
  }

  /** @param shown ids and places of notifications that there are. */
  take({ do: name, a, b, c }: Step, shown: readonly { id: Id; place: number; owner: Id }[]): Written[] {
    const user = pick(this.users, a);
    switch (name) {
      case 'user': {
        const id = newId();
        this.#everybody.push(id);
        return this.#users('updated', [{ ...stamped(id, this.workspaceId), identities: [userIdentity(id)] }]);
      }
      case 'recognise': {
        const key = nativeIdentity('POSTHOG', 'c', `n${b % 4}`);
        if (!user || this.users.some(({ identities }) => identities.includes(key))) return [];
        return this.#users('recognised', [{ ...user, identities: [...user.identities, key] }]);
      }
      case 'merge': {
        const into = pick(this.users, b);
        if (!user || !into || user === into) return [];
        this.users.splice(this.users.indexOf(user), 1);
        return this.#users('merged', [
          { ...mergedUser(into, user, new Date(0)), workspaceId: this.workspaceId, seq: 0 },
        ]);
      }
      case 'unmerge': {
        const survivor = pick(
          this.users.filter(({ mergedFrom = [] }) => mergedFrom.length > 0),
          a,
        );
        const part = survivor && pick(survivor.mergedFrom!, b);
        if (!survivor || !part) return [];
        const apart = unmergedUsers(survivor, part.id, new Date(0));
        const states = [apart.survivor, apart.user];
        return this.#users(
          'unmerged',
          states.map((state) => ({ ...state, workspaceId: this.workspaceId, seq: 0 })),
        );
      }
      case 'leave': {
        if (!user || this.users.length < 4 || c % 2) return [];
        this.users.splice(this.users.indexOf(user), 1);
        return this.#control('user', user.id, encodeChange({ set: [], removed: [user.id], at: new Date(0) }));
      }
      case 'follow':
      case 'unfollow': {
        const target = pick(
          [
            { kind: 'object', object: { source: 'POSTHOG', type: 'Insight', id: `i${c % 3}` } },
            { kind: 'activity', activityId: this.activityId },
            { kind: 'pathway', pathwayId: this.pathwayId },
            { kind: 'user', userId: pick(this.#everybody, c) },
          ],
          b,
        );
        const following = name === 'follow';
        return this.#control(
          'follow',
          pick(this.#everybody, a)!,
          JSON.stringify({ target, following, atMs: this.#seq }),
        );
      }
      case 'prefer': {
        const reasons = [null, ['CREATOR', 'FOLLOWING'], ['EDITOR', 'SUBJECT'], []][b % 4];
        const sources = c % 3 === 0 ? ['GATEWAY'] : null;
        return this.#control(
          'notification-preferences',
          pick(this.#everybody, a)!,
          JSON.stringify({ reasons, sources }),
        );
      }
      case 'enrol': {
        const ids = [a, b].map((at) => pick(this.#everybody, at)!);
        const at = new Date(c * 2 * 60_000);
        const by = c % 3 === 0 ? undefined : pick(this.#everybody, c);
        const set = [...new Set(ids)].map((userId) => ({
          id: newId(),
          pathwayId: this.pathwayId,
          userId,
          groups: [],
          enrolledAt: at,
          updatedAt: at,
        }));
        return this.#control('enrolment', set[0]!.id, encodeChange({ set, removed: [], at, by }), 'enrolled');
      }
      case 'through': {
        const through = c % 3 === 0 ? Math.floor((this.#seq * b) / 12) : this.#seq;
        return this.#control('bookmark', pick(this.#everybody, a)!, JSON.stringify({ through }));
      }
      case 'at':
        return this.#control('bookmark', pick(this.#everybody, a)!, JSON.stringify({ atMs: b * 2 * 60_000 }));
      case 'mark': {
        const one = pick(shown, a * 12 + b);
        if (!one) return [];
        // Now and then of what it was a while ago.
        const place = c % 5 === 0 ? one.place - 1 : one.place;
        return this.#control(
          'notification-mark',
          one.owner,
          JSON.stringify({ read: c % 2 === 0, marks: [{ id: one.id, place }] }),
        );
      }
      case 'log':
        return this.#log(a, b, c);
      case 'hide':
      case 'erase': {
        const living = this.#entries.filter((one) => name === 'erase' || !one.hidden);
        const entry = pick(living, a * 12 + b);
        if (!entry) return [];
        if (name === 'hide') {
          entry.hidden = true;
          return [{ hide: entry.id }];
        }
        this.#entries.splice(this.#entries.indexOf(entry), 1);
        this.#seq += 1;
        return [{ remove: entry.id }];
      }
    }
  }

  /** Whether a removal is under way: hidden, and not yet in the log. */
  get isHiding(): boolean {
    return this.#entries.some(({ hidden }) => hidden);
  }

  finish(): Written[] {
    const hidden = this.#entries.filter((one) => one.hidden);
    this.#entries = this.#entries.filter((one) => !one.hidden);
    this.#seq += hidden.length;
    return hidden.map(({ id }) => ({ remove: id }));
  }

  #log(a: number, b: number, c: number): Written[] {
    const somebody = pick(this.#everybody, a)!;
    const keys = [
      userIdentity(somebody),
      userIdentity(somebody),
      nativeIdentity('POSTHOG', 'c', `n${a % 4}`),
      undefined,
    ];
    const about = pick(
      [
        { object: { type: 'Insight', id: `i${c % 3}` } },
        { object: { type: 'Insight', id: `i${c % 2}` } },
        { activityRef: activityRef(this.activityId) },
        { pathwayId: this.pathwayId },
        { object: { type: 'User', id: pick(this.#everybody, c)! } },
        { additionalData: JSON.stringify({ mentions: [pick(this.#everybody, c), 7] }) },
      ],
      b,
    )!;
    const source = (a + b) % 3 === 0 ? 'GATEWAY' : 'POSTHOG';
    const draft = entryDraft({
      ...pick(actions, a + 2 * b + c)!,
      ...about,
      source,
      connectionId: source === 'POSTHOG' ? 'c' : pick(['client:x', `user:${pick(this.#everybody, b)}`], c)!,
      occurredAtMicros: ((b * 3 + c) % 24) * minute,
      actor: { kind: 'USER', key: pick(keys, b + c) },
    });
    this.#entries.push({ id: draft.id, hidden: false });
    this.#seq += 1;
    return [{ draft }];
  }

  #users(change: string, states: readonly User[]): Written[] {
    for (const state of states) {
      const at = this.users.findIndex(({ id }) => id === state.id);
      if (at < 0) this.users.push(state);
      else this.users[at] = state;
    }
    const set = states.map(({ workspaceId: _workspace, seq: _seq, ...state }) => state);
    return this.#control('user', states[0]!.id, encodeChange({ set, removed: [], at: new Date(0) }), change);
  }

  #control(noun: string, subjectId: Id, payload: string, change = 'changed'): Written[] {
    this.#seq += 1;
    const draft: ControlDraft = { kind: 'control', id: newId(), control: { noun, change, subjectId, payload } };
    return [{ draft }];
  }
}

const stamped = (id: Id, workspaceId: Id) => ({
  id,
  workspaceId,
  name: 'x',
  seq: 0,
  createdAt: new Date(0),
  updatedAt: new Date(0),
});
