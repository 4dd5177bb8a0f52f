import type { Config } from '../../base/config.js';

/** What one client may take up, on sockets and streams. */
export interface ConnectionLimits {
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

/** One answer may have 16 MB, and so may the next one beside it. */
const hopelessBytes = 32 * 1024 * 1024;

export const connectionLimitsOf = (config: Config): ConnectionLimits => ({
  connectionsPerCredential: config.MAX_CONNECTIONS_PER_CREDENTIAL,
  connectionsOfNobody: config.MAX_CONNECTIONS_OF_NOBODY,
  operationsPerConnection: config.MAX_OPERATIONS_PER_SOCKET,
  messageBytes: config.MAX_SOCKET_MESSAGE_BYTES,
  initTimeoutMs: config.SOCKET_INIT_TIMEOUT_MS,
  unsentBytes: config.MAX_UNSENT_BYTES,
  hopelessBytes,
  pingMs: config.PING_INTERVAL_MS,
});
