import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, type PubSub } from 'type-graphql';
import { ActivityResolver } from './activities/activity.resolver.js';
import { ActivityLogFields } from './activity-logs/activity-log.fields.js';
import { ActivityLogRelations } from './activity-logs/activity-log.relations.js';
import { ActivityLogResolver } from './activity-logs/activity-log.resolver.js';
import { ActivityLogSubscription } from './activity-logs/activity-log.subscription.js';
import { ActivityLogConnectionRelations } from './activity-logs/activity-log-connection.relations.js';
import { CredentialResolver } from './credentials/credential.resolver.js';
import { callDirectly } from './direct-resolvers.js';
import { noSocket } from './no-socket.js';
import { FollowRelations } from './notifications/follow.relations.js';
import { FollowResolver } from './notifications/follow.resolver.js';
import { NotificationConnectionFields, NotificationFields } from './notifications/notification.fields.js';
import { NotificationRelations } from './notifications/notification.relations.js';
import { NotificationResolver } from './notifications/notification.resolver.js';
import { NotificationSubscription } from './notifications/notification.subscription.js';
import { EnrolmentRelations } from './pathways/enrolment.relations.js';
import { EnrolmentResolver } from './pathways/enrolment.resolver.js';
import { PathwayActivityRelations, PathwayRelations } from './pathways/pathway.relations.js';
import { PathwayResolver } from './pathways/pathway.resolver.js';
import { PathwayProgressedSubscription } from './pathways/pathway-progressed.subscription.js';
import {
  ActivityProgressRelations,
  ActivityStatisticsRelations,
  EnrolmentProgress,
  PathwayProgressRelations,
  PathwayStatisticsRelation,
  UserProgress,
} from './pathways/progress.relations.js';
import { PathwayProgressResolver } from './pathways/progress.resolver.js';
import { UserPathways } from './pathways/user-pathways.relations.js';
import type { Services } from './services.js';
import { SourceResolver } from './sources/source.resolver.js';
import { SourceSubscription } from './sources/source.subscription.js';
import { ActivityLogStatsResolver } from './stats/activity-log-stats.resolver.js';
import { UserResolver } from './users/user.resolver.js';
import { UserErasureResolver } from './users/user-erasure.resolver.js';
import { ViewerResolver } from './viewer/viewer.resolver.js';

const resolvers = [
  ViewerResolver,
  ActivityLogResolver,
  ActivityLogFields,
  ActivityLogRelations,
  ActivityLogConnectionRelations,
  ActivityLogSubscription,
  ActivityLogStatsResolver,
  ActivityResolver,
  UserResolver,
  UserErasureResolver,
  PathwayResolver,
  PathwayRelations,
  PathwayActivityRelations,
  EnrolmentResolver,
  EnrolmentRelations,
  UserPathways,
  PathwayProgressResolver,
  PathwayProgressRelations,
  ActivityProgressRelations,
  ActivityStatisticsRelations,
  PathwayStatisticsRelation,
  EnrolmentProgress,
  UserProgress,
  PathwayProgressedSubscription,
  NotificationResolver,
  NotificationFields,
  NotificationConnectionFields,
  NotificationRelations,
  NotificationSubscription,
  FollowResolver,
  FollowRelations,
  CredentialResolver,
  SourceResolver,
  SourceSubscription,
] as const;

/** What a visitor of the docs explorer reads first. Type-graphql has no place for these. */
const description = `What people did in many systems, as one ordered log. A credential opens one workspace and its log.

Start with \`activityLogs\`: a page of entries, with their users, filtered by an \`ActivityLogFilter\`. Its \`feedCursor\` is
a place in the log; what a mutation wrote has its place in \`cursor\`. Ids are 24 hexadecimal digits, errors carry
their code in \`extensions.code\`.`;

const rootDescriptions = {
  Query: 'What can be read.',
  Mutation: 'What can be written. Every payload has the place of what it wrote in the log.',
  Subscription: 'What can be followed as it happens.',
};

/** Demanded where there is a subscription; events come from the log, not from topics. */
const noPubSub: PubSub = {
  publish: () => {},
  subscribe: () => {
    throw noSocket();
  },
};

export interface SchemaOptions {
  /** Whether fields call their methods themselves (absent: yes), or by way of type-graphql. */
  readonly direct?: boolean;
}

/** The schema over these services. */
export function createSchema(services: Services, { direct = true }: SchemaOptions = {}): GraphQLSchema {
  const instances = new Map<unknown, object>(
    resolvers.map((Resolver) => [Resolver, new (Resolver as new (services: Services) => object)(services)]),
  );
  const schema = buildSchemaSync({
    resolvers: [...resolvers],
    container: { get: (resolver) => instances.get(resolver) },
    validate: false,
    pubSub: noPubSub,
  });
  if (direct) callDirectly(schema, instances);
  schema.description = description;
  for (const [name, text] of Object.entries(rootDescriptions)) {
    const root = schema.getType(name);
    if (root) root.description = text;
  }
  return schema;
}
