import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import type { ActivityLog } from '../../src/model/activity-log.js';
import { userIdentity } from '../../src/model/identity.js';
import type { LogRecord } from '../../src/model/log-record.js';
import { pathwayProgress } from '../../src/model/pathway-progress.js';
import {
  type ActivityProgress,
  activityProgress,
  joined,
  type ProgressFacts,
  progressFact,
} from '../../src/model/progress.js';
import { History, steps } from './history.js';
import { ProgressModel } from './progress-model.js';

const folded = (records: readonly LogRecord[]): ProgressModel => {
  const fold = new ProgressModel();
  for (const record of records) fold.apply(record);
  return fold;
};
const shownBy = (fold: ProgressModel, { pathways }: History) =>
  pathways.map(({ id }) => ({ id, standings: fold.standings(id), stats: fold.stats(id) }));

/** The rule said anew, over all living entries at once: the last that states how far it is decides, else that there was any. */
function expected(history: History): { pathwayId: string; userId: string; states: [string, string | undefined][] }[] {
  const happened = [...history.entries].sort((x, y) => x.occurredAtMicros - y.occurredAtMicros || x.seq - y.seq);
  return history.pathways.flatMap(({ id: pathwayId, activities }) => {
    const people = history.users.filter(({ identities }) =>
      history.enrolments.some((one) => one.pathwayId === pathwayId && identities.includes(userIdentity(one.userId))),
    );
    return people.map(({ id: userId, identities }) => ({
      pathwayId,
      userId,
      states: activities.map(({ activityId, fulfilmentType }): [string, string | undefined] => {
        const refs = history.activities.find(({ id }) => id === activityId)?.refs ?? [];
        const mine = happened.filter(
          (entry) =>
            identities.includes(entry.actor.key!) &&
            refs.includes(entry.activityRef!) &&
            (entry.pathwayId ?? pathwayId) === pathwayId,
        );
        const states = (one: ActivityLog): boolean =>
          one.progress !== undefined ||
          (['COMPLETED', 'PASSED'].includes(one.actionClass) && one.outcome !== 'FAILURE');
        const last = mine.findLast(states);
        if (last) {
          const done = last.progress ? (last.progress.complete ?? last.progress.percent === 100) : true;
          return [done ? 'COMPLETED' : last.progress!.percent === 0 ? 'NOT_STARTED' : 'IN_PROGRESS', last.id];
        }
        const view = fulfilmentType ? mine.find(({ actionClass }) => actionClass === 'VIEWED') : undefined;
        if (view) return ['COMPLETED', view.id];
        const first = mine.find(({ actionClass }) => actionClass !== 'SOCIAL');
        return first ? ['IN_PROGRESS', first.id] : ['NOT_STARTED', undefined];
      }),
    }));
  });
}

describe('progress on pathways, folded from the log', () => {
  it('is what the living entries say at the end, whatever happened on the way', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(steps, (told) => {
        const history = new History(told);
        const fold = folded(history.records);
        const byId = (x: { userId: string }, y: { userId: string }) => (x.userId < y.userId ? -1 : 1);
        for (const { id } of history.pathways) {
          const wanted = expected(history)
            .filter(({ pathwayId }) => pathwayId === id)
            .sort(byId);
          const standings = fold.standings(id);
          expect(standings.map(({ userId }) => userId)).toEqual(wanted.map(({ userId }) => userId));
          for (const [index, { activities }] of standings.entries()) {
            const states = activities.map(({ state, entryId }) => [state, entryId]);
            expect(states).toEqual(wanted[index]!.states);
            for (const { state } of activities) seen.add(state);
          }
          for (const [index, { total, completed }] of fold.stats(id).entries()) {
            expect(total).toBe(wanted.length);
            expect(completed).toBe(wanted.filter(({ states }) => states[index]![0] === 'COMPLETED').length);
          }
        }
      }),
      { numRuns: 400 },
    );
    // The comparison means something only if there was progress of every kind.
    expect([...seen].sort()).toEqual(['COMPLETED', 'IN_PROGRESS', 'NOT_STARTED']);
  });

  it('is the same rebuilt from the log as it was lived through, and when records come again', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (told, cut) => {
        const history = new History(told);
        const lived = folded(history.records);
        const rebuilt = folded(history.reread);
        expect(shownBy(rebuilt, history)).toEqual(shownBy(lived, history));
        const at = cut % history.records.length;
        const again = folded([...history.records.slice(0, at), ...history.records.slice(0, at), ...history.records]);
        expect(shownBy(again, history)).toEqual(shownBy(lived, history));
        expect(again.seq).toBe(history.records.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('facts of progress', () => {
  const said = (entry: Partial<ActivityLog>): ProgressFacts => {
    const fact = progressFact({
      id: newId(),
      occurredAtMicros: 0,
      seq: 1,
      actionClass: 'OTHER',
      ...entry,
    } as ActivityLog);
    return fact ? { [fact.kind]: fact } : {};
  };

  it('come to the same in whatever order and however often they are joined', () => {
    const entry = fc.record({
      seq: fc.nat(50),
      occurredAtMicros: fc.nat(5),
      actionClass: fc.constantFrom('STARTED' as const, 'COMPLETED' as const, 'VIEWED' as const),
      progress: fc.option(fc.record({ percent: fc.nat(100) }), { nil: undefined }),
    });
    const entries = fc.uniqueArray(entry, { selector: ({ seq }) => seq, minLength: 1 });
    const shuffled = entries.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
    );
    fc.assert(
      fc.property(shuffled, ([all, mixed]) => {
        const facts = new Map(all.map((one) => [one, said({ ...one, id: String(one.seq) })]));
        const once = all.map((one) => facts.get(one)!).reduce(joined, {});
        expect(mixed.map((one) => facts.get(one)!).reduce(joined, {})).toEqual(once);
      }),
    );
  });

  it.each<[Partial<ActivityLog>, string | undefined, Partial<ActivityProgress>]>([
    [{ actionClass: 'SEARCH' }, undefined, { state: 'NOT_STARTED', percent: 0 }],
    [{ actionClass: 'STARTED' }, undefined, { state: 'IN_PROGRESS' }],
    [{ actionClass: 'VIEWED' }, 'complete', { state: 'IN_PROGRESS' }],
    [{ actionClass: 'VIEWED' }, 'View', { state: 'COMPLETED', percent: 100 }],
    [{ progress: { percent: 12.5 } }, undefined, { state: 'IN_PROGRESS', percent: 12.5 }],
    [{ progress: { percent: 0 } }, undefined, { state: 'NOT_STARTED', percent: 0 }],
    [{ progress: { percent: 80, complete: true } }, undefined, { state: 'COMPLETED', percent: 80 }],
    [{ progress: { percent: 100, complete: false } }, undefined, { state: 'IN_PROGRESS', percent: 100 }],
    [{ progress: { state: 'halfway' } }, undefined, { state: 'NOT_STARTED' }],
    [{ actionClass: 'PASSED', outcome: 'FAILURE' }, undefined, { state: 'IN_PROGRESS' }],
    [{ actionClass: 'COMPLETED' }, undefined, { state: 'COMPLETED', percent: 100 }],
  ])('%j where %s fulfils it is %j', (entry, fulfilmentType, progress) => {
    expect(activityProgress(said(entry), { fulfilmentType })).toMatchObject(progress);
  });

  it('invent no figure where the source gives none', () => {
    expect(activityProgress(said({ actionClass: 'STARTED' }), {}).percent).toBeUndefined();
  });
});

describe('progress on a whole pathway', () => {
  const step = (level: number, required = true) => ({ activityId: newId(), level, required });
  const done: ActivityProgress = { state: 'COMPLETED', percent: 100, changedAtMicros: 5 };
  const half: ActivityProgress = { state: 'IN_PROGRESS', percent: 50, changedAtMicros: 9 };
  const none: ActivityProgress = { state: 'NOT_STARTED', percent: 0 };
  const of = (activities: ReturnType<typeof step>[], progress: ActivityProgress[], levelsInOrder = false) =>
    pathwayProgress({ activities, levelsInOrder }, progress);

  it('is decided by what is required, and by everything where nothing is', () => {
    expect(of([step(1), step(2, false)], [done, half])).toEqual({
      state: 'COMPLETED',
      percent: 100,
      changedAtMicros: 9,
      openLevel: 4,
    });
    expect(of([step(1), step(2)], [done, half])).toMatchObject({ state: 'IN_PROGRESS', percent: 75 });
    expect(of([step(1, false), step(1, false)], [done, none])).toMatchObject({ state: 'IN_PROGRESS', percent: 50 });
    expect(of([step(1), step(2, false)], [none, half])).toMatchObject({ state: 'IN_PROGRESS', percent: 0 });
    expect(of([step(1)], [none])).toEqual({ state: 'NOT_STARTED', percent: 0, openLevel: 4 });
    expect(of([], [])).toEqual({ state: 'NOT_STARTED', percent: 0, openLevel: 4 });
  });

  it('opens levels in order where the pathway says so', () => {
    const activities = [step(3), step(1), step(1, false), step(2)];
    expect(of(activities, [none, half, none, none], true).openLevel).toBe(1);
    expect(of(activities, [none, done, none, none], true).openLevel).toBe(2);
    expect(of(activities, [none, done, none, done], true).openLevel).toBe(3);
    expect(of(activities, [done, done, none, done], true).openLevel).toBe(4);
    expect(of(activities, [none, half, none, none]).openLevel).toBe(4);
  });
});
