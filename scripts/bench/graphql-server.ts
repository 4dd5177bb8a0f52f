/**
 * One server of the GraphQL benchmark, as a process of its own. `ours`: the gateway. `stock`: Apollo Server as its
 * documentation starts it, over the same schema, services and credentials, so that only the pipeline differs.
 */
import 'reflect-metadata';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { readConfig } from '../../src/base/config.js';
import { silentLogger } from '../../src/base/logger.js';
import { createGateway } from '../../src/gateway.js';
import type { RequestContext } from '../../src/graphql/context.js';
import { createLoaders } from '../../src/graphql/loaders.js';
import { createSchema } from '../../src/graphql/schema.js';
import { PayloadBudget } from '../../src/model/payload-budget.js';
import { connectStore } from '../../src/store/connect.js';

export interface ServerOrder {
  readonly kind: 'ours' | 'stock';
  readonly url: string;
  readonly database: string;
}

const order = JSON.parse(process.argv[2]!) as ServerOrder;
const secret = 'a secret for a benchmark, of more than thirty-two characters';
const config = readConfig({
  NODE_ENV: 'production',
  MONGODB_URL: 'mongodb://of-the-benchmark',
  TOKEN_SECRET: secret,
  SOURCE_SECRET_KEY: secret,
  // All load is of one credential.
  MAX_COST_PER_MINUTE: '0',
  MAX_OPERATIONS_PER_CREDENTIAL: '100000',
});
const store = await connectStore({ url: order.url, database: order.database });
const gateway = await createGateway(config, { store, logger: silentLogger, tokenSecret: secret });

async function listen(): Promise<string> {
  if (order.kind === 'ours') return gateway.app.listen({ host: '127.0.0.1', port: 0 });
  const apollo = new ApolloServer<RequestContext>({ schema: createSchema(gateway.services) });
  const { url } = await startStandaloneServer(apollo, {
    listen: { host: '127.0.0.1', port: 0 },
    context: async ({ req }) => {
      const viewer = await gateway.authenticator.authenticate(req.headers.authorization);
      return {
        viewer,
        requestId: 'bench',
        operation: { kind: 'query' as const },
        loaders: createLoaders(gateway.services, viewer),
        budget: new PayloadBudget(),
      };
    },
  });
  return url.replace(/\/$/, '');
}

process.send!({ url: await listen() });
process.on('disconnect', () => process.exit(0));
