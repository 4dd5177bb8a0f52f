import { WebSocket } from 'ws';
import type { Follower } from '../../graphql/live/follower.js';
import type { SubscriptionRequest } from '../../graphql/live/live.js';
import type { Outlet } from '../../graphql/live/outlet.js';
import type { Viewer } from '../../model/viewer.js';
import type { Watched } from './credential-watch.js';
import type { SocketLimits } from './socket-limits.js';

/** The protocol's and WebSocket's own codes that we close with. Clients come back after all but `invalid`. */
export const closeCodes = { goingAway: 1001, tryLater: 1013, forbidden: 4403 } as const;

/** A subscription of a connection, and what it was asked for with. */
export interface OpenSubscription {
  readonly follower: Follower;
  readonly request: SubscriptionRequest;
}

const never = new Promise<void>(() => {});

/** Where one subscription's results go. A class, because each idle subscriber would else hold a closure for each method. */
class SubscriptionOutlet implements Outlet {
  constructor(
    private readonly connection: SocketConnection,
    private readonly id: string,
  ) {}

  isReady(): boolean {
    return this.connection.isReady();
  }

  whenReady(): Promise<void> {
    return this.connection.whenReady();
  }

  send(result: string): void {
    this.connection.send(`{"id":${JSON.stringify(this.id)},"type":"next","payload":${result}}`);
  }
}

/** One WebSocket: how much it has taken, in whose name it is open, and what is followed on it. */
export class SocketConnection implements Watched {
  viewer: Viewer | undefined;
  readonly subscriptions = new Map<string, OpenSubscription>();
  /** Operations under way, subscriptions included. */
  operations = 0;
  heardAtMs = performance.now();
  #isTrusted = true;
  #waiting: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(
    private readonly socket: WebSocket,
    private readonly limits: SocketLimits,
  ) {}

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  get unsentBytes(): number {
    return this.socket.bufferedAmount;
  }

  /** Whether results of subscriptions may be sent. */
  isReady(): boolean {
    return this.#isTrusted && this.isOpen && this.socket.bufferedAmount <= this.limits.unsentBytes;
  }

  /** Resolves when `isReady` may have become true. */
  whenReady(): Promise<void> {
    if (!this.isOpen) return never;
    if (!this.#waiting) {
      let resolve!: () => void;
      const promise = new Promise<void>((done) => {
        resolve = done;
      });
      this.#waiting = { promise, resolve };
    }
    return this.#waiting.promise;
  }

  send(text: string): void {
    if (this.isOpen) this.socket.send(text, this.#onSent);
  }

  /** Resolves once the peer has taken it: an answer stays under way until then. */
  sendAnswer(text: string): Promise<void> {
    return new Promise((resolve) => {
      if (!this.isOpen) return resolve();
      this.socket.send(text, () => {
        this.#onSent();
        resolve();
      });
      if (this.socket.bufferedAmount > this.limits.hopelessBytes) this.socket.terminate();
    });
  }

  outlet(id: string): Outlet {
    return new SubscriptionOutlet(this, id);
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  terminate(): void {
    this.socket.terminate();
  }

  trust(isSure: boolean): void {
    this.#isTrusted = isSure;
    if (isSure) this.#goOn();
  }

  revoked(): void {
    this.close(closeCodes.forbidden, 'The credential is no longer good');
  }

  /** One function for all sends: whoever waits goes on once enough has gone out. */
  readonly #onSent = (): void => {
    if (this.#waiting && this.isReady()) this.#goOn();
  };

  #goOn(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve();
  }
}
