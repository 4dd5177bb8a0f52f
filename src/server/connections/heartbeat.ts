import type { Connection } from './connection.js';

/** A connection's turn comes once in so many ticks, so that not all are pinged at once. */
const ticksPerRound = 10;
/** A peer that is silent because it does not read is left to TCP for this long. */
const blockedMs = 600_000;

/**
 * Pings every connection once in `pingMs`, with the newest cursor of what is followed: one whose filter matches rarely
 * can then resume from now. Cuts off who was not heard of for three rounds.
 */
export class Heartbeat {
  readonly #timer: NodeJS.Timeout;
  #tick = 0;

  constructor(
    private readonly connections: Iterable<Connection>,
    private readonly pingMs: number,
  ) {
    this.#timer = setInterval(() => this.#beat(), pingMs / ticksPerRound).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    this.#tick += 1;
    let turn = 0;
    for (const connection of this.connections) {
      turn += 1;
      if ((turn + this.#tick) % ticksPerRound === 0) this.#ping(connection);
    }
  }

  #ping(connection: Connection): void {
    const silentMs = performance.now() - connection.heardAtMs;
    const patienceMs = connection.unsentBytes > 0 ? blockedMs : 3 * this.pingMs;
    if (silentMs > Math.max(patienceMs, 3 * this.pingMs)) connection.terminate();
    else if (connection.unsentBytes === 0) connection.ping();
  }
}
