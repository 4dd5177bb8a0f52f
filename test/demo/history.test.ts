import { describe, expect, it } from 'vitest';
import { definitions } from '../../scripts/demo/definitions.js';
import { historyCount, makeHistory } from '../../scripts/demo/history.js';
import { demoPathways } from '../../scripts/demo/pathways.js';
import { makePeople, peopleCount, userInput } from '../../scripts/demo/people.js';
import { demoSystems, sourceShares } from '../../scripts/demo/scenario.js';
import type { Cast, DemoEntry } from '../../scripts/demo/sources/scene.js';
import { activityRef, emailIdentity, nativeActivityRef, userIdentity } from '../../src/model/identity.js';

const people = makePeople();
const id = (index: number): string => index.toString(16).padStart(24, '0');
const cast: Cast = {
  people,
  userIds: new Map(people.map((person, index) => [person.email, id(index)])),
  activityIds: new Map(definitions.map(({ key }, index) => [key, id(index)])),
  pathwayIds: new Map(demoPathways.map(({ native }, index) => [native.ID, id(index)])),
};
const dayMs = 86_400_000;
const endMs = Date.parse('2026-03-18T10:20:30.456Z');
const history = [...makeHistory(cast, endMs)].flat();
const of = (source: string): DemoEntry[] => history.filter(({ entry }) => entry.source === source);
const rows = (source: string): Record<string, unknown>[] => of(source).map(({ entry }) => JSON.parse(entry.native!));

const moments =
  /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+02:00))|(?<=timestamp\\":|"nativeKey":"\d+:)(\d{10})\b|(?<="occurredAtMicros":)(\d{16})/g;

/** Its text, with every moment told by how far it lies from the end. */
const relativeTo = (end: number, entry: DemoEntry): string =>
  JSON.stringify({ ...entry, contentHash: '' }).replace(moments, (_, iso, seconds, micros) =>
    String((iso ? Date.parse(iso) : seconds ? Number(seconds) * 1000 : Number(micros) / 1000) - end),
  );

describe('the demo history', () => {
  it('has every kind of source in about its share, over ninety days', () => {
    expect(history).toHaveLength(historyCount);
    expect(historyCount).toBeGreaterThanOrEqual(10_000);
    for (const source of demoSystems) {
      expect(of(source).length / historyCount).toBeCloseTo(sourceShares[source] / 100, 1);
    }
    const times = history.map(({ entry }) => entry.occurredAtMicros / 1000);
    expect(Math.max(...times)).toBeLessThanOrEqual(endMs);
    expect(endMs - Math.min(...times)).toBeGreaterThan(89 * dayMs);
    expect(endMs - Math.min(...times)).toBeLessThanOrEqual(90 * dayMs + 1000);
  });

  it('has busy workdays, quiet weekends and quieter nights', () => {
    const count = (matches: (date: Date) => boolean): number =>
      history.filter(({ entry }) => matches(new Date(entry.occurredAtMicros / 1000))).length;
    const weekends = count((date) => [0, 6].includes(date.getUTCDay())) / 2;
    const workdays = count((date) => ![0, 6].includes(date.getUTCDay())) / 5;
    expect(workdays).toBeGreaterThan(1.8 * weekends);
    expect(count((date) => date.getUTCHours() === 9)).toBeGreaterThan(10 * count((date) => date.getUTCHours() === 2));
  });

  it('is the same for the same end, and for one whole weeks away but for the times', () => {
    expect([...makeHistory(cast, endMs)].flat()).toEqual(history);
    const laterMs = endMs + 35 * dayMs;
    const later = [...makeHistory(cast, laterMs)].flat();
    for (const [index, entry] of later.entries()) {
      expect(relativeTo(laterMs, entry)).toBe(relativeTo(endMs, history[index]!));
    }
  });

  it('writes no two entries under one key', () => {
    const keys = history.map(({ nativeKey, entry }) => `${entry.source} ${entry.connectionId} ${nativeKey}`);
    expect(new Set(keys).size).toBe(historyCount);
  });

  it('shows all systems among the twenty newest, and Dana among those who act', () => {
    const newest = history.slice(-20);
    expect(new Set(newest.map(({ entry }) => entry.source)).size).toBe(demoSystems.length);
    const dana = userInput(people[0]!).identities!;
    expect(history.filter(({ entry }) => dana.includes(entry.actor.key ?? '')).length).toBeGreaterThan(100);
  });

  it('names only people and activities that are there', () => {
    const identities = new Set(
      people.flatMap((person) => [
        ...userInput(person).identities!,
        emailIdentity(person.email),
        userIdentity(cast.userIds.get(person.email)!),
      ]),
    );
    const refs = new Set(
      definitions.flatMap(({ key, sourceIds }) => [
        activityRef(cast.activityIds.get(key)!),
        ...(sourceIds ?? []).map((one) => nativeActivityRef(one.source, one.id)),
      ]),
    );
    for (const { entry } of history) {
      if (entry.actor.kind === 'USER') expect(identities).toContain(entry.actor.key);
      else if (entry.actor.kind !== 'DEVICE_ACCOUNT') expect(entry.actor.key).toBeUndefined();
      if (entry.activityRef !== undefined) expect(refs).toContain(entry.activityRef);
    }
    const used = new Set(history.map(({ entry }) => entry.activityRef));
    used.delete(undefined);
    expect(used.size).toBe(definitions.length);
  });

  it('has people and activities without doubles', () => {
    expect(people).toHaveLength(peopleCount);
    const identities = people.flatMap((person) => [...new Set(userInput(person).identities!)]);
    expect(new Set(identities).size).toBe(identities.length);
    expect(new Set(people.map(({ name }) => name)).size).toBe(peopleCount);
    expect(definitions).toHaveLength(40);
    expect(new Set(definitions.map(({ key }) => key)).size).toBe(40);
    expect(new Set(definitions.map(({ name }) => name)).size).toBe(40);
  });
});

describe('native rows', () => {
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

  it('are AWorld activity logs', () => {
    for (const row of rows('AWORLD')) {
      expect(Object.keys(row)).toEqual(
        expect.arrayContaining(['activityLogId', 'activityId', 'userId', 'completedAt', 'createdAt', 'updatedAt']),
      );
      expect(row.activityLogId).toMatch(/^[\w-]{21}$/);
      expect(row.activityId).toMatch(/^[\w-]{21}$/);
      expect(row.completedAt).toMatch(iso);
      expect([undefined, 'SUCCESS', 'FAILURE']).toContain(row.outcome);
    }
  });

  it('are Thrive activity records', () => {
    for (const row of rows('THRIVE')) {
      expect(Object.keys(row)).toEqual(
        expect.arrayContaining(['id', 'user', 'type', 'date', 'contextId', 'contextType', 'data', 'with']),
      );
      expect(row.id).toMatch(/^[0-9a-f]{24}$/);
      expect(row.date).toMatch(iso);
    }
  });

  it('are states of Falkor pathways', () => {
    for (const row of rows('FALKOR') as Record<string, Record<string, unknown>>[]) {
      expect(Object.keys(row)).toEqual(['pathway', 'activity', 'log']);
      expect(Object.keys(row.pathway!)).toEqual(['name', 'type', 'ID']);
      expect(Object.keys(row.activity!)).toEqual(
        expect.arrayContaining(['ID', 'name', 'type', 'fulfilmentType', 'required', 'level', 'stats']),
      );
      const { status, ...person } = row.log! as { status: Record<string, unknown> };
      expect(Object.keys(person)).toEqual([
        'firstname',
        'lastname',
        'email',
        'telephone',
        'country',
        'city',
        'groups',
        'fulfilment',
      ]);
      expect(['in progress', 'completed']).toContain(status.state);
      expect(status.complete).toBe(status.progress === 100);
      expect(status.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+02:00$/);
    }
  });

  it('are TikMatrix rows', () => {
    for (const row of rows('TIKMATRIX')) {
      expect(Object.keys(row)).toEqual([
        'id',
        'platform',
        'serial',
        'action_type',
        'action_detail',
        'username',
        'timestamp',
      ]);
      expect(['tiktok', 'instagram']).toContain(row.platform);
      expect(Number.isInteger(row.timestamp)).toBe(true);
    }
    expect(of('TIKMATRIX').every(({ entry }) => entry.outcome === undefined)).toBe(true);
  });

  it('are PostHog rows with microseconds', () => {
    for (const row of rows('POSTHOG') as Record<string, Record<string, unknown>>[]) {
      expect(Object.keys(row)).toEqual([
        'id',
        'user',
        'unread',
        'organization_id',
        'was_impersonated',
        'is_system',
        'activity',
        'item_id',
        'scope',
        'detail',
        'created_at',
      ]);
      expect(row.created_at).toMatch(/\.\d{6}Z$/);
      expect(row.detail!.changes).toHaveLength(1);
    }
    expect(of('POSTHOG').some(({ entry }) => entry.occurredAtMicros % 1000 !== 0)).toBe(true);
  });

  it('are absent where no outside system is behind an entry', () => {
    expect(of('GATEWAY').every(({ entry }) => entry.native === undefined)).toBe(true);
  });
});
