/**
 * One server of the GraphQL benchmark, as a process of its own. `ours`: the gateway. The peers are started on Fastify as
 * their documentation says, over the same services and credentials, and behind the same hooks (request ids, metrics, CORS,
 * compression), so that only the GraphQL layer differs. Their schema is as type-graphql builds it, unless they are to have
 * our way of calling its methods, too.
 */
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { silentLogger } from '../../src/base/logger.js';
import { createGateway } from '../../src/gateway.js';
import type { RequestContext } from '../../src/graphql/context.js';
import { createLoaders } from '../../src/graphql/loaders.js';
import { createSchema } from '../../src/graphql/schema.js';
import { PayloadBudget } from '../../src/model/payload-budget.js';
import { createApp } from '../../src/server/app.js';
import { createMetrics } from '../../src/server/metrics.js';
import { connectStore } from '../../src/store/connect.js';
import { serveBare } from './graphql-bare.js';
import { type BenchData, benchConfig, benchSecret } from './graphql-data.js';

const serverKinds = ['ours', 'stock', 'mercurius', 'yoga', 'bare'] as const;
export type ServerKind = (typeof serverKinds)[number];

export interface ServerOrder {
  readonly kind: ServerKind;
  readonly data: BenchData;
  /** Whether the peers' fields call their methods as ours do. */
  readonly direct: boolean;
}

/** What a process has taken so far. */
export interface Usage {
  readonly cpuMs: number;
  readonly rssMb: number;
}

const { kind, data, direct } = JSON.parse(process.argv[2]!) as ServerOrder;
const store = await connectStore({ url: data.url, database: data.database });
const gateway = await createGateway(benchConfig, { store, logger: silentLogger, tokenSecret: benchSecret });

async function contextOf(authorization: string | undefined): Promise<RequestContext> {
  const viewer = await gateway.authenticator.authenticate(authorization);
  return {
    viewer,
    requestId: 'bench',
    operation: { kind: 'query' },
    loaders: createLoaders(gateway.services, viewer),
    budget: new PayloadBudget(),
  };
}

const schema = createSchema(gateway.services, { direct });

/** Not imported: the types of these two change those of graphql for the whole program. */
const load = createRequire(import.meta.url);

interface Yoga {
  handleNodeRequestAndResponse(request: FastifyRequest, reply: FastifyReply, context: object): Promise<FastifyReply>;
}

const servers: Record<Exclude<ServerKind, 'ours' | 'bare'>, (app: FastifyInstance) => Promise<void>> = {
  stock: async (app) => {
    const apollo = new ApolloServer<RequestContext>({ schema });
    await apollo.start();
    const context = (request: FastifyRequest) => contextOf(request.headers.authorization);
    app.route({ method: ['GET', 'POST'], url: '/graphql', handler: fastifyApolloHandler(apollo, { context }) });
  },
  mercurius: async (app) => {
    const context = (request: FastifyRequest) => contextOf(request.headers.authorization) as never;
    await app.register(
      load('mercurius') as FastifyPluginAsync<{ schema: GraphQLSchema; jit: number; context: unknown }>,
      { schema, jit: 1, context },
    );
  },
  yoga: async (app) => {
    const yoga = (load('graphql-yoga') as { createYoga: (options: object) => Yoga }).createYoga({
      schema,
      logging: false,
      graphiql: false,
      context: ({ request }: { request: Request }) => contextOf(request.headers.get('authorization') ?? undefined),
    });
    app.route({
      method: ['GET', 'POST'],
      url: '/graphql',
      handler: (request, reply) =>
        yoga.handleNodeRequestAndResponse(request as never, reply as never, { request, reply } as never),
    });
  },
};

async function listen(): Promise<string> {
  if (kind === 'bare') return serveBare(store, data);
  const address = { host: '127.0.0.1', port: 0 };
  if (kind === 'ours') return gateway.app.listen(address);
  const app = await createApp({ config: benchConfig, logger: silentLogger, metrics: createMetrics() });
  await servers[kind](app);
  return app.listen(address);
}

process.send!({ url: await listen() });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send!({ cpuMs: (user + system) / 1000, rssMb: process.memoryUsage.rss() / 1024 / 1024 });
});
process.on('disconnect', () => process.exit(0));
