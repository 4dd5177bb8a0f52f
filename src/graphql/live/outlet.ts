/** Where a follower's results go: one operation of one connection. */
export interface Outlet {
  /** Whether a result may be sent now: what was sent before has gone out, and the caller's credential is known to be good. */
  isReady(): boolean;
  /** Resolves when that may have changed; at the latest when the connection is closed. */
  whenReady(): Promise<void>;
  /** @param result a GraphQL result as JSON text, written once for all who get it. */
  send(result: string): void;
  /** Does what sends several; what is sent meanwhile may leave in one go. */
  together?(sendAll: () => void): void;
}
