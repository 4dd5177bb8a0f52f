import type { Scope } from '../../src/model/scopes.js';

/** What a credential has that decides what it may do. */
export interface Held {
  readonly scopes: readonly Scope[];
  readonly isOfUser: boolean;
}

/** Whether a credential is let in. Who is let in may still hear that something does not exist, or is malformed. */
export type Need = (held: Held) => boolean;

const has = ({ scopes }: Held, scope: Scope): boolean => scopes.includes('*') || scopes.includes(scope);

const anybody: Need = () => true;
const needs =
  (scope: Scope): Need =>
  (held) =>
    has(held, scope);
/** The scope, or its `:own` where the credential belongs to a user. */
const needsOrOwn =
  (scope: 'activity_log:read' | 'activity_log:write' | 'pathway:read'): Need =>
  (held) =>
    has(held, scope) || (held.isOfUser && has(held, `${scope}:own`));

const readLogs = needsOrOwn('activity_log:read');
const writeLogs = needsOrOwn('activity_log:write');
const writeAnyLogs = needs('activity_log:write');
const writeActivities = needs('activity_log:write');
const readUsers = needs('user:read');
const writeUsers = needs('user:write');
const readPathways = needsOrOwn('pathway:read');
const writePathways = needs('pathway:write');
/** A pathway's logs are all three: who, on what, and what they did. A user is told of that user. */
const readPathwayLogs: Need = (held) => readPathways(held) && readLogs(held) && (held.isOfUser || readUsers(held));
const readSources = needs('source:read');
const writeSources = needs('source:write');
const manage = needs('*');
const readChanges: Need = (held) => held.isOfUser && readLogs(held) && has(held, 'notification:read');
const bookmark: Need = (held) => held.isOfUser && has(held, 'notification:write');
/** Notifications are always one's own. */
const ofOneself =
  (scope: Scope): Need =>
  (held) =>
    held.isOfUser && has(held, scope);
const readNotifications = ofOneself('notification:read');
const writeNotifications = ofOneself('notification:write');

/**
 * Who is let in, and the arguments, where the smallest ones that the schema takes do not get as far as asking that. `$source`
 * and the like stand for what the test's workspace has; a subscription's must make it tell something at once.
 */
export type OperationRow = readonly [need: Need, args?: string];

const nobodyById = '(id: "000000000000000000000000")';

/** Every root field of the schema. */
export const operations: Readonly<Record<string, OperationRow>> = {
  'Query.viewer': [anybody],
  'Query.activityLog': [readLogs],
  'Query.activityLogs': [readLogs],
  'Query.activityLogStats': [readLogs],
  'Query.activity': [readLogs, nobodyById],
  'Query.activities': [readLogs],
  'Query.user': [readUsers, nobodyById],
  'Query.users': [readUsers],
  'Query.pathway': [readPathways, nobodyById],
  'Query.pathways': [readPathways],
  'Query.enrolments': [readPathways],
  'Query.credential': [manage],
  'Query.credentials': [manage],
  'Query.pathwayProgress': [readPathways],
  'Query.notifications': [readNotifications],
  'Query.notificationPreferences': [readNotifications],
  'Query.follows': [readNotifications],
  'Query.userErasure': [manage],
  'Query.source': [readSources],
  'Query.sources': [readSources],
  'Query.sourceSystems': [readSources],
  'Mutation.createActivityLog': [writeLogs],
  'Mutation.createActivityLogs': [writeLogs],
  'Mutation.deleteActivityLog': [writeLogs],
  'Mutation.deleteActivityLogs': [writeLogs],
  'Mutation.createActivity': [writeActivities],
  'Mutation.createActivities': [writeActivities],
  'Mutation.updateActivity': [writeActivities],
  'Mutation.removeActivity': [writeActivities],
  'Mutation.createUser': [writeUsers],
  'Mutation.createUsers': [writeUsers],
  'Mutation.updateUser': [writeUsers],
  'Mutation.removeUser': [writeUsers],
  'Mutation.mergeUsers': [writeUsers],
  'Mutation.unmergeUser': [writeUsers],
  'Mutation.eraseUser': [manage],
  'Mutation.bookmarkNotifications': [writeNotifications, '(at: "2026-01-01T00:00:00.000Z")'],
  'Mutation.markNotificationRead': [writeNotifications],
  'Mutation.markNotificationUnread': [writeNotifications],
  'Mutation.setNotificationPreferences': [writeNotifications],
  'Mutation.follow': [writeNotifications, '(input: { userId: "000000000000000000000000" })'],
  'Mutation.unfollow': [writeNotifications, '(input: { userId: "000000000000000000000000" })'],
  'Mutation.createPathway': [writePathways],
  'Mutation.updatePathway': [writePathways],
  'Mutation.reorderPathwayActivities': [writePathways],
  'Mutation.archivePathway': [writePathways, nobodyById],
  'Mutation.enrolUsers': [writePathways],
  'Mutation.withdrawUsers': [writePathways],
  'Mutation.createCredential': [manage],
  'Mutation.revokeCredential': [manage],
  'Mutation.connectSource': [writeSources],
  'Mutation.updateSource': [writeSources],
  'Mutation.replaceSourceSecret': [writeSources],
  'Mutation.testSource': [writeSources],
  'Mutation.pauseSource': [writeSources],
  'Mutation.resumeSource': [writeSources],
  'Mutation.syncSource': [writeSources],
  'Mutation.removeSource': [writeSources],
  'Subscription.activityLogged': [readLogs, '(after: "$cursor")'],
  'Subscription.pathwayProgressed': [readPathways, '(pathwayId: "$pathway", after: "$cursor")'],
  'Subscription.notificationReceived': [readNotifications, '(after: "$cursor")'],
  'Subscription.sourceChanged': [readSources, '(id: "$source")'],
};

/** What is sent so that it is not malformed. */
export interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of each parameter of the path; absent: an id of nothing. */
  readonly parameter?: string;
}

/** Who is let in and what is sent. `open`: whoever asks, or by other means than a credential. */
export type RouteCell = readonly [need: Need, sent?: Sent] | 'open';
export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type RouteRow = Readonly<Partial<Record<(typeof methods)[number], RouteCell>>>;

// Somebody else's, so that `:own` is not enough.
const posted = { body: { activityId: 'a', userId: 'u' } };
const phone = { body: { platform: 'tiktok', serial: 's', action_type: 'follow', action_detail: 'd' } };

/** PostHog's paths are served with and without their final slash. */
const withSlash = (path: string, row: RouteRow): Record<string, RouteRow> => ({ [path]: row, [`${path}/`]: row });

/** Every path of the router. Methods that are not named answer that there is nothing. GraphQL's doors are the table above. */
export const routes: Readonly<Record<string, RouteRow>> = {
  '/health/live': { GET: 'open' },
  '/health/ready': { GET: 'open' },
  '/metrics': { GET: 'open' },
  '/graphql': { GET: 'open', POST: 'open' },
  '/graphql/stream': { GET: 'open', POST: 'open' },
  '/oauth2/token/:tenantId': { POST: 'open' },
  '/rest/v1/oauth2/token/:tenantId': { POST: 'open' },
  // By what its body is signed with.
  '/sources/:id/deliveries': { POST: 'open' },
  '/export/activity-logs.ndjson': { GET: [readLogs] },
  '/export/activity-logs.csv': { GET: [readLogs] },
  '/app/v1/activity-logs': {
    GET: [readLogs, { headers: { 'x-external-user-id': 'u' } }],
    POST: [writeAnyLogs, posted],
  },
  '/app/v1/activity-logs/:activityId': { GET: [readLogs] },
  '/activity/:id': { GET: [readLogs] },
  '/activities': { GET: [readLogs] },
  '/rest/v1/activity/:id': { GET: [readLogs] },
  '/rest/v1/activities': { GET: [readLogs] },
  '/v1/logs/pathway-logs': { POST: [readPathwayLogs, { body: { pathway: 'p' } }] },
  '/api/v1/activity_log': { GET: [readLogs], POST: [writeAnyLogs, phone] },
  '/api/v1/activity_log/count': { GET: [readLogs] },
  '/api/v1/activity_log/all': { DELETE: [writeAnyLogs] },
  '/api/v1/activity_log/:id': { DELETE: [writeLogs, { parameter: '1' }] },
  '/api/projects': { GET: [anybody] },
  '/api/projects/': { GET: [anybody] },
  ...withSlash('/api/projects/:project_id/activity_log', { GET: [readLogs] }),
  ...withSlash('/api/projects/:project_id/activity_log/important_changes', { GET: [readChanges] }),
  ...withSlash('/api/projects/:project_id/activity_log/bookmark_activity_notification', {
    POST: [bookmark, { body: { bookmark: '2024-02-12T00:00:00Z' } }],
  }),
};
