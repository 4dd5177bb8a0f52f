import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { ActivityResolver } from './activities/activity.resolver.js';
import { ActivityLogFields } from './activity-logs/activity-log.fields.js';
import { ActivityLogRelations } from './activity-logs/activity-log.relations.js';
import { ActivityLogResolver } from './activity-logs/activity-log.resolver.js';
import { CredentialResolver } from './credentials/credential.resolver.js';
import type { Services } from './services.js';
import { UserResolver } from './users/user.resolver.js';
import { ViewerResolver } from './viewer/viewer.resolver.js';

const resolvers = [
  ViewerResolver,
  ActivityLogResolver,
  ActivityLogFields,
  ActivityLogRelations,
  ActivityResolver,
  UserResolver,
  CredentialResolver,
] as const;

/** The schema over these services. */
export function createSchema(services: Services): GraphQLSchema {
  const instances = new Map<unknown, unknown>(
    resolvers.map((Resolver) => [Resolver, new (Resolver as new (services: Services) => object)(services)]),
  );
  return buildSchemaSync({
    resolvers: [...resolvers],
    container: { get: (resolver) => instances.get(resolver) },
    validate: false,
  });
}
