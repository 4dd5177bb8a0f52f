import { systemClock } from '../../src/base/clock.js';
import { type Id, newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { type LogOptions, openLog } from '../../src/log/log.js';
import type { EntryDraft } from '../../src/model/log-record.js';
import type { Scope } from '../../src/model/scopes.js';
import type { Viewer } from '../../src/model/viewer.js';
import { ActivityService } from '../../src/services/activities.js';
import { ActivityLogStatsService } from '../../src/services/activity-log-stats.js';
import { ActivityLogService } from '../../src/services/activity-logs.js';
import { EnrolmentService } from '../../src/services/enrolments.js';
import { PathwayService } from '../../src/services/pathways.js';
import { UserService } from '../../src/services/users.js';
import type { Store } from '../../src/store/connect.js';
import { storesOf } from '../../src/stores.js';
import { closedAtEnd } from './leftovers.js';
import { openTestStore } from './store.js';

/** The services over a real log, as one process has them. Two calls on one store are two processes. */
export function openServices(store: Store, over: Partial<LogOptions> = {}) {
  const log = closedAtEnd(openLog({ store, logger: silentLogger, holeMs: 200, readLeaseMs: 100, ...over }));
  const parts = {
    store,
    ...storesOf(store),
    log,
    reader: log.feeds,
    states: log.states,
    writer: log.recorder,
    remover: log.removal,
    clock: systemClock,
  };
  return {
    ...parts,
    logs: new ActivityLogService(parts),
    statsService: new ActivityLogStatsService(parts),
    userService: new UserService(parts),
    activityService: new ActivityService(parts),
    pathwayService: new PathwayService(parts),
    enrolmentService: new EnrolmentService(parts),
    /** A workspace of its own, with its log open. */
    async workspace(): Promise<Id> {
      const workspaceId = newId();
      await log.feeds.open(workspaceId);
      return workspaceId;
    },
  };
}

export type TestServices = ReturnType<typeof openServices>;

export const openTestServices = async (): Promise<TestServices> => openServices(await openTestStore());

/** Somebody in a workspace, by default with all rights and no user. */
export function viewerOf(workspaceId: Id, over: { scopes?: Scope[]; userId?: Id; owner?: string } = {}): Viewer {
  const credentialId = newId();
  return {
    workspaceId,
    credentialId,
    owner: over.owner ?? (over.userId ? `user:${over.userId}` : `client:${credentialId}`),
    userId: over.userId,
    scopes: new Set<Scope>(over.scopes ?? ['*']),
  };
}

export const entryDraft = (entry: Partial<EntryDraft['entry']> = {}, nativeKey?: string): EntryDraft => ({
  kind: 'entry',
  id: newId(),
  nativeKey,
  entry: {
    source: 'GATEWAY',
    connectionId: 'client:test',
    action: 'did',
    actionClass: 'OTHER',
    occurredAtMicros: Date.now() * 1000,
    actor: { kind: 'CLIENT' },
    tags: [],
    ...entry,
  },
});
