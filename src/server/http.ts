import type { FastifyInstance } from 'fastify';
import type { Authenticate } from '../auth/authenticate.js';
import type { Graphql } from '../graphql/apollo.js';
import type { Documents } from '../graphql/documents.js';
import type { KnownOperations } from '../graphql/known-operations.js';
import type { Live } from '../graphql/live/live.js';
import type { Operations } from '../graphql/operations.js';
import type { Services } from '../graphql/services.js';
import { type AppParts, createApp } from './app.js';
import { type ConnectionLimits, connectionLimitsOf } from './connections/connection-limits.js';
import type { CredentialCheck } from './connections/credential-watch.js';
import { OpenConnections } from './connections/open-connections.js';
import { registerGraphql } from './graphql-door.js';
import { registerHealth } from './health.js';
import { registerMetrics } from './metrics.js';
import { registerSockets } from './socket-door.js';
import { registerStreams } from './stream-door.js';

/** Connections that the system holds until they are taken up. Of Node's 511 those of a sudden crowd would be reset. */
export const backlog = 4096;

export interface ServerParts extends AppParts {
  readonly graphql: Graphql;
  readonly documents: Documents;
  readonly known: KnownOperations;
  readonly services: Services;
  readonly authenticator: Authenticate & CredentialCheck;
  readonly operations: Operations;
  readonly live: Live;
  readonly socketLimits?: Partial<ConnectionLimits>;
  /** Rejects while the store does not answer. */
  readonly ready: () => Promise<void>;
}

/**
 * The gateway's one listener, not yet listening, so that further doors can be added.
 * Closing it stops accepting, finishes what is being answered and drops idle connections.
 */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { config, metrics, graphql } = parts;
  const app = await createApp(parts);
  registerHealth(app, parts.ready);
  registerMetrics(app, metrics, config.METRICS_TOKEN);
  await registerGraphql(app, parts);
  const open = new OpenConnections(parts.authenticator, { ...connectionLimitsOf(config), ...parts.socketLimits });
  metrics.observeLive(() => ({ ...parts.live.counts(), ...open.counts() }));
  registerSockets(app, { ...parts, open });
  await registerStreams(app, { ...parts, open });
  app.addHook('preClose', () => open.close());
  app.addHook('onClose', () => graphql.stop());
  return app;
}
