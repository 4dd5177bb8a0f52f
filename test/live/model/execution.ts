import { GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString, parse } from 'graphql';
import { silentLogger } from '../../../src/base/logger.js';
import type { RequestContext } from '../../../src/graphql/context.js';
import { Executor } from '../../../src/graphql/executor.js';
import { EventExecution } from '../../../src/graphql/live/event-execution.js';
import { planOf } from '../../../src/graphql/live/plan.js';
import type { Services } from '../../../src/graphql/services.js';
import type { User } from '../../../src/model/user.js';
import type { Requests } from './requests.js';

const text = { type: GraphQLString };
const event = new GraphQLObjectType({
  name: 'Event',
  fields: {
    cursor: text,
    type: text,
    activityLogId: text,
    /** In whose name it was looked up. */
    reader: {
      type: GraphQLString,
      resolve: async (_event, _args, { loaders }: RequestContext) => {
        const user = await loaders.userByIdentity.load('user:model');
        return user?.name;
      },
    },
  },
});
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { none: text } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: { activityLogged: { type: new GraphQLNonNull(event), resolve: (told) => told } },
  }),
});
const plan = planOf(schema, parse('subscription { activityLogged { cursor type activityLogId reader } }'));

/** The real execution of events, over look-ups that are answered when the world says so. */
export function modelExecution(requests: Requests, reader: string): EventExecution {
  const byIdentity = (_reader: unknown, keys: readonly string[]): Promise<User[]> =>
    requests.ask('look-up', () => keys.map(() => ({ name: reader }) as User));
  const services = { users: { byIdentity } } as unknown as Services;
  const parts = { executor: new Executor(schema), services, logger: silentLogger, onExecuted: () => {} };
  return new EventExecution(parts, plan, {}, { workspaceId: 'model', scopes: new Set() });
}
