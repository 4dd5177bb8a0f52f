import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { buildSchema, GraphQLError, type GraphQLSchema } from 'graphql';
import { createHandler } from 'graphql-http/lib/use/fastify';
import { useServer as serveSockets } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { PageConfig } from '../../src/server/pages/page-config.js';
import { registerPages } from '../../src/server/pages.js';

/** As much of the gateway's schema as the page's examples name. */
const schema = (): GraphQLSchema =>
  buildSchema(/* GraphQL */ `
    scalar DateTime
    scalar FeedCursor
    scalar PageCursor
    scalar JSON
    enum SourceSystem { AWORLD THRIVE FALKOR TIKMATRIX POSTHOG GATEWAY }
    enum ActionClass { CREATED COMPLETED PASSED OTHER }
    enum Outcome { SUCCESS FAILURE }
    enum RecordOutcome { RECORDED DUPLICATE }
    "Which entries are meant: fields AND together, a list means any of."
    input ActivityLogFilter { sources: [SourceSystem!] actionClasses: [ActionClass!] search: String }
    input ActivityObjectInput { type: String id: String name: String }
    input CreateActivityLogInput {
      key: String action: String! summary: String object: ActivityObjectInput outcome: Outcome
      tags: [String!] additionalData: JSON
    }
    "Somebody who does things."
    type User { id: ID! name: String! email: String }
    type ActivityObject { type: String id: String name: String }
    type Activity { id: ID! name: String! }
    "One thing that happened."
    type ActivityLog {
      id: ID! occurredAt: DateTime! source: SourceSystem! action: String! actionClass: ActionClass! summary: String
      user: User object: ActivityObject activity: Activity outcome: Outcome tags: [String!]! additionalData: JSON
    }
    type PageInfo { hasNextPage: Boolean! endCursor: PageCursor }
    type ActivityLogConnection { nodes: [ActivityLog!]! totalCount: Int! pageInfo: PageInfo! feedCursor: FeedCursor! }
    type CreateActivityLogPayload { outcome: RecordOutcome! cursor: FeedCursor! activityLog: ActivityLog }
    type ItemError { code: String! message: String! field: String }
    type CreateActivityLogResult { outcome: RecordOutcome activityLog: ActivityLog error: ItemError }
    type CreateActivityLogsPayload { cursor: FeedCursor! results: [CreateActivityLogResult!]! }
    type Query {
      "Entries, newest first."
      activityLogs(filter: ActivityLogFilter, first: Int): ActivityLogConnection!
    }
    type Mutation {
      createActivityLog(input: CreateActivityLogInput!): CreateActivityLogPayload!
      createActivityLogs(inputs: [CreateActivityLogInput!]!): CreateActivityLogsPayload!
    }
    type ActivityLogEvent { cursor: FeedCursor! activityLog: ActivityLog }
    type Subscription { activityLogged: ActivityLogEvent! }
  `);

const nodes = Array.from({ length: 20 }, (_, index) => ({
  id: `${index}`.padStart(24, '0'),
  occurredAt: new Date(Date.UTC(2026, 0, 31, 12, 0) - index * 137_000).toISOString(),
  source: ['AWORLD', 'THRIVE', 'POSTHOG'][index % 3],
  action: ['course-completed', 'quiz-passed', 'page-viewed'][index % 3],
  actionClass: ['COMPLETED', 'PASSED', 'OTHER'][index % 3],
  summary: `Finished lesson ${index + 1} of Cycling to work`,
  user: { id: 'b'.repeat(24), name: index % 2 ? 'Alice Moreau' : 'Bob Okafor', email: 'alice@demo.example' },
  object: { type: 'course', id: '7', name: 'Cycling to work' },
  activity: { id: 'c'.repeat(24), name: 'Course' },
  outcome: 'SUCCESS',
  tags: ['demo'],
}));

interface Input {
  readonly action: string;
}

const recorded = (input: Input) =>
  input.action === ''
    ? { error: { code: 'BAD_USER_INPUT', message: 'action is empty', field: 'action' } }
    : { outcome: 'RECORDED', activityLog: { ...nodes[0], ...input, source: 'GATEWAY' } };

const rootValue = {
  activityLogs: ({ first = 20 }: { first?: number }) => ({
    nodes: nodes.slice(0, first),
    totalCount: nodes.length,
    pageInfo: { hasNextPage: true, endCursor: 'p20' },
    feedCursor: 'f20',
  }),
  createActivityLog: ({ input }: { input: Input }) => ({ cursor: 'f21', ...recorded(input) }),
  createActivityLogs: ({ inputs }: { inputs: Input[] }) => ({ cursor: 'f22', results: inputs.map(recorded) }),
  activityLogged: async function* () {
    yield { activityLogged: { cursor: 'f21', activityLog: nodes[0] } };
  },
};

const refusal = [new GraphQLError('No credential', { extensions: { code: 'UNAUTHENTICATED' } })];

export interface ToyGateway {
  readonly app: FastifyInstance;
  readonly url: string;
  /** The `authorization` of each request and socket, in order of arrival. */
  readonly credentials: (string | undefined)[];
}

/** The pages over a schema of the gateway's shape, which lets in `Bearer demo-key` alone. */
export async function startToyGateway(directory: string, config: PageConfig): Promise<ToyGateway> {
  const app = fastify();
  const credentials: (string | undefined)[] = [];
  const admits = (credential: string | undefined): boolean => {
    credentials.push(credential);
    return credential === 'Bearer demo-key';
  };
  await registerPages(app, { directory, config });
  app.all(
    '/graphql',
    createHandler({
      schema: schema(),
      rootValue,
      onSubscribe: ({ raw }) => (admits(raw.headers.authorization) ? undefined : refusal),
    }),
  );
  const sockets = new WebSocketServer({ server: app.server, path: '/graphql' });
  serveSockets(
    {
      schema: schema(),
      roots: { subscription: rootValue },
      onConnect: (context) => admits(String(context.connectionParams?.authorization)),
    },
    sockets,
  );
  app.addHook('preClose', async () => {
    for (const client of sockets.clients) client.terminate();
    sockets.close();
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { app, url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`, credentials };
}
