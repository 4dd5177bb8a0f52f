import { type Closeable, sleep } from '../../base/lifecycle.js';
import type { ConnectionCounts } from '../../base/metrics.js';
import type { Viewer } from '../../model/viewer.js';
import type { Connection } from './connection.js';
import type { ConnectionLimits } from './connection-limits.js';
import { type CredentialCheck, CredentialWatch } from './credential-watch.js';
import { Heartbeat } from './heartbeat.js';

/** Connections are ended in so many steps, so that their clients do not all come back elsewhere at once. */
const drainSteps = 20;
const drainStepMs = 50;
/** What is ended together at least. */
const smallestStep = 50;
/** How long a peer may take to say goodbye. */
const goodbyeMs = 2000;

/** All that subscriptions are told by in this process, sockets and streams, and in whose name each is open. */
export class OpenConnections implements Closeable {
  readonly #all = new Set<Connection>();
  readonly #watch: CredentialWatch;
  readonly #heartbeat: Heartbeat;
  #isClosing = false;

  constructor(
    check: CredentialCheck,
    readonly limits: ConnectionLimits,
  ) {
    this.#watch = new CredentialWatch(check);
    this.#heartbeat = new Heartbeat(this.#all, limits.pingMs);
  }

  /** Whether nothing may be opened any more. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  add(connection: Connection): void {
    this.#all.add(connection);
  }

  remove(connection: Connection): void {
    this.#all.delete(connection);
    this.#leave(connection);
  }

  /** From now on a connection is open in a viewer's name, and no longer in that of another. */
  enter(connection: Connection, viewer: Viewer): void {
    this.#leave(connection);
    connection.viewer = viewer;
    this.#watch.add(viewer, connection);
  }

  /** Whether one more may be open in a viewer's name. */
  admits(viewer: Viewer): boolean {
    return this.#watch.count(viewer.credentialId) < this.limits.connectionsPerCredential;
  }

  /** Whether a connection may stay open in nobody's name. */
  admitsNobody(): boolean {
    let nobodies = 0;
    for (const connection of this.#all) if (!connection.viewer) nobodies += 1;
    return nobodies <= this.limits.connectionsOfNobody;
  }

  counts(): ConnectionCounts {
    const counts = { sockets: 0, streams: 0, unsentBytes: 0 };
    for (const connection of this.#all) {
      if (connection.kind === 'socket') counts.sockets += 1;
      else counts.streams += 1;
      counts.unsentBytes += connection.unsentBytes;
    }
    return { ...counts, unchecked: this.#watch.unchecked };
  }

  /** Sends all away, some at a time, and cuts off who does not go. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#heartbeat.stop();
    const all = [...this.#all];
    const step = Math.max(smallestStep, Math.ceil(all.length / drainSteps));
    for (let from = 0; from < all.length; from += step) {
      if (from > 0) await sleep(drainStepMs);
      for (const connection of all.slice(from, from + step)) connection.sendAway();
    }
    const end = performance.now() + goodbyeMs;
    while (this.#all.size > 0 && performance.now() < end) await sleep(10);
    for (const connection of this.#all) connection.terminate();
    await this.#watch.close();
  }

  #leave(connection: Connection): void {
    if (connection.viewer) this.#watch.remove(connection.viewer, connection);
  }
}
