import type { GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import {
  ActivityLogsWithUsersDocument,
  ConnectSourceDocument,
  CreateActivityDocument,
  CreateActivityLogDocument,
  CreatePathwayDocument,
  CreateUserDocument,
  EnrolUsersDocument,
  UsersDocument,
} from '../../schema/operations/operations.js';
import { createSchema } from '../../src/graphql/schema.js';
import type { Services } from '../../src/graphql/services.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import type { As } from '../support/people.js';
import { pathsOf } from '../support/routes.js';
import { TestSystems } from '../support/sources.js';
import { secrets } from './judge.js';
import type { Known } from './values.js';

/** A gateway with something of everything at home, and what whoever attacks it may know. */
export interface World {
  readonly gateway: TestGateway;
  readonly schema: GraphQLSchema;
  readonly known: Known;
  readonly paths: readonly string[];
  /** Sources at home that take deliveries. */
  readonly addressees: readonly string[];
  /** What the gateway logged as nobody's fault but its own. */
  readonly logged: string[];
  close(): Promise<void>;
}

export const callers: readonly As[] = [
  'admin',
  'admin',
  'alice',
  'reader',
  'foreigner',
  'foreigner',
  'nobody',
  'wrong',
];
export const isForeign = (as: As): boolean => ['foreigner', 'nobody', 'wrong'].includes(as);

export async function makeWorld(): Promise<World> {
  // What comes in a minute is of one credential and far more than anybody asks for.
  const logged: string[] = [];
  const gateway = await startGateway({
    connectors: new TestSystems().connectors,
    env: { MAX_COST_PER_MINUTE: '0' },
    logger: pino({ level: 'error' }, { write: (line: string) => void logged.push(line) }),
  });
  const [summary, name, activityName] = secrets;
  const { createActivity } = await gateway.data(CreateActivityDocument, {
    input: { key: 'bike-to-work', name: `The ${activityName}` },
  });
  const activityId = createActivity.activity.id;
  const { createUser } = await gateway.data(CreateUserDocument, { input: { name, email: 'home@example.com' } });
  const userId = createUser.user.id;
  const { createPathway } = await gateway.data(CreatePathwayDocument, {
    input: { key: 'welcome', name: `Welcome ${activityName}`, activities: [{ activityId }] },
  });
  const pathwayId = createPathway.pathway.id;
  await gateway.data(EnrolUsersDocument, { input: { pathwayId, users: [{ userId, groups: [`${name}s`] }] } });
  const logIds: string[] = [];
  const cursors: string[] = [];
  for (let n = 0; n < 40; n += 1) {
    const input = { action: 'homely', userId, activityId, pathwayId, summary: `${summary} ${n}`, tags: [summary] };
    const { activityLog, cursor } = (await gateway.data(CreateActivityLogDocument, { input })).createActivityLog;
    logIds.push(activityLog!.id);
    cursors.push(cursor);
  }
  await gateway.data(CreateActivityLogDocument, { input: { action: 'abroad' } }, { as: 'foreigner' });
  for (const as of ['admin', 'foreigner'] as const) {
    const { activityLogs } = await gateway.data(ActivityLogsWithUsersDocument, { first: 5 }, { as });
    const { users } = await gateway.data(UsersDocument, { first: 1 }, { as });
    for (const list of [activityLogs, users]) {
      cursors.push(list.feedCursor, ...[list.pageInfo.endCursor].flatMap((end) => end ?? []));
    }
  }
  const { connectSource } = await gateway.data(ConnectSourceDocument, {
    input: {
      system: 'THRIVE',
      name: `${activityName} learning`,
      paused: true,
      settings: { tenant: summary },
      secrets: [
        { name: 'clientSecret', value: 'client secret' },
        { name: 'webhookSecret', value: 'webhook secret' },
      ],
    },
  });
  const { home, abroad, users } = gateway;
  const sourceId = connectSource.source.id;
  return {
    gateway,
    schema: createSchema({} as Services),
    known: {
      ids: [...logIds.slice(0, 5), activityId, userId, pathwayId, sourceId, users.alice, home.id, abroad.id],
      cursors,
      words: ['homely', 'bike-to-work', 'welcome', 'home@example.com', 'alice@example.com', 'facade', home.key, 'x'],
    },
    paths: pathsOf(gateway.gateway.app),
    addressees: [sourceId],
    logged,
    close: () => gateway.close(),
  };
}
