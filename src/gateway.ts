import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { Allowances, allowanceLimitsOf } from './auth/allowances.js';
import { Authenticator } from './auth/authenticate.js';
import { type Clock, systemClock } from './base/clock.js';
import type { Config } from './base/config.js';
import { type Id, newId } from './base/ids.js';
import { type Closeable, Closing } from './base/lifecycle.js';
import type { Logger } from './base/logger.js';
import { Sealing } from './base/sealing.js';
import { registerFacades } from './facades.js';
import { Admission } from './graphql/admission.js';
import { createGraphql } from './graphql/apollo.js';
import { Documents } from './graphql/documents.js';
import { Executor, type ExecutorTuning } from './graphql/executor.js';
import { KnownOperations } from './graphql/known-operations.js';
import { requestLimitsOf } from './graphql/limits.js';
import type { LiveTuning } from './graphql/live/cohort-maker.js';
import { Live } from './graphql/live/live.js';
import { Operations } from './graphql/operations.js';
import { PersistedDocuments } from './graphql/persisted-documents.js';
import { createSchema } from './graphql/schema.js';
import type { Services } from './graphql/services.js';
import { topicsOf } from './graphql/topics.js';
import { persistedOptionsOf } from './graphql/trusted-documents.js';
import type { Connector } from './ingest/connector.js';
import { describeAll, Ingest } from './ingest/ingest.js';
import { type Log, openLog } from './log/log.js';
import { Sweeper } from './log/sweeper.js';
import type { SourceSystem } from './model/source-system.js';
import type { FoldTuning } from './projections/fold-runner.js';
import { Folds } from './projections/folds.js';
import { projectionsOf } from './projections/projections.js';
import type { ConnectionLimits } from './server/connections/connection-limits.js';
import { registerDeliveries } from './server/deliveries.js';
import { registerExports } from './server/export.js';
import { createServer } from './server/http.js';
import { createMetrics } from './server/metrics.js';
import { registerOAuth } from './server/oauth.js';
import type { PageConfig } from './server/pages/page-config.js';
import { registerPages } from './server/pages.js';
import { ActivityService } from './services/activities.js';
import { ActivityLogExportService } from './services/activity-log-export.js';
import { ActivityLogStatsService } from './services/activity-log-stats.js';
import { ActivityLogService } from './services/activity-logs.js';
import { CredentialService } from './services/credentials.js';
import { EnrolmentService } from './services/enrolments.js';
import { FollowService } from './services/follows.js';
import { NotificationService } from './services/notifications.js';
import { PathwayProgressService } from './services/pathway-progress.js';
import { PathwayService } from './services/pathways.js';
import { SourceService } from './services/sources.js';
import { UpstreamService } from './services/upstream.js';
import { UserErasureService } from './services/user-erasure.js';
import { UserService } from './services/users.js';
import { allConnectors } from './sources/connectors.js';
import { ActivityLogWalk } from './store/activity-log-walk.js';
import type { Store } from './store/connect.js';
import { ControlEntries } from './store/control-entries.js';
import { CredentialStore } from './store/credentials.js';
import { Deliveries } from './store/deliveries.js';
import { PersonTexts } from './store/person-texts.js';
import { RunEntries } from './store/run-entries.js';
import { SourceRows } from './store/source-rows.js';
import { SourceStates } from './store/source-states.js';
import { Sources } from './store/sources.js';
import { UnscopedStore } from './store/unscoped.js';
import { UpstreamWrites } from './store/upstream-writes.js';
import { UserErasures } from './store/user-erasures.js';
import { storesOf } from './stores.js';
import { sweeperSteps } from './sweeper-steps.js';

/** What a gateway is built on. */
export interface GatewayDeps {
  readonly store: Store;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Signs access tokens; the same in every process, at least 32 characters. */
  readonly tokenSecret: string;
  /** Seals the secrets of sources; the same in every process. Absent: that of the settings. */
  readonly sourceSecretKey?: string;
  /** The systems that can be connected. Absent: all that there are connectors for. */
  readonly connectors?: ReadonlyMap<SourceSystem, Connector>;
  /** How long a reader waits for an unused number before it fills it. */
  readonly holeMs?: number;
  /** How long a look at what retention keeps is good for; the same in every process. */
  readonly readLeaseMs?: number;
  /** False: finds out what other processes appended by polling alone. */
  readonly signals?: boolean;
  /** Over those of the settings. */
  readonly socketLimits?: Partial<ConnectionLimits>;
  readonly liveTuning?: LiveTuning;
  readonly foldTuning?: FoldTuning;
  /** Another connection to the store, for what is made from the log. Absent: the same. */
  readonly foldStore?: Store;
  readonly executorTuning?: ExecutorTuning;
  /** GraphiQL: where its built files lie, and the credential that it has filled in (a demo's only). */
  readonly pages?: { readonly directory: string; readonly authorization?: string };
}

/** All parts, joined. Not yet listening: `app.listen` does that. */
export interface Gateway extends Closeable {
  readonly app: FastifyInstance;
  readonly authenticator: Authenticator;
  readonly services: Services;
  readonly log: Log;
  readonly live: Live;
}

/** Federation is loaded only where it is asked for. */
async function schemaOf({ SUBGRAPH }: Config, services: Services): Promise<GraphQLSchema> {
  const schema = createSchema(services);
  return SUBGRAPH ? (await import('./graphql/federation/subgraph.js')).asSubgraph(schema) : schema;
}

const pageConfig = (config: Config, { authorization }: { authorization?: string }): PageConfig => ({
  title: 'Activity Gateway',
  demo: config.demoMode,
  headers: authorization === undefined ? {} : { authorization },
});

export async function createGateway(config: Config, deps: GatewayDeps): Promise<Gateway> {
  const { store, logger, tokenSecret, holeMs, readLeaseMs, signals, clock = systemClock } = deps;
  const closing = new Closing();
  const metrics = createMetrics();

  const log = closing.add(openLog({ store, logger, metrics, clock, holeMs, readLeaseMs, signals }));
  const unscoped = new UnscopedStore(store);
  const credentials = new CredentialStore(store);
  const authenticator = new Authenticator({ credentials, unscoped, tokenSecret, logger, clock });

  const parts = {
    clock,
    reader: log.feeds,
    writer: log.recorder,
    remover: log.removal,
    states: log.states,
    ...storesOf(store),
    log,
    folds: log.folds,
    sources: new Sources(
      store,
      new Sealing(deps.sourceSecretKey ?? config.SOURCE_SECRET_KEY!, config.SOURCE_SECRET_KEY_PREVIOUS),
    ),
  };
  const connectors = deps.connectors ?? allConnectors;
  const sourceStates = new SourceStates(store);
  const upstreamWrites = new UpstreamWrites(store);
  const users = new UserService(parts);
  const userExists = async (workspaceId: Id, userId: Id) => (await parts.users.byIds(workspaceId, [userId])).length > 0;
  const nouns = {
    activityService: new ActivityService(parts),
    pathwayService: new PathwayService(parts),
    enrolmentService: new EnrolmentService(parts),
  };
  const ingest = closing.add(
    new Ingest({
      ...parts,
      nouns: { ...parts, ...nouns },
      rows: new SourceRows(store),
      deliveries: new Deliveries(store),
      unscoped,
      log,
      states: sourceStates,
      writes: upstreamWrites,
      people: users,
      connectors,
      privateOrigins: config.ALLOWED_SOURCE_ORIGINS,
      reads: config.PULL_SOURCES ?? true,
      logger,
    }),
  );
  const services: Services = {
    activityLogs: new ActivityLogService(parts),
    activityLogStats: new ActivityLogStatsService(parts),
    activities: nouns.activityService,
    pathways: nouns.pathwayService,
    enrolments: nouns.enrolmentService,
    pathwayProgress: new PathwayProgressService(parts),
    notifications: new NotificationService(parts),
    follows: new FollowService(parts),
    users,
    userErasures: new UserErasureService({
      ...parts,
      history: users.history,
      erasures: new UserErasures(store),
      texts: new PersonTexts(store),
      controls: new ControlEntries(store),
      runEntries: new RunEntries(store),
      onBegun: () => sweeper.wake(),
    }),
    credentials: new CredentialService({ ...parts, credentials, recorder: log.recorder, userExists }),
    sources: new SourceService({
      ...parts,
      sourceDescriptions: describeAll(connectors),
      sourcePuller: ingest.puller,
      sourceStates,
      sourceOrigins: config.ALLOWED_SOURCE_ORIGINS,
    }),
    upstream: new UpstreamService({ ...parts, sourceStates, upstreamWrites }),
    workspaces: unscoped,
  };

  closing.add(
    new Folds({
      log,
      unscoped,
      logger,
      projections: projectionsOf(deps.foldStore ?? store),
      states: parts.foldStates,
      holder: newId(),
      tuning: deps.foldTuning,
    }),
  );

  const schema = await schemaOf(config, services);
  const persisted = new PersistedDocuments(persistedOptionsOf(config));
  const requestLimits = requestLimitsOf(config);
  const documents = new Documents(schema, requestLimits, persisted);
  const executor = new Executor(schema, deps.executorTuning);
  const allowances = new Allowances(allowanceLimitsOf(config), clock);
  const admission = new Admission({ schema, allowances, ...requestLimits });
  const graphql = await createGraphql({ schema, documents, executor, admission, logger });
  const live = closing.add(
    new Live({
      schema,
      executor,
      services,
      feeds: log.feeds,
      folds: log.folds,
      topics: topicsOf(services),
      logger,
      ...deps.liveTuning,
    }),
  );
  const known = new KnownOperations({ executor, admission, logger });
  const operations = new Operations({ schema, graphql, documents, known, admission, services, logger });
  const ready = () => store.ping();
  const app = await createServer({
    config,
    logger,
    metrics,
    graphql,
    documents,
    known,
    services,
    authenticator,
    ready,
    operations,
    live,
    socketLimits: deps.socketLimits,
  });
  app.decorate('allowances', allowances);
  await registerDeliveries(app, ingest.desk);
  await registerOAuth(app, { authenticator });
  const exports = new ActivityLogExportService({ ...parts, walk: new ActivityLogWalk(store) });
  await registerExports(app, { config, authenticator, exports, schema });
  const onPosted = (workspaceId: Id, system: SourceSystem) => ingest.puller.posted(workspaceId, system);
  await registerFacades(app, {
    config,
    store,
    unscoped,
    authenticator,
    services,
    clock,
    parts: { ...parts, logs: log.logs, onPosted },
  });
  if (deps.pages) await registerPages(app, { directory: deps.pages.directory, config: pageConfig(config, deps.pages) });
  const sweeper = closing.add(
    new Sweeper({ steps: sweeperSteps(log, services, ingest), logger, workspaces: () => unscoped.workspaceIds() }),
  );
  closing.defer(() => app.close());

  return { app, authenticator, services, log, live, close: () => closing.close() };
}
