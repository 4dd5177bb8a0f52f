import { expect } from 'vitest';
import { definitions } from '../../scripts/demo/definitions.js';
import { historyCount } from '../../scripts/demo/history.js';
import { demoPathways } from '../../scripts/demo/pathways.js';
import { peopleCount } from '../../scripts/demo/people.js';
import type { Id } from '../../src/base/ids.js';
import type { ActivityLog } from '../../src/model/activity-log.js';
import type { LogRecord } from '../../src/model/log-record.js';
import { Activities } from '../../src/store/activities.js';
import { ActivityLogs } from '../../src/store/activity-logs.js';
import type { Store } from '../../src/store/connect.js';
import { Enrolments } from '../../src/store/enrolments.js';
import { type LogDocument, toRecord } from '../../src/store/log-document.js';
import { Pathways } from '../../src/store/pathways.js';
import { UnscopedStore } from '../../src/store/unscoped.js';
import { Users } from '../../src/store/users.js';

/** What the demo left in a store, read past everything that serves it. */
export class DemoStore {
  readonly users: Users;
  readonly activities: Activities;
  readonly pathways: Pathways;
  readonly enrolments: Enrolments;

  constructor(readonly store: Store) {
    this.users = new Users(store);
    this.activities = new Activities(store);
    this.pathways = new Pathways(store);
    this.enrolments = new Enrolments(store);
  }

  async workspaceId(): Promise<Id> {
    return (await this.#workspace()).id;
  }

  async documents(): Promise<LogDocument[]> {
    const { id } = await this.#workspace();
    return new ActivityLogs(this.store).readAfter(id, 0, 100_000);
  }

  async entries(): Promise<ActivityLog[]> {
    return entriesOf((await this.documents()).map(toRecord));
  }

  /** The numbers of the lease that entries were fed under, in the log's order; of those that tell. */
  async fences(): Promise<number[]> {
    return (await this.documents()).flatMap(({ nativeKey }) => {
      const fence = /\blive-(\d+)-/.exec(nativeKey ?? '')?.[1];
      return fence === undefined ? [] : [Number(fence)];
    });
  }

  /** Every person, activity, pathway, enrolment and entry is there once, whatever happened on the way. */
  async expectWhole(): Promise<void> {
    const { id, createdAt } = await this.#workspace();
    expect(await this.users.count(id, {})).toBe(peopleCount);
    expect(await this.activities.count(id, {})).toBe(definitions.length);
    const documents = await this.documents();
    expect(await this.pathways.count(id, { archived: false })).toBe(demoPathways.length);
    expect(await this.enrolments.count(id, {})).toBe(demoPathways.length * peopleCount);
    // All people, all definitions, each pathway with everybody on it; what the demo's user follows and has read.
    const nouns = 2 + 2 * demoPathways.length;
    expect(documents.filter(({ kind }) => kind === 'control')).toHaveLength(nouns + 3 + 1);
    const past = (await this.entries()).filter((entry) => entry.occurredAtMicros <= createdAt.getTime() * 1000);
    expect(past).toHaveLength(historyCount);
    expect(new Set(past.map((entry) => JSON.stringify(entry.native ?? entry.seq))).size).toBe(historyCount);
  }

  async #workspace(): Promise<{ readonly id: Id; readonly createdAt: Date }> {
    return (await new UnscopedStore(this.store).findWorkspace('demo'))!;
  }
}

export const entriesOf = (records: readonly LogRecord[]): ActivityLog[] =>
  records.flatMap((record) => (record.kind === 'entry' && record.entry ? [record.entry] : []));
