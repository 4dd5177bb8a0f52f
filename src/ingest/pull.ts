import type { Id } from '../base/ids.js';
import { Alarm, type Closeable, sleep, underAny } from '../base/lifecycle.js';
import { KeptLease } from '../log/kept-lease.js';
import { type Source, type SourceState, upstreamFaults } from '../model/source.js';
import type { SourceSystem } from '../model/source-system.js';
import type { SourceStates } from '../store/source-states.js';
import type { UnscopedStore } from '../store/unscoped.js';
import type { Connector } from './connector.js';
import type { Sessions } from './session.js';
import { SourceRun, type SourceRunParts } from './source-run.js';
import { UpstreamError } from './upstream-error.js';

export interface PullOptions extends Omit<SourceRunParts, 'random' | 'isCurrent' | 'states' | 'sessions'> {
  readonly sources: {
    /** Those that are neither paused nor removed. */
    active(workspaceId: Id): Promise<readonly Source[]>;
    get(workspaceId: Id, id: Id): Promise<Source | undefined>;
  };
  readonly states: Pick<SourceStates, 'byIds' | 'begin' | 'save' | 'rest' | 'wroteThrough' | 'wake' | 'nudge'>;
  readonly unscoped: UnscopedStore;
  readonly connectors: ReadonlyMap<SourceSystem, Connector>;
  readonly sessions: Sessions;
  /** Unlike any other process's. */
  readonly holder: string;
  /** False: sources are tested and woken here, and read elsewhere. */
  readonly reads?: boolean;
  readonly random?: () => number;
  readonly tickMs?: number;
  readonly leaseMs?: number;
  readonly atOnce?: number;
}

/** How long the list of workspaces and sources is good for; a change made elsewhere is heard of this late. */
const listedMs = 3_000;
/** What is posted within so long goes to its source together. */
const postedMs = 300;

/**
 * Reads every source when it is due. Any number of gateways may do so at once: a lease lets one of them read a source at
 * a time, and its number lets nobody write late.
 */
export class Puller implements Closeable {
  readonly #closing = new AbortController();
  readonly #running = new Map<Id, Promise<void>>();
  readonly #nudging = new Set<string>();
  readonly #alarm = new Alarm();
  readonly #loop: Promise<void>;
  #listed: readonly Source[] = [];
  #listedAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: PullOptions) {
    this.#loop = options.reads === false ? Promise.resolve() : this.#run();
  }

  /** Has a source read as soon as somebody can, whatever became of the last look. */
  async wake(workspaceId: Id, id: Id): Promise<void> {
    const { states, clock } = this.options;
    await states.wake(workspaceId, id, clock.now());
    this.#listedAtMs = Number.NEGATIVE_INFINITY;
    this.#alarm.ring();
  }

  /** Something was posted here in a system's name: a source that is written through is to have it soon. */
  posted(workspaceId: Id, system: SourceSystem): void {
    const key = `${workspaceId}:${system}`;
    if (this.#nudging.has(key)) return;
    this.#nudging.add(key);
    void sleep(postedMs, this.#closing.signal)
      .then(() => this.#nudgeWritten(workspaceId, system))
      // It is due by itself a little later.
      .catch((error: unknown) => this.options.logger.info({ err: error, system }, 'source: not nudged'))
      .finally(() => this.#nudging.delete(key));
  }

  /** A source has news. One that is in trouble keeps the pause that it was given. */
  async nudge(workspaceId: Id, id: Id): Promise<void> {
    const { states, clock } = this.options;
    await states.nudge(workspaceId, id, clock.now());
    this.#alarm.ring();
  }

  async #nudgeWritten(workspaceId: Id, system: SourceSystem): Promise<void> {
    if (this.#closing.signal.aborted || !this.options.connectors.get(system)?.write) return;
    const active = await this.options.sources.active(workspaceId);
    const source = active.find((one) => one.system === system && one.writesThrough);
    if (source) await this.nudge(workspaceId, source.id);
  }

  /** Finds out whether a source can be read as it is set up. @throws UpstreamError saying why not. */
  async test(source: Source): Promise<void> {
    const { connectors, sessions, clock } = this.options;
    const connector = connectors.get(source.system);
    if (!connector) throw new UpstreamError('MISCONFIGURED', `${source.system} cannot be read`);
    await connector.test(await sessions.open(connector, source, () => clock.now()));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#alarm.ring();
    await this.#loop;
    await Promise.all(this.#running.values());
  }

  async #run(): Promise<void> {
    const { logger, tickMs = 1_000 } = this.options;
    while (!this.#closing.signal.aborted) {
      this.#alarm.set();
      try {
        await this.#tick();
      } catch (error) {
        logger.warn({ err: error }, 'sources: could not look which are due, trying again');
      }
      await this.#alarm.rest(tickMs);
    }
  }

  async #tick(): Promise<void> {
    const { states, clock, atOnce = 8 } = this.options;
    const sources = await this.#sources();
    const due: { readonly source: Source; readonly attemptedMs: number }[] = [];
    for (const workspaceId of new Set(sources.map((source) => source.workspaceId))) {
      const idle = sources.filter((source) => source.workspaceId === workspaceId && !this.#running.has(source.id));
      const known = await states.byIds(
        workspaceId,
        idle.map(({ id }) => id),
      );
      const byId = new Map(known.map((state) => [state.sourceId, state]));
      for (const source of idle) {
        const state = byId.get(source.id);
        if (isDue(state, clock.now())) due.push({ source, attemptedMs: state?.lastAttemptAt?.getTime() ?? 0 });
      }
    }
    // Who waits longest goes first: one that is never caught up, of whichever workspace, keeps no other from its turn.
    for (const { source } of due.sort((one, other) => one.attemptedMs - other.attemptedMs)) {
      if (this.#running.size >= atOnce || this.#closing.signal.aborted) return;
      this.#start(source);
    }
  }

  async #sources(): Promise<readonly Source[]> {
    const { sources, unscoped, connectors, clock } = this.options;
    if (clock.monotonicMs() - this.#listedAtMs < listedMs) return this.#listed;
    const listedAtMs = clock.monotonicMs();
    const workspaces = await unscoped.workspaceIds();
    const active = await Promise.all(workspaces.map((workspaceId) => sources.active(workspaceId)));
    this.#listed = active.flat().filter(({ system }) => connectors.get(system)?.pull !== undefined);
    this.#listedAtMs = listedAtMs;
    return this.#listed;
  }

  #start(source: Source): void {
    const { logger } = this.options;
    const running = this.#readOnce(source)
      .catch((error: unknown) => logger.warn({ err: error, sourceId: source.id }, 'source: a look was cut short'))
      .finally(() => this.#running.delete(source.id));
    this.#running.set(source.id, running);
  }

  async #readOnce(listed: Source): Promise<void> {
    const { sources, unscoped, connectors, holder, leaseMs = 15_000, random = Math.random } = this.options;
    const lease = await KeptLease.take(unscoped, `source:${listed.id}`, holder, leaseMs);
    if (!lease) return;
    try {
      // Listed a moment ago: it may have been paused or changed since.
      const source = await sources.get(listed.workspaceId, listed.id);
      if (!source || source.isPaused) return;
      const isCurrent = async ({ workspaceId, id, version }: Source): Promise<boolean> => {
        const now = await sources.get(workspaceId, id);
        return now !== undefined && now.version === version && !now.isPaused;
      };
      const run = new SourceRun(
        { ...this.options, random, isCurrent },
        connectors.get(source.system)!,
        source,
        lease.fence,
      );
      await underAny([lease.lost, this.#closing.signal], (ended) => run.run(ended));
    } finally {
      await lease.release();
    }
  }
}

/** A reading that was cut short left its time to be due in the past, or none. */
function isDue(state: SourceState | undefined, now: Date): boolean {
  if (!state) return true;
  if (state.nextAttemptAt) return state.nextAttemptAt <= now;
  return !state.fault || upstreamFaults[state.fault.kind].retries;
}
