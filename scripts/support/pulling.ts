import { nanoid } from 'nanoid';
import { systemClock } from '../../src/base/clock.js';
import { Closing } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import { Outbound } from '../../src/ingest/outbound.js';
import { Puller } from '../../src/ingest/pull.js';
import { type SessionParts, Sessions } from '../../src/ingest/session.js';
import { openLog } from '../../src/log/log.js';
import type { Source } from '../../src/model/source.js';
import { allConnectors } from '../../src/sources/connectors.js';
import { ActivityLogPages } from '../../src/store/activity-log-pages.js';
import { connectStore } from '../../src/store/connect.js';
import { SourceRows } from '../../src/store/source-rows.js';
import { SourceStates } from '../../src/store/source-states.js';
import { UnscopedStore } from '../../src/store/unscoped.js';
import { UpstreamWrites } from '../../src/store/upstream-writes.js';

/** What a process that reads one source is told. It comes as JSON. */
export interface PullOrder {
  readonly url: string;
  readonly database: string;
  readonly source: Source;
  readonly secrets: Readonly<Record<string, string>>;
  /** After so long without a sign of life another process reads it. */
  readonly leaseMs: number;
}

/** Reads one source into a log, as a gateway does, and does nothing else. */
export async function startPulling(
  { url, database, source, secrets, leaseMs }: PullOrder,
  wrap: (outbound: SessionParts['outbound']) => SessionParts['outbound'] = (outbound) => outbound,
) {
  const closing = new Closing();
  const store = closing.add(await connectStore({ url, database }));
  const log = closing.add(openLog({ store, logger: silentLogger }));
  const states = new SourceStates(store);
  const writes = new UpstreamWrites(store);
  const pages = new ActivityLogPages(store);
  const outbound = closing.add(new Outbound({ privateOrigins: [new URL(source.baseUrl).origin] }));
  const unscoped = new UnscopedStore(store);
  closing.add(
    new Puller({
      sources: { active: async (id) => (id === source.workspaceId ? [source] : []), get: async () => source },
      states,
      unscoped,
      connectors: allConnectors,
      sessions: new Sessions({ outbound: wrap(outbound), secrets: { open: async () => secrets } }),
      writer: log.recorder,
      writes,
      ours: async () => new Set<string>(),
      connectionsOf: (workspaceId, ids) => pages.connectionsOf(workspaceId, ids),
      readLog: async (id, after, limit) => (await log.feeds.open(id)).readAfter(after, limit),
      placeOf: async (id) => (await log.feeds.open(id)).place,
      snapshots: {
        rows: new SourceRows(store),
        findKeys: (id, keys) => log.logs.findKeys(id, keys),
        entriesOf: async (id, ids) => pages.findMany(await log.feeds.settle(id), ids),
        pathways: { settle: async () => undefined },
      },
      people: { recognise: async () => {} },
      logger: silentLogger,
      clock: systemClock,
      holder: nanoid(),
      tickMs: 20,
      leaseMs,
    }),
  );
  return { store, states, close: () => closing.close() };
}
