import { type BigIntStats, lutimesSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Greeting, Serving } from './order.js';
import type { Sockets } from './sockets.js';

/** Time for the first client to come; it has just started this process, or was killed meanwhile. */
const firstClientMs = 5_000;
/** Some systems remove from /tmp what nobody has touched for days. */
const touchEveryMs = 60_000;

/**
 * Publishes an open engine, counts its clients by their connections (the kernel closes those of a killed process too)
 * and ends once the last has been gone for `idleMs`. Everything here happens while the data folder's lock is held,
 * so no other child can be publishing or withdrawing at the same time.
 */
export class ControlServer {
  readonly #clients = new Set<Socket>();
  readonly #server: Server;
  readonly #identity: string;
  readonly #touching: NodeJS.Timeout;
  #idle: NodeJS.Timeout | undefined;
  readonly ended: Promise<void>;
  #settleEnded!: () => void;
  #ending = false;

  constructor(
    private readonly dataFolder: string,
    private readonly sockets: Sockets,
    serving: Serving,
    private readonly idleMs: number,
  ) {
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve;
    });
    this.#identity = identityOf(dataFolder);
    symlinkSync(serving.socketPath, sockets.mongodb);
    this.#server = createServer((socket) => this.#greet(socket));
    this.#server.on('error', () => this.end());
    this.#server.listen(sockets.control);
    this.#idle = setTimeout(() => this.end(), Math.max(idleMs, firstClientMs));
    this.#touching = setInterval(() => this.#touch(), touchEveryMs);
  }

  #greet(socket: Socket): void {
    socket.on('error', () => {});
    // Someone removed the data and now wants to begin afresh: what is open here is no longer what they mean.
    if (this.#ending || identityOf(this.dataFolder) !== this.#identity) {
      this.end();
      socket.destroy();
      return;
    }
    clearTimeout(this.#idle);
    this.#clients.add(socket);
    socket.on('close', () => this.#leave(socket));
    socket.resume();
    tell(socket, this.#clients.size - 1);
  }

  #leave(socket: Socket): void {
    this.#clients.delete(socket);
    if (this.#ending) return;
    [...this.#clients].forEach(tell);
    if (this.#clients.size === 0) this.#idle = setTimeout(() => this.end(), this.idleMs);
  }

  /** If someone removed the sockets nobody new can come in; the next child makes them anew. */
  #touch(): void {
    const now = new Date();
    try {
      for (const path of [this.sockets.folder, this.sockets.mongodb, this.sockets.control]) lutimesSync(path, now, now);
    } catch {
      this.end();
    }
  }

  /** Withdraws the sockets at once, then lets go of whoever is still connected: they see it and start another child. */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    clearTimeout(this.#idle);
    clearInterval(this.#touching);
    rmSync(this.sockets.folder, { recursive: true, force: true });
    this.#server.close();
    for (const socket of this.#clients) socket.destroy();
    this.#settleEnded();
  }
}

function tell(client: Socket, rank: number): void {
  const greeting: Greeting = { pid: process.pid, rank };
  client.write(`${JSON.stringify(greeting)}\n`);
}

function identityOf(folder: string): string {
  const stat: BigIntStats | undefined = statSync(folder, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? 'gone' : `${stat.dev}:${stat.ino}`;
}
