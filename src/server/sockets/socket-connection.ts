import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { LiveSubscription } from '../../graphql/live/live-subscription.js';
import type { Outlet } from '../../graphql/live/outlet.js';
import type { SubscriptionRequest } from '../../graphql/live/subscription-request.js';
import { Connection } from '../connections/connection.js';
import type { ConnectionLimits } from '../connections/connection-limits.js';

/** The protocol's and WebSocket's own codes that we close with. Clients come back after the first two. */
export const closeCodes = { goingAway: 1001, tryLater: 1013, badRequest: 4400, forbidden: 4403 } as const;

/** A subscription of a connection, and what it was asked for with. */
export interface OpenSubscription {
  readonly follower: LiveSubscription;
  readonly request: SubscriptionRequest;
}

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

  together(sendAll: () => void): void {
    this.connection.together(sendAll);
  }

  send(result: string): void {
    this.connection.send(`{"id":${JSON.stringify(this.id)},"type":"next","payload":${result}}`);
  }
}

/** One WebSocket, and what is followed on it. */
export class SocketConnection extends Connection {
  override readonly kind = 'socket';
  readonly subscriptions = new Map<string, OpenSubscription>();

  constructor(
    private readonly socket: WebSocket,
    limits: ConnectionLimits,
  ) {
    super(limits);
  }

  override get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  override get unsentBytes(): number {
    return this.socket.bufferedAmount;
  }

  send(text: string): void {
    if (this.isOpen) this.socket.send(text, this.onSent);
  }

  /** Messages sent meanwhile are written to the system at once. */
  together(sendAll: () => void): void {
    const { _socket: wire } = this.socket as unknown as { readonly _socket?: Duplex };
    wire?.cork();
    try {
      sendAll();
    } finally {
      wire?.uncork();
    }
  }

  /** Resolves once the peer has taken it: an answer stays under way until then. */
  sendAnswer(text: string): Promise<void> {
    return new Promise((resolve) => {
      if (!this.isOpen) return resolve();
      this.socket.send(text, () => {
        this.onSent();
        resolve();
      });
      if (this.socket.bufferedAmount > this.limits.hopelessBytes) this.socket.terminate();
    });
  }

  outlet(id: string): Outlet {
    return new SubscriptionOutlet(this, id);
  }

  override ping(): void {
    const { viewer, subscriptions } = this;
    const cursors =
      viewer &&
      [...subscriptions].flatMap(([id, { follower }]) => {
        const cursor = this.cursorOf(viewer, follower);
        return cursor === undefined ? [] : [[id, cursor]];
      });
    const payload = cursors && cursors.length > 0 ? { cursors: Object.fromEntries(cursors) } : undefined;
    this.send(JSON.stringify({ type: 'ping', payload }));
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  override terminate(): void {
    this.socket.terminate();
  }

  override revoked(): void {
    this.close(closeCodes.forbidden, 'The credential is no longer good');
  }

  override sendAway(): void {
    this.close(closeCodes.goingAway, 'The gateway is going away');
  }
}
