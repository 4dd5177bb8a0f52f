import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ActivityLogsWithUsersDocument,
  ConnectSourceDocument,
  CreateActivityDocument,
  CreateActivityLogDocument,
  CreatePathwayDocument,
  CredentialsDocument,
  EnrolUsersDocument,
} from '../../schema/operations/operations.js';
import { createSchema } from '../../src/graphql/schema.js';
import type { Services } from '../../src/graphql/services.js';
import { overSocket } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { TestSystems } from '../support/sources.js';

/** What is at home: ids, and words that nobody abroad may ever read. */
interface Home {
  readonly logId: string;
  readonly activityId: string;
  readonly userId: string;
  readonly pathwayId: string;
  readonly cursor: string;
  readonly credentialId: string;
  readonly sourceId: string;
}

interface Row {
  /** What is asked for, naming things at home. */
  readonly document: string;
  variables?(home: Home): object;
  /** What somebody with every scope abroad gets: data as it is, or a code. */
  readonly abroad: unknown;
}

const page = 'totalCount nodes { id }';
const nothing = { totalCount: 0, nodes: [] };
const secretKey = 'homely-key';
const secretEmail = 'homely@example.com';

/** Every root field of the schema. A new one without a row here fails the first test. */
const rows: Record<string, Row> = {
  'Query.viewer': { document: '{ viewer { user { id } } }', abroad: { viewer: { user: null } } },
  'Query.activityLog': {
    document: 'query($id: ObjectID!) { activityLog(id: $id) { id } }',
    variables: ({ logId }) => ({ id: logId }),
    abroad: { activityLog: null },
  },
  'Query.activityLogs': {
    document: `query($u: [String!]) { all: activityLogs { ${page} } named: activityLogs(filter: { users: $u }) { ${page} } }`,
    variables: ({ userId }) => ({ u: [userId, secretEmail] }),
    abroad: { all: nothing, named: nothing },
  },
  'Query.activity': {
    document: `query($id: ObjectID!) { activity(id: $id) { id } byKey: activity(key: "${secretKey}") { id } }`,
    variables: ({ activityId }) => ({ id: activityId }),
    abroad: { activity: null, byKey: null },
  },
  'Query.activities': {
    document: `query($ids: [ObjectID!]) { activities(filter: { ids: $ids }) { ${page} } all: activities { ${page} } }`,
    variables: ({ activityId }) => ({ ids: [activityId] }),
    abroad: { activities: nothing, all: nothing },
  },
  'Query.user': {
    document: `query($id: ObjectID!) { user(id: $id) { id } byEmail: user(email: "${secretEmail}") { id } }`,
    variables: ({ userId }) => ({ id: userId }),
    abroad: { user: null, byEmail: null },
  },
  'Query.users': {
    document: `query($ids: [ObjectID!]) { users(filter: { ids: $ids }) { ${page} } all: users { ${page} } }`,
    variables: ({ userId }) => ({ ids: [userId] }),
    abroad: { users: nothing, all: nothing },
  },
  'Mutation.createActivityLog': {
    document: 'mutation($i: CreateActivityLogInput!) { createActivityLog(input: $i) { outcome } }',
    variables: ({ userId }) => ({ i: { action: 'intrude', userId } }),
    abroad: 'NOT_FOUND',
  },
  'Mutation.createActivityLogs': {
    document:
      'mutation($i: [CreateActivityLogInput!]!) { createActivityLogs(inputs: $i) { results { outcome error { code } } } }',
    variables: ({ activityId }) => ({ i: [{ action: 'intrude', activityId }] }),
    abroad: { createActivityLogs: { results: [{ outcome: null, error: { code: 'NOT_FOUND' } }] } },
  },
  'Mutation.deleteActivityLog': {
    document: 'mutation($id: ObjectID!) { deleteActivityLog(id: $id) { deletedId } }',
    variables: ({ logId }) => ({ id: logId }),
    abroad: 'NOT_FOUND',
  },
  'Mutation.deleteActivityLogs': {
    document: 'mutation { deleteActivityLogs(filter: { actions: ["homely"] }) { deletedCount } }',
    abroad: { deleteActivityLogs: { deletedCount: 0 } },
  },
  'Mutation.createActivity': {
    document: `mutation { createActivity(input: { key: "${secretKey}", name: "Another" }) { activity { key } } }`,
    abroad: { createActivity: { activity: { key: secretKey } } },
  },
  'Mutation.createActivities': {
    document: `mutation { createActivities(inputs: [{ key: "other", name: "Another" }]) { results { error { code } } } }`,
    abroad: { createActivities: { results: [{ error: null }] } },
  },
  'Mutation.updateActivity': {
    document: 'mutation($id: ObjectID!) { updateActivity(input: { id: $id, name: "Taken" }) { cursor } }',
    variables: ({ activityId }) => ({ id: activityId }),
    abroad: 'NOT_FOUND',
  },
  'Mutation.removeActivity': {
    document: 'mutation($id: ObjectID!) { removeActivity(id: $id) { deletedId } }',
    variables: ({ activityId }) => ({ id: activityId }),
    abroad: 'NOT_FOUND',
  },
  'Mutation.createUser': {
    document: `mutation { createUser(input: { name: "Another", email: "${secretEmail}" }) { user { email } } }`,
    abroad: { createUser: { user: { email: secretEmail } } },
  },
  'Mutation.createUsers': {
    document: 'mutation { createUsers(inputs: [{ name: "Another" }]) { results { error { code } } } }',
    abroad: { createUsers: { results: [{ error: null }] } },
  },
  'Mutation.updateUser': {
    document: 'mutation($id: ObjectID!) { updateUser(input: { id: $id, name: "Taken" }) { cursor } }',
    variables: ({ userId }) => ({ id: userId }),
    abroad: 'NOT_FOUND',
  },
  'Mutation.removeUser': {
    document: 'mutation($id: ObjectID!) { removeUser(id: $id) { deletedId } }',
    variables: ({ userId }) => ({ id: userId }),
    abroad: 'NOT_FOUND',
  },
};

Object.assign(rows, {
  'Query.credential': {
    document: 'query($id: ObjectID!) { credential(id: $id) { id } }',
    variables: ({ credentialId }) => ({ id: credentialId }),
    abroad: { credential: null },
  },
  'Query.credentials': {
    document: '{ credentials { totalCount nodes { name } } }',
    abroad: { credentials: { totalCount: 1, nodes: [{ name: 'a test key' }] } },
  },
  'Mutation.createCredential': {
    document:
      'mutation($u: ObjectID) { createCredential(input: { kind: API_KEY, name: "n", scopes: ["*"], userId: $u }) { secret } }',
    variables: ({ userId }) => ({ u: userId }),
    abroad: 'NOT_FOUND',
  },
  'Mutation.revokeCredential': {
    document: 'mutation($id: ObjectID!) { revokeCredential(id: $id) { cursor } }',
    variables: ({ credentialId }) => ({ id: credentialId }),
    abroad: 'NOT_FOUND',
  },
  'Mutation.mergeUsers': {
    document:
      'mutation($id: ObjectID!) { mergeUsers(input: { userId: $id, intoUserId: "66f0c2a1e4b0a1b2c3d4e5f6" }) { cursor } }',
    variables: ({ userId }) => ({ id: userId }),
    abroad: 'NOT_FOUND',
  },
  'Mutation.unmergeUser': {
    document: 'mutation($id: ObjectID!) { unmergeUser(input: { userId: $id }) { cursor } }',
    variables: ({ userId }) => ({ id: userId }),
    abroad: 'NOT_FOUND',
  },
  'Subscription.activityLogged': {
    document: 'subscription($c: FeedCursor) { activityLogged(after: $c) { cursor activityLog { summary } } }',
    variables: ({ cursor }) => ({ c: cursor }),
    abroad: 'CURSOR_UNKNOWN',
  },
} satisfies Record<string, Row>);

const pathwayRow = (name: string, input: string): Row => ({
  document: `mutation($id: ObjectID!) { ${name}(input: ${input}) { cursor } }`,
  variables: ({ pathwayId }) => ({ id: pathwayId }),
  abroad: 'NOT_FOUND',
});

Object.assign(rows, {
  'Query.pathway': {
    document: `query($id: ObjectID!) { pathway(id: $id) { id } byKey: pathway(key: "${secretKey}") { id }
      byName: pathway(name: "Homely pathway") { id } }`,
    variables: ({ pathwayId }) => ({ id: pathwayId }),
    abroad: { pathway: null, byKey: null, byName: null },
  },
  'Query.pathways': {
    document: `query($ids: [ObjectID!]) { pathways(filter: { ids: $ids }) { ${page} } all: pathways { ${page} } }`,
    variables: ({ pathwayId }) => ({ ids: [pathwayId] }),
    abroad: { pathways: nothing, all: nothing },
  },
  'Query.enrolments': {
    document: `query($p: [String!]) { enrolments(filter: { pathways: $p }) { ${page} } all: enrolments { ${page} } }`,
    variables: ({ pathwayId }) => ({ p: [pathwayId, secretKey, 'Homely pathway'] }),
    abroad: { enrolments: nothing, all: nothing },
  },
  'Query.pathwayProgress': {
    document: `query($id: ObjectID!) { pathwayProgress(pathwayId: $id) { totalCount nodes { userId } } }`,
    variables: ({ pathwayId }) => ({ id: pathwayId }),
    abroad: 'NOT_FOUND',
  },
  'Subscription.pathwayProgressed': {
    document: 'subscription($id: ObjectID!) { pathwayProgressed(pathwayId: $id) { cursor userId } }',
    variables: ({ pathwayId }) => ({ id: pathwayId }),
    abroad: 'NOT_FOUND',
  },
  'Mutation.createPathway': {
    document: `mutation { createPathway(input: { key: "${secretKey}", name: "Another" }) { pathway { key } } }`,
    abroad: { createPathway: { pathway: { key: secretKey } } },
  },
  'Mutation.updatePathway': pathwayRow('updatePathway', '{ id: $id, name: "Taken" }'),
  'Mutation.reorderPathwayActivities': pathwayRow('reorderPathwayActivities', '{ id: $id, activityIds: [] }'),
  'Mutation.archivePathway': {
    document: 'mutation($id: ObjectID!) { archivePathway(id: $id) { cursor } }',
    variables: ({ pathwayId }) => ({ id: pathwayId }),
    abroad: 'NOT_FOUND',
  },
  'Mutation.enrolUsers': pathwayRow('enrolUsers', `{ pathwayId: $id, users: [{ userEmail: "${secretEmail}" }] }`),
  'Mutation.withdrawUsers': {
    document:
      'mutation($p: ObjectID!, $u: [ObjectID!]!) { withdrawUsers(input: { pathwayId: $p, userIds: $u }) { cursor } }',
    variables: ({ pathwayId, userId }) => ({ p: pathwayId, u: [userId] }),
    abroad: 'NOT_FOUND',
  },
} satisfies Record<string, Row>);

const sourceRow = (name: string, args = ''): Row => ({
  document: `mutation($id: ObjectID!) { ${name}(id: $id${args}) { cursor } }`,
  variables: ({ sourceId }) => ({ id: sourceId }),
  abroad: 'NOT_FOUND',
});

Object.assign(rows, {
  'Query.sources': { document: '{ sources { id name settings } }', abroad: { sources: [] } },
  'Query.source': {
    document: 'query($id: ObjectID!) { source(id: $id) { id name } }',
    variables: ({ sourceId }) => ({ id: sourceId }),
    abroad: { source: null },
  },
  'Query.sourceSystems': {
    document: '{ sourceSystems { system } }',
    abroad: { sourceSystems: [{ system: 'THRIVE' }, { system: 'TIKMATRIX' }] },
  },
  'Subscription.sourceChanged': {
    document: 'subscription($id: ObjectID) { sourceChanged(id: $id) { id name } }',
    variables: ({ sourceId }) => ({ id: sourceId }),
    abroad: 'NOT_FOUND',
  },
  'Mutation.connectSource': {
    document:
      'mutation { connectSource(input: { system: TIKMATRIX, name: "Homey", baseUrl: "http://127.0.0.1:1" }) { source { status } } }',
    abroad: { connectSource: { source: { status: 'NEW' } } },
  },
  'Mutation.updateSource': {
    document: 'mutation($id: ObjectID!) { updateSource(input: { id: $id, name: "Taken" }) { cursor } }',
    variables: ({ sourceId }) => ({ id: sourceId }),
    abroad: 'NOT_FOUND',
  },
  'Mutation.replaceSourceSecret': sourceRow('replaceSourceSecret', ', name: "clientSecret", value: "taken"'),
  'Mutation.testSource': sourceRow('testSource'),
  'Mutation.pauseSource': sourceRow('pauseSource'),
  'Mutation.resumeSource': sourceRow('resumeSource'),
  'Mutation.syncSource': sourceRow('syncSource'),
  'Mutation.removeSource': sourceRow('removeSource'),
} satisfies Record<string, Row>);

/** Notifications are one's own: a credential that belongs to nobody has none, wherever. */
const markRow = (name: string): Row => ({
  document: `mutation($id: ObjectID!) { ${name}(id: $id) { cursor } }`,
  variables: ({ logId }) => ({ id: logId }),
  abroad: 'FORBIDDEN',
});

Object.assign(rows, {
  'Query.activityLogStats': {
    document: 'query($u: [String!]) { activityLogStats(filter: { users: $u }) { count } }',
    variables: ({ userId }) => ({ u: [userId] }),
    abroad: { activityLogStats: { count: 0 } },
  },
  'Query.notifications': { document: '{ notifications { totalCount unreadCount } }', abroad: 'FORBIDDEN' },
  'Query.notificationPreferences': { document: '{ notificationPreferences { reasons } }', abroad: 'FORBIDDEN' },
  'Query.follows': { document: '{ follows { totalCount } }', abroad: 'FORBIDDEN' },
  'Subscription.notificationReceived': {
    document: 'subscription($after: FeedCursor) { notificationReceived(after: $after) { cursor } }',
    variables: ({ cursor }) => ({ after: cursor }),
    abroad: 'FORBIDDEN',
  },
  'Mutation.bookmarkNotifications': {
    document: 'mutation($through: FeedCursor) { bookmarkNotifications(through: $through) { cursor } }',
    variables: ({ cursor }) => ({ through: cursor }),
    abroad: 'FORBIDDEN',
  },
  'Mutation.markNotificationRead': markRow('markNotificationRead'),
  'Mutation.markNotificationUnread': markRow('markNotificationUnread'),
  'Mutation.setNotificationPreferences': {
    document: 'mutation { setNotificationPreferences(input: { reasons: [FOLLOWING] }) { cursor } }',
    abroad: 'FORBIDDEN',
  },
  'Mutation.follow': {
    document: 'mutation($id: ObjectID!) { follow(input: { userId: $id }) { cursor } }',
    variables: ({ userId }) => ({ id: userId }),
    abroad: 'FORBIDDEN',
  },
  'Mutation.unfollow': {
    document: 'mutation($id: ObjectID!) { unfollow(input: { userId: $id }) { cursor } }',
    variables: ({ userId }) => ({ id: userId }),
    abroad: 'FORBIDDEN',
  },
  'Query.userErasure': {
    document: 'query($id: ObjectID!) { userErasure(userId: $id) { state } }',
    variables: ({ userId }) => ({ id: userId }),
    abroad: { userErasure: null },
  },
  'Mutation.eraseUser': {
    document: 'mutation($id: ObjectID!) { eraseUser(id: $id) { cursor } }',
    variables: ({ userId }) => ({ id: userId }),
    abroad: 'NOT_FOUND',
  },
} satisfies Record<string, Row>);

let gateway: TestGateway;
let home: Home;
beforeAll(async () => {
  gateway = await startGateway({ connectors: new TestSystems().connectors });
  const { connectSource } = await gateway.data(ConnectSourceDocument, {
    input: { system: 'TIKMATRIX', name: 'Homely phones', baseUrl: 'http://127.0.0.1:1' },
  });
  const { createActivity } = await gateway.data(CreateActivityDocument, {
    input: { key: secretKey, name: 'Homely activity' },
  });
  const user = await gateway.data<{ createUser: { user: { id: string } } }, object>(
    `mutation { createUser(input: { name: "Homely Person", email: "${secretEmail}" }) { user { id } } }`,
  );
  const userId = user.createUser.user.id;
  const activityId = createActivity.activity.id;
  const { createPathway } = await gateway.data(CreatePathwayDocument, {
    input: { key: secretKey, name: 'Homely pathway', activities: [{ activityId }] },
  });
  const pathwayId = createPathway.pathway.id;
  await gateway.data(EnrolUsersDocument, { input: { pathwayId, users: [{ userId, groups: ['Homely group'] }] } });
  const { createActivityLog } = await gateway.data(CreateActivityLogDocument, {
    input: { action: 'homely', userId, activityId, summary: 'A homely secret' },
  });
  const credentialId = (await gateway.data(CredentialsDocument, {})).credentials.nodes[0]!.id;
  home = {
    sourceId: connectSource.source.id,
    credentialId,
    logId: createActivityLog.activityLog!.id,
    activityId,
    userId,
    pathwayId,
    cursor: createActivityLog.cursor,
  };
});
afterAll(() => gateway.close());

/** All that home holds, to see that nothing of it changes. */
const inventory = async () => {
  const logs = await gateway.data(ActivityLogsWithUsersDocument, { first: 1000 });
  const nouns = await gateway.data(
    '{ users { nodes { id name email } } activities { nodes { id key name } } pathways { nodes { id key name archived } } enrolments { nodes { id groups } } sources { id name version } }',
  );
  return { logs: logs.activityLogs.edges.map((edge) => edge.node), nouns };
};
const ask = async (field: string, as: 'foreigner' | 'powerless' | 'nobody') => {
  const { document } = rows[field]!;
  const variables = rows[field]!.variables?.(home) ?? {};
  // Who may not get in at all is told so over HTTP, too.
  if (!field.startsWith('Subscription.') || as === 'nobody') return gateway.query(document, variables, { as });
  return { status: 200, ...(await overSocket(gateway, document, { ...variables }, as)) };
};

describe('every operation', () => {
  it('has a row here', () => {
    const schema = createSchema({} as Services);
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const fields = roots.flatMap((type) => Object.keys(type?.getFields() ?? {}).map((name) => `${type!.name}.${name}`));
    expect(Object.keys(rows).sort()).toEqual(fields.sort());
  });

  it.each(Object.keys(rows))('%s: nothing is seen or touched with a credential of another workspace', async (field) => {
    const before = await inventory();
    const answer = await ask(field, 'foreigner');
    const { abroad } = rows[field]!;
    if (typeof abroad === 'string') expect(answer.errors?.map((error) => error.extensions.code)).toEqual([abroad]);
    else expect({ data: answer.data, errors: answer.errors }).toEqual({ data: abroad, errors: undefined });
    const told = JSON.stringify(answer);
    for (const secret of ['Homely', 'homely secret', home.cursor, gateway.home.id]) expect(told).not.toContain(secret);
    expect(await inventory()).toEqual(before);
  });

  it.each(Object.keys(rows).filter((field) => field !== 'Query.viewer'))('%s: needs its scope', async (field) => {
    const answer = await ask(field, 'powerless');
    const codes = answer.errors?.map((error) => error.extensions.code) ?? [];
    expect(codes.length).toBeGreaterThan(0);
    expect(new Set(codes)).toEqual(new Set(['FORBIDDEN']));
  });

  it.each(Object.keys(rows))('%s: needs a credential', async (field) => {
    const answer = await ask(field, 'nobody');
    expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
  });
});
