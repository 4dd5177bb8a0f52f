import type { Services } from './graphql/services.js';
import type { Ingest } from './ingest/ingest.js';
import type { Log } from './log/log.js';
import type { SweeperStep } from './log/sweeper.js';

/** A removal younger than this is taken to be still under way where it began. */
const removalAgeMs = 10_000;

/** What a crash may have left half done, in the order that it is finished in. */
export const sweeperSteps = (log: Log, services: Services, ingest: Ingest): SweeperStep[] => [
  { name: 'removals', run: (workspaceId) => log.removal.sweep(workspaceId, removalAgeMs) },
  { name: 'sources', run: (workspaceId, proceed) => log.removal.sweepSources(workspaceId, proceed) },
  { name: 'users', run: (workspaceId) => services.users.catchUp(workspaceId) },
  { name: 'erasures', run: (workspaceId, proceed) => services.userErasures.sweep(workspaceId, proceed) },
  { name: 'activities', run: (workspaceId) => services.activities.catchUp(workspaceId) },
  { name: 'pathways', run: (workspaceId) => services.pathways.catchUp(workspaceId) },
  { name: 'enrolments', run: (workspaceId) => services.enrolments.catchUp(workspaceId) },
  { name: 'deliveries', run: (workspaceId, proceed) => ingest.processDeliveries(workspaceId, proceed) },
];
