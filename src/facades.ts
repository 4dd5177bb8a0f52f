import type { FastifyInstance } from 'fastify';
import { AnonymousCallers } from './auth/anonymous.js';
import type { Authenticate } from './auth/authenticate.js';
import type { Clock } from './base/clock.js';
import type { Config } from './base/config.js';
import type { Services } from './graphql/services.js';
import { type PathwayReadingParts, PathwayReadingService } from './services/pathway-reading.js';
import { type SourceReadingParts, SourceReadingService } from './services/source-reading.js';
import { type SourceRecordingParts, SourceRecordingService } from './services/source-recording.js';
import { type SourceRemovalParts, SourceRemovalService } from './services/source-removal.js';
import { registerAWorldFacade } from './sources/aworld/facade.js';
import { registerFalkorFacade } from './sources/falkor/facade.js';
import { registerPosthogFacade } from './sources/posthog/facade.js';
import { registerThriveFacade } from './sources/thrive/facade.js';
import { registerTikMatrixFacade } from './sources/tikmatrix/facade.js';
import type { Store } from './store/connect.js';
import { IdempotencyKeys } from './store/idempotency-keys.js';
import type { UnscopedStore } from './store/unscoped.js';

/** What the services that only façades have are made of. */
type FacadeServiceParts = SourceReadingParts & SourceRecordingParts & SourceRemovalParts & PathwayReadingParts;

interface FacadeDeps {
  readonly config: Config;
  readonly store: Store;
  readonly unscoped: UnscopedStore;
  readonly authenticator: Authenticate;
  readonly services: Services;
  readonly clock: Clock;
  readonly parts: FacadeServiceParts;
}

/** A demo lets programs on this machine in without a credential, where a system knows none. */
const anonymousWorkspace = ({ ANONYMOUS_WORKSPACE, demoMode }: Config): string | undefined =>
  ANONYMOUS_WORKSPACE ?? (demoMode ? 'demo' : undefined);

/** The APIs of the systems that have one; each takes what it asks for. */
export async function registerFacades(app: FastifyInstance, deps: FacadeDeps): Promise<void> {
  const { config, store, unscoped, authenticator, services, clock, parts } = deps;
  const anonymous = new AnonymousCallers({ clock, unscoped, workspace: anonymousWorkspace(config) });
  const recording = new SourceRecordingService(parts);
  const reading = new SourceReadingService(parts);
  const removal = new SourceRemovalService(parts);
  const pathways = new PathwayReadingService(parts);
  const idempotencyKeys = new IdempotencyKeys(store);
  const { workspaces, notifications } = services;

  await registerAWorldFacade(app, { authenticator, recording, reading, idempotencyKeys, clock });
  await registerThriveFacade(app, { authenticator, reading });
  await registerFalkorFacade(app, { authenticator, pathways });
  await registerTikMatrixFacade(app, { authenticator, anonymous, recording, reading, removal, clock });
  await registerPosthogFacade(app, { authenticator, workspaces, reading, notifications, clock });
}
