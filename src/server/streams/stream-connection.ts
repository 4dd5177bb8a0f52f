import type { ServerResponse } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import type { LiveSubscription } from '../../graphql/live/live-subscription.js';
import type { Outlet } from '../../graphql/live/outlet.js';
import { Connection } from '../connections/connection.js';
import type { ConnectionLimits } from '../connections/connection-limits.js';
import { completeEvent, nextEvent } from './stream-events.js';

/** How long a peer may take to take the end of its stream. */
const goodbyeMs = 2000;
/**
 * Between the last result and the end of a stream that is to come back elsewhere. Stock clients come back only where the
 * end finds them waiting, and one that got both at once would wait for good.
 */
const quietMs = 50;

/** One subscription over one response. */
export class StreamConnection extends Connection implements Outlet {
  override readonly kind = 'stream';
  follower: LiveSubscription | undefined;
  #isEnding = false;

  constructor(
    private readonly response: ServerResponse,
    limits: ConnectionLimits,
    private readonly requestId: string,
  ) {
    super(limits);
    // Broken connections are told by their closing.
    response.on('error', () => {});
  }

  override get isOpen(): boolean {
    return !this.#isEnding && !this.response.destroyed;
  }

  override get unsentBytes(): number {
    return this.response.writableLength;
  }

  send(result: string): void {
    this.#write(nextEvent(result));
  }

  /** Clients pass comments over; whoever reads the stream itself sees how far it is. */
  override ping(): void {
    const cursor = this.follower && this.viewer && this.cursorOf(this.viewer, this.follower);
    this.#write(cursor === undefined ? ':\n\n' : `: cursor ${cursor}\n\n`);
  }

  /** Tells the errors that ended the subscription, if any did, and that nothing follows: clients do not come back. */
  complete(errors?: readonly GraphQLFormattedError[]): void {
    this.#end(`${errors ? nextEvent(JSON.stringify({ errors })) : ''}${completeEvent}`);
  }

  override revoked(): void {
    const extensions = { code: 'UNAUTHENTICATED', requestId: this.requestId };
    this.complete([{ message: 'The credential is no longer good', extensions }]);
  }

  /** Ends without having completed: for clients a broken connection, and they come back. */
  override sendAway(): void {
    if (!this.isOpen) return;
    this.#isEnding = true;
    setTimeout(() => this.response.end(), quietMs);
  }

  override terminate(): void {
    this.response.destroy();
  }

  #write(text: string): void {
    if (this.isOpen) this.response.write(text, this.#onTaken);
  }

  #end(text: string): void {
    if (!this.isOpen) return;
    this.#isEnding = true;
    this.response.end(text);
    const patience = setTimeout(() => this.response.destroy(), goodbyeMs);
    this.response.once('close', () => clearTimeout(patience));
  }

  readonly #onTaken = (): void => {
    this.heardAtMs = performance.now();
    this.onSent();
  };
}
