import { ApolloGateway, IntrospectAndCompose, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeFeedCursor } from '../../src/base/cursor.js';
import type { Id } from '../../src/base/ids.js';
import { userIdentity } from '../../src/model/identity.js';
import { Following, stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import type { As } from '../support/people.js';
import { entryDraft } from '../support/services.js';

/** Somebody else's subgraph: who has which badge, and for which entry. It knows nothing of either but the id. */
const badgesOf = (badges: readonly { userId: Id; entryId: Id }[]) =>
  buildSubgraphSchema({
    typeDefs: parse(`
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
      type Query { badges: [Badge!]! }
      type Badge { title: String! user: User! for: ActivityLog! }
      type User @key(fields: "id") { id: ID! badgeCount: Int! }
      type ActivityLog @key(fields: "id", resolvable: false) { id: ID! }
    `),
    resolvers: {
      Query: {
        badges: () =>
          badges.map(({ userId, entryId }) => ({ title: 'Early bird', user: { id: userId }, for: { id: entryId } })),
      },
      User: { badgeCount: ({ id }: { id: Id }) => badges.filter(({ userId }) => userId === id).length },
    },
  });

let gateway: TestGateway;
let badges: ApolloServer;
let router: ApolloServer<{ authorization?: string }>;
let entryIds: Id[];
beforeAll(async () => {
  gateway = await startGateway({ env: { SUBGRAPH: '1' } });
  const people = [gateway.users.alice, gateway.users.bob];
  const drafts = people.map((id) => entryDraft({ action: 'rose', actor: { kind: 'USER', key: userIdentity(id) } }));
  await gateway.gateway.log.recorder.appendMany(gateway.home.id, drafts);
  entryIds = drafts.map(({ id }) => id);
  badges = new ApolloServer({ schema: badgesOf(people.map((userId, at) => ({ userId, entryId: entryIds[at]! }))) });
  const { url } = await startStandaloneServer(badges, { listen: { host: '127.0.0.1', port: 0 } });
  router = new ApolloServer({
    gateway: new ApolloGateway({
      supergraphSdl: new IntrospectAndCompose({
        subgraphs: [
          { name: 'activity', url: `${gateway.url}/graphql` },
          { name: 'badges', url },
        ],
        introspectionHeaders: { authorization: gateway.people.admin! },
      }),
      buildService: ({ url }) =>
        new RemoteGraphQLDataSource<{ authorization?: string }>({
          url,
          willSendRequest: ({ request, context }) => {
            if (context.authorization) request.http?.headers.set('authorization', context.authorization);
          },
        }),
    }),
  });
  await router.start();
});
afterAll(async () => {
  await router?.stop();
  await badges?.stop();
  await gateway?.close();
});

interface Single<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

async function ask<T>(query: string, as: As = 'admin'): Promise<Single<T>> {
  const { body } = await router.executeOperation({ query }, { contextValue: { authorization: gateway.people[as] } });
  if (body.kind !== 'single') throw new Error('One answer was expected');
  return body.singleResult as Single<T>;
}

it('composes beside another subgraph, and each adds to what the other has', async () => {
  const { data, errors } = await ask<object>(
    '{ badges { title user { name email } for { action source } } user(email: "alice@example.com") { name badgeCount } }',
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    badges: [
      {
        title: 'Early bird',
        user: { name: 'Alice Miller', email: 'alice@example.com' },
        for: { action: 'rose', source: 'GATEWAY' },
      },
      {
        title: 'Early bird',
        user: { name: 'Bob Baker', email: 'bob@example.com' },
        for: { action: 'rose', source: 'GATEWAY' },
      },
    ],
    user: { name: 'Alice Miller', badgeCount: 1 },
  });
});

it('looks all that one step refers to up at once', async () => {
  const commands = await gateway.commandsOf(() => ask('{ badges { user { name } for { action } } }'));
  // The credential may or may not be remembered.
  const lookUps = commands.filter((command) => command !== 'find credentials');
  expect(lookUps.sort()).toEqual(['find activity_logs', 'find users']);
});

const entities = (references: object[], as: As = 'admin') =>
  gateway.query<{ _entities: (object | null)[] }, object>(
    `query ($references: [_Any!]!) { _entities(representations: $references) {
      ... on User { name } ... on ActivityLog { action } ... on Activity { name } ... on Pathway { name } } }`,
    { references },
    { as },
  );

it('shows to each what they may see, and no more', async () => {
  const own = entryIds.map((id) => ({ __typename: 'ActivityLog', id }));
  expect((await entities(own, 'alice')).data).toEqual({ _entities: [{ action: 'rose' }, null] });
  const users = [{ __typename: 'User', id: gateway.users.alice }];
  expect((await entities([...own, ...users], 'foreigner')).data).toEqual({ _entities: [null, null, null] });
  expect((await entities(users, 'powerless')).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await entities(users, 'nobody')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  expect((await gateway.query('{ _service { sdl } }', undefined, { as: 'nobody' })).data).toBeUndefined();
});

it('finds every noun by its id, and says what is no id', async () => {
  const { services } = gateway.gateway;
  const viewer = await gateway.gateway.authenticator.authenticate(gateway.people.admin);
  const activity = await services.activities.create(viewer, { key: 'rise', name: 'Rise early' });
  const pathway = await services.pathways.create(viewer, { key: 'week', name: 'First week', activities: [] });
  const references = [
    { __typename: 'Activity', id: activity.node.id },
    { __typename: 'Pathway', id: pathway.node.id },
    { __typename: 'User', id: gateway.users.bob.toUpperCase() },
    { __typename: 'User', id: 'bob' },
  ];
  const { data, errors } = await entities(references);
  expect(data).toEqual({ _entities: [{ name: 'Rise early' }, { name: 'First week' }, { name: 'Bob Baker' }, null] });
  expect(errors).toMatchObject([{ path: ['_entities', 3], extensions: { code: 'BAD_USER_INPUT' } }]);
});

it('costs what is referred to', async () => {
  const references = Array.from({ length: 20_001 }, () => ({ __typename: 'User', id: gateway.users.bob }));
  const { errors } = await entities(references);
  expect(errors).toMatchObject([{ extensions: { code: 'TOO_COSTLY' } }]);
});

it('tells subscribers, too', async () => {
  const after = encodeFeedCursor(await gateway.gateway.log.feeds.settle(gateway.home.id));
  const client = stockClient(gateway);
  const following = new Following(client, { filter: { actions: ['slept'] }, after });
  await gateway.gateway.log.recorder.append(gateway.home.id, entryDraft({ action: 'slept' }));
  await following.count(1);
  expect(following.actions).toEqual(['slept']);
  await client.close();
});

it('is not there unless it is asked for', async () => {
  const plain = await startGateway();
  expect((await plain.query('{ _service { sdl } }')).errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  await plain.close();
});
