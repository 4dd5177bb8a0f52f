import { randomUUID } from 'node:crypto';
import { systemClock } from '../../src/base/clock.js';
import { type Id, newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import type { Connector } from '../../src/ingest/connector.js';
import { Outbound, type OutboundLimits } from '../../src/ingest/outbound.js';
import { Puller, type PullOptions } from '../../src/ingest/pull.js';
import { Sessions } from '../../src/ingest/session.js';
import { SourcePathways } from '../../src/ingest/source-pathways.js';
import type { ActivityLog } from '../../src/model/activity-log.js';
import type { Source, SourceState } from '../../src/model/source.js';
import { toRecord } from '../../src/store/log-document.js';
import { SourceRows } from '../../src/store/source-rows.js';
import { SourceStates } from '../../src/store/source-states.js';
import { UnscopedStore } from '../../src/store/unscoped.js';
import { UpstreamWrites } from '../../src/store/upstream-writes.js';
import { closedAtEnd } from '../support/leftovers.js';
import { openServices } from '../support/services.js';
import { openTestStore } from '../support/store.js';

/** Sources that are read for real, into a real log; only where their settings lie is made simple. */
export async function openReading(connector: Connector) {
  const store = await openTestStore();
  // Nobody here follows what other processes record.
  const services = openServices(store, { signals: false });
  const unscoped = new UnscopedStore(store);
  const states = new SourceStates(store);
  const writes = new UpstreamWrites(store);
  const workspaceId = newId();
  await unscoped.insertWorkspace({ id: workspaceId, key: `w-${workspaceId}`, name: 'Home', createdAt: new Date() });
  await services.log.feeds.open(workspaceId);
  const sources = new Map<Id, Source>();
  const secrets = new Map<Id, Record<string, string>>();

  const add = (
    baseUrl: string,
    over: Partial<Source> = {},
    secret: Record<string, string> = { token: 'right' },
  ): Source => {
    const source: Source = {
      id: newId(),
      workspaceId,
      system: connector.system,
      name: 'one',
      baseUrl,
      settings: {},
      secretNames: Object.keys(secret),
      isPaused: false,
      trustsEmails: false,
      writesThrough: false,
      acceptsUnsigned: false,
      everyMs: 100,
      version: 1,
      createdAt: new Date(),
      updatedAt: new Date(),
      ...over,
    };
    sources.set(source.id, source);
    secrets.set(source.id, secret);
    return source;
  };

  /** One process that reads whatever is due. */
  const startPuller = (over: Partial<PullOptions> = {}, limits: Partial<OutboundLimits> = {}): Puller => {
    const outbound = new Outbound({
      privateOrigins: [...sources.values()].map(({ baseUrl }) => new URL(baseUrl).origin),
      limits: { silenceMs: 500, totalMs: 10_000, textBytes: 4 * 1024 * 1024, ...limits },
    });
    const puller = new Puller({
      sources: {
        active: async (id) => [...sources.values()].filter((source) => source.workspaceId === id && !source.isPaused),
        get: async (_workspace, id) => sources.get(id),
      },
      states,
      unscoped,
      connectors: new Map([[connector.system, connector]]),
      sessions: new Sessions({ outbound, secrets: { open: async ({ id }) => secrets.get(id)! } }),
      writer: services.writer,
      writes,
      ours: ({ id }, nativeIds) => writes.ours(workspaceId, id, nativeIds),
      connectionsOf: (...args) => services.pages.connectionsOf(...args),
      readLog: async (id, after, limit) => (await services.log.feeds.open(id)).readAfter(after, limit),
      placeOf: async (id) => (await services.log.feeds.open(id)).place,
      snapshots: {
        rows: new SourceRows(store),
        findKeys: (id, keys) => services.log.logs.findKeys(id, keys),
        entriesOf: async (id, ids) => services.pages.findMany(await services.log.feeds.settle(id), ids),
        pathways: new SourcePathways(services),
      },
      people: { recognise: async () => {} },
      logger: silentLogger,
      clock: systemClock,
      holder: randomUUID(),
      random: () => 0,
      tickMs: 20,
      ...over,
    });
    closedAtEnd(outbound);
    return closedAtEnd(puller);
  };

  const stateOf = async (source: Source): Promise<SourceState | undefined> =>
    (await states.byIds(workspaceId, [source.id]))[0];

  /** Waits for what its state is to become. */
  const until = async (source: Source, holds: (state: SourceState) => boolean): Promise<SourceState> => {
    const patience = AbortSignal.timeout(50_000);
    for (;;) {
      const state = await stateOf(source);
      if (state && holds(state)) return state;
      if (patience.aborted) throw new Error(`The source never came so far: ${JSON.stringify(state)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  /** What stands in the log, in its order. */
  const entries = async (): Promise<ActivityLog[]> => {
    const documents = await services.log.logs.readAfter(workspaceId, 0, 100_000, {});
    return documents.map(toRecord).flatMap((record) => (record.kind === 'entry' && record.entry ? [record.entry] : []));
  };

  return {
    store,
    services,
    workspaceId,
    unscoped,
    states,
    writes,
    sources,
    secrets,
    add,
    startPuller,
    stateOf,
    until,
    entries,
  };
}

export type Reading = Awaited<ReturnType<typeof openReading>>;
