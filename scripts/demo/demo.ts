import { randomUUID } from 'node:crypto';
import { systemClock } from '../../src/base/clock.js';
import { CodedError } from '../../src/base/errors.js';
import type { Id } from '../../src/base/ids.js';
import { Closing, sleep } from '../../src/base/lifecycle.js';
import type { Logger } from '../../src/base/logger.js';
import { Sealing } from '../../src/base/sealing.js';
import { KeptLease } from '../../src/log/kept-lease.js';
import { type Log, openLog } from '../../src/log/log.js';
import type { Viewer } from '../../src/model/viewer.js';
import type { Workspace } from '../../src/model/workspace.js';
import { ActivityService } from '../../src/services/activities.js';
import { EnrolmentService } from '../../src/services/enrolments.js';
import { PathwayService } from '../../src/services/pathways.js';
import { UserService } from '../../src/services/users.js';
import { Activities } from '../../src/store/activities.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { ControlLinks } from '../../src/store/control-links.js';
import { Enrolments } from '../../src/store/enrolments.js';
import { Pathways } from '../../src/store/pathways.js';
import { ensureSchema } from '../../src/store/schema.js';
import { SourceStates } from '../../src/store/source-states.js';
import { Sources } from '../../src/store/sources.js';
import { readError } from '../../src/store/store-errors.js';
import { UnscopedStore } from '../../src/store/unscoped.js';
import { Users } from '../../src/store/users.js';
import { type CastParts, ensureCast, findCast } from './cast.js';
import { ensureBookmark, ensureFollows } from './concerns.js';
import { ensureDemoCredentials } from './credentials.js';
import { feed } from './feeder.js';
import { ensureWorkspace, fill, isFilled } from './fill.js';
import { demoLease, type PacedDemoOrder, type Tell } from './order.js';
import { demoUserEmail } from './people.js';
import type { Cast } from './sources/scene.js';
import { runUpstreams } from './upstreams.js';

const defaults = { leaseMs: 6000, pauseMs: [500, 1500] } as const;
const retryMs = 500;

export interface DemoParts {
  readonly logger: Logger;
  /** Aborts when the demo must end. */
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

/**
 * Makes the demo's data where it is not there yet, and then feeds it, one process at a time: whoever holds the lease.
 * Killed at any moment, the next holder goes on where this one was. Resolves once the signal has aborted and all is closed.
 */
export async function runDemo(order: PacedDemoOrder, parts: DemoParts): Promise<void> {
  const closing = new Closing();
  try {
    const store = closing.add(await connectStore({ url: order.url, database: order.database, maxPoolSize: 5 }));
    await ensureSchema(store);
    await new Demo(store, closing.add(openDemoLog(store, parts.logger)), order, parts).run();
  } finally {
    await closing.close();
  }
}

// Entries that could not be written for a while are tried again by whoever makes them; the lease is lost by then.
const openDemoLog = (store: Store, logger: Logger): Log => openLog({ store, logger, giveUpMs: 5000 });

class Demo {
  readonly #unscoped: UnscopedStore;
  readonly #castParts: CastParts;
  readonly #holder = randomUUID();
  #ready = false;

  constructor(
    private readonly store: Store,
    private readonly log: Log,
    private readonly order: PacedDemoOrder,
    private readonly parts: DemoParts,
  ) {
    this.#unscoped = new UnscopedStore(store);
    const users = new Users(store);
    const activities = new Activities(store);
    const pathways = new Pathways(store);
    const enrolments = new Enrolments(store);
    const links = new ControlLinks(store);
    const nouns = { users, activities, pathways, enrolments };
    const common = { ...nouns, links, reader: log.feeds, states: log.states, writer: log.recorder, clock: systemClock };
    this.#castParts = {
      ...nouns,
      userService: new UserService(common),
      activityService: new ActivityService(common),
      pathwayService: new PathwayService(common),
      enrolmentService: new EnrolmentService(common),
    };
  }

  async run(): Promise<void> {
    const { signal, logger } = this.parts;
    let isAway = false;
    while (!signal.aborted) {
      try {
        await this.#turn();
        isAway = false;
      } catch (cause) {
        const error = readError(cause);
        if (!(error instanceof CodedError) || error.code !== 'SERVICE_UNAVAILABLE') throw error;
        // One line for the whole outage.
        if (!isAway) logger.warn({ err: error }, 'demo: the store does not answer; trying until it does');
        isAway = true;
        await sleep(retryMs, signal);
      }
    }
  }

  /** One time as holder of the lease, or one look at what its holder has done. */
  async #turn(): Promise<void> {
    const leaseMs = this.order.leaseMs ?? defaults.leaseMs;
    const workspace = await ensureWorkspace(this.store, this.log);
    const lease = await KeptLease.take(this.#unscoped, demoLease, this.#holder, leaseMs);
    if (!lease) {
      if (!this.#ready && (await isFilled(this.log, workspace))) {
        await this.#ensureKeys(workspace, await findCast(this.#castParts, workspace.id));
        await this.#beReady(workspace);
      }
      return sleep(Math.min(leaseMs / 3, 1000), this.parts.signal);
    }
    try {
      await this.#hold(lease, workspace);
    } finally {
      await lease.release();
    }
  }

  async #hold(lease: KeptLease, workspace: Workspace): Promise<void> {
    const { tell, logger } = this.parts;
    const signal = AbortSignal.any([this.parts.signal, lease.lost]);
    const writing = { recorder: this.log.recorder, workspaceId: workspace.id, logger };
    const filled = await isFilled(this.log, workspace);
    const cast = filled
      ? await findCast(this.#castParts, workspace.id)
      : await ensureCast(this.#castParts, demoViewer(workspace));
    const endMs = workspace.createdAt.getTime();
    await ensureFollows(this.log.recorder, workspace.id, cast, endMs);
    await Promise.all([
      this.#ensureKeys(workspace, cast),
      filled ? undefined : fill(writing, this.log, cast, workspace, tell, signal),
    ]);
    if (signal.aborted) return;
    await ensureBookmark(this.log.recorder, workspace.id, cast, endMs);
    await this.#beReady(workspace);
    tell({ feeding: lease.fence });
    const { pauseMs = defaults.pauseMs } = this.order;
    await Promise.all([
      feed({ ...writing, cast, fence: lease.fence, pauseMs }, signal),
      this.#runUpstreams(workspace, lease.fence, signal),
    ]);
    tell({ feeding: null });
  }

  async #runUpstreams(
    { id: workspaceId, createdAt: madeAt }: Workspace,
    fence: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { pauseMs = defaults.pauseMs, sourceSecretKey } = this.order;
    const place = await this.log.feeds.settle(workspaceId);
    const sources = new Sources(this.store, new Sealing(sourceSecretKey));
    const states = new SourceStates(this.store);
    await runUpstreams({ sources, states, workspaceId, place, seed: fence, everyMs: pauseMs[1], madeAt }, signal);
  }

  /** Every process sees to the keys: which they are depends on how its gateway was started. */
  async #ensureKeys({ id: workspaceId }: Workspace, cast: Cast): Promise<void> {
    if (this.#ready) return;
    const userId = cast.userIds.get(demoUserEmail);
    if (userId === undefined) {
      this.parts.logger.warn(`demo: ${demoUserEmail} was removed, so the demo's keys stay as they are`);
    } else {
      const { apiKey, secret, readerSecret } = this.order.keys;
      const secrets = { key: apiKey, demo: secret, reader: readerSecret };
      await ensureDemoCredentials(this.store, { workspaceId, userId, secrets });
    }
  }

  async #beReady({ id: workspaceId }: Workspace): Promise<void> {
    if (this.#ready) return;
    await this.#raiseMark(workspaceId);
    this.#ready = true;
    this.parts.tell({ ready: workspaceId });
  }

  /** A gateway begins to read the log at the stored mark, so let that cover the data before the first visitor comes. */
  async #raiseMark(workspaceId: Id): Promise<void> {
    const state = await this.log.states.read(workspaceId);
    // A number that a killed writer left open is settled by the feed, a little later.
    await this.log.feeds.settle(workspaceId, state?.seq).catch((error: unknown) => {
      if (!(error instanceof CodedError)) throw error;
    });
  }
}

/** In whose name people and activities are made: the gateway's own. */
const demoViewer = ({ id }: Workspace): Viewer => ({
  workspaceId: id,
  credentialId: id,
  owner: `client:${id}`,
  scopes: new Set(['*']),
});
