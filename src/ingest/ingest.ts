import { hostname } from 'node:os';
import { nanoid } from 'nanoid';
import type { Clock } from '../base/clock.js';
import type { Id } from '../base/ids.js';
import { type Closeable, Closing } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import { SealBroken } from '../base/sealing.js';
import type { Log } from '../log/log.js';
import type { Source, SourceDescription } from '../model/source.js';
import type { SourceSystem } from '../model/source-system.js';
import type { ActivityLogPages } from '../store/activity-log-pages.js';
import type { Deliveries } from '../store/deliveries.js';
import type { SourceRows } from '../store/source-rows.js';
import type { SourceStates } from '../store/source-states.js';
import type { Sources } from '../store/sources.js';
import type { UnscopedStore } from '../store/unscoped.js';
import type { UpstreamWrites } from '../store/upstream-writes.js';
import type { Connector } from './connector.js';
import { DeliveryDesk } from './deliveries.js';
import { describe } from './description.js';
import { Outbound } from './outbound.js';
import { Puller } from './pull.js';
import type { RecordingParts } from './recording.js';
import { Sessions } from './session.js';
import { type SourcePathwayParts, SourcePathways } from './source-pathways.js';
import { UpstreamError } from './upstream-error.js';

export interface IngestParts {
  readonly deliveries: Deliveries;
  readonly unscoped: UnscopedStore;
  readonly sources: Sources;
  readonly states: SourceStates;
  readonly writes: UpstreamWrites;
  readonly rows: SourceRows;
  readonly log: Pick<Log, 'feeds' | 'recorder' | 'logs'>;
  readonly pages: Pick<ActivityLogPages, 'connectionsOf' | 'findMany'>;
  /** What makes nouns of what sources say of theirs. */
  readonly nouns: SourcePathwayParts;
  readonly people: RecordingParts['people'];
  readonly connectors: ReadonlyMap<SourceSystem, Connector>;
  /** Origins on this machine or its network that the administrator lets sources call. */
  readonly privateOrigins: readonly string[];
  /** False: other processes read the sources. */
  readonly reads: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Everything that comes from the outside systems by itself, and goes to them: pulled, delivered, written through. */
export class Ingest implements Closeable {
  readonly puller: Puller;
  readonly desk: DeliveryDesk;
  readonly #closing = new Closing();

  constructor({
    deliveries,
    unscoped,
    sources,
    states,
    writes,
    rows,
    log,
    pages,
    nouns,
    connectors,
    privateOrigins,
    reads,
    ...parts
  }: IngestParts) {
    const outbound = this.#closing.add(new Outbound({ privateOrigins }));
    const secrets = { open: (source: Source) => openSecrets(sources, source) };
    const ours: RecordingParts['ours'] = async ({ system, workspaceId, id }, nativeIds) =>
      connectors.get(system)?.write ? writes.ours(workspaceId, id, nativeIds) : new Set();
    const recording = { ...parts, writer: log.recorder, ours };
    this.desk = new DeliveryDesk({
      ...recording,
      deliveries,
      sources,
      secrets,
      connectors,
      workspaceOf: (id) => unscoped.workspaceOfSource(id),
      pullNow: ({ workspaceId, id }) => this.puller.nudge(workspaceId, id),
    });
    this.puller = new Puller({
      ...recording,
      sources,
      states,
      unscoped,
      connectors,
      writes,
      connectionsOf: (workspaceId, ids) => pages.connectionsOf(workspaceId, ids),
      readLog: async (workspaceId, after, limit) => (await log.feeds.open(workspaceId)).readAfter(after, limit),
      placeOf: async (workspaceId) => (await log.feeds.open(workspaceId)).place,
      sessions: new Sessions({ secrets, outbound }),
      snapshots: {
        rows,
        findKeys: (workspaceId, keys) => log.logs.findKeys(workspaceId, keys),
        entriesOf: async (workspaceId, ids) => pages.findMany(await log.feeds.settle(workspaceId), ids),
        pathways: new SourcePathways(nouns),
      },
      reads,
      holder: `${hostname()}:${process.pid}:${nanoid(6)}`,
    });
    this.#closing.add(this.desk);
    this.#closing.add(this.puller);
  }

  /** Finishes deliveries that were kept and not processed yet. */
  processDeliveries(workspaceId: Id, proceed: () => boolean): Promise<number> {
    return this.desk.processDue(workspaceId, proceed);
  }

  close(): Promise<void> {
    return this.#closing.close();
  }
}

/** What can be connected, for those who manage sources. */
export const describeAll = (connectors: ReadonlyMap<SourceSystem, Connector>): SourceDescription[] =>
  [...connectors.values()].map(describe);

async function openSecrets(sources: Sources, source: Source): Promise<Readonly<Record<string, string>>> {
  try {
    return await sources.open(source);
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    const message = 'The secrets of this source can no longer be read; replace them';
    throw new UpstreamError('MISCONFIGURED', message, { cause: error });
  }
}
