import { encodeFeedCursor } from '../../base/cursor.js';
import type { LiveSubscription } from '../../graphql/live/live-subscription.js';
import type { Viewer } from '../../model/viewer.js';
import type { ConnectionLimits } from './connection-limits.js';
import type { Watched } from './credential-watch.js';

const never = new Promise<void>(() => {});

/** Something open that subscriptions are told by: how much its peer has taken, and in whose name it is open. */
export abstract class Connection implements Watched {
  abstract readonly kind: 'socket' | 'stream';
  viewer: Viewer | undefined;
  heardAtMs = performance.now();
  #isTrusted = true;
  #waiting: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(protected readonly limits: ConnectionLimits) {}

  abstract get isOpen(): boolean;
  /** Bytes that the peer has not taken yet. */
  abstract get unsentBytes(): number;
  /** A sign of life, with the newest cursor of what is followed. */
  abstract ping(): void;
  abstract revoked(): void;
  /** Ends it in such a way that the client comes back, to another process. */
  abstract sendAway(): void;
  abstract terminate(): void;

  /** Whether results of subscriptions may be sent. */
  isReady(): boolean {
    return this.#isTrusted && this.isOpen && this.unsentBytes <= this.limits.unsentBytes;
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

  trust(isSure: boolean): void {
    this.#isTrusted = isSure;
    if (isSure) this.#goOn();
  }

  /** The place in the log that a subscription in this connection's name has been told everything up to. */
  protected cursorOf({ workspaceId }: Viewer, { place }: LiveSubscription): string | undefined {
    return place && encodeFeedCursor({ workspaceId, ...place });
  }

  /** One function for all sends: whoever waits goes on once enough has gone out. */
  protected readonly onSent = (): void => {
    if (this.#waiting && this.isReady()) this.#goOn();
  };

  #goOn(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve();
  }
}
