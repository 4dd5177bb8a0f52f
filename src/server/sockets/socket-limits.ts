/** What one client may take up. */
export interface SocketLimits {
  /** Open connections of one credential in this process. */
  readonly connectionsPerCredential: number;
  /** Open connections that show no credential. */
  readonly connectionsOfNobody: number;
  /** Operations under way on one connection. */
  readonly operationsPerConnection: number;
  /** One message from a client. */
  readonly messageBytes: number;
  /** From opening to `connection_init`. */
  readonly initTimeoutMs: number;
  /** Bytes that a peer has not taken yet; with more than this it gets no further results until it has. */
  readonly unsentBytes: number;
  /** With more than this, which only answers to its own requests can make, it is cut off. */
  readonly hopelessBytes: number;
  /** How often the server pings. A peer that was not heard of for three times as long is dead. */
  readonly pingMs: number;
}

export const defaultSocketLimits: SocketLimits = {
  connectionsPerCredential: 20_000,
  connectionsOfNobody: 100,
  operationsPerConnection: 100,
  messageBytes: 1024 * 1024,
  initTimeoutMs: 3_000,
  unsentBytes: 64 * 1024,
  hopelessBytes: 32 * 1024 * 1024,
  pingMs: 15_000,
};
