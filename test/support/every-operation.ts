import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { getOperationAST } from 'graphql';
import * as operations from '../../schema/operations/operations.js';
import type { Id } from '../../src/base/ids.js';

/** Does one operation and returns its data. */
export type Run = <T, V>(document: TypedDocumentNode<T, V>, variables: V) => Promise<T>;
/** Follows until so many events came. */
export type Follow = <T, V>(document: TypedDocumentNode<T, V>, variables: V, events: number) => Promise<void>;

/** The name of every query and mutation of schema/operations. */
export const everyName: readonly string[] = Object.values(operations).flatMap((document) => {
  const operation = getOperationAST(document);
  return operation?.name && operation.operation !== 'subscription' ? [operation.name.value] : [];
});

/** Goes through all that schema/operations has, in a workspace with the two users alone, and leaves little unsaid. */
export async function everyOperation(run: Run, follow: Follow, users: { alice: Id; bob: Id }): Promise<void> {
  const { feedCursor } = (await run(operations.CountActivityLogsDocument, {})).activityLogs;
  await people(run, users);
  const activityIds = await definitions(run);
  await pathways(run, users, activityIds);
  await entries(run, users);
  await credentials(run);
  await sources(run, follow);
  await notifications(run, users);
  await withoutVariables(run);
  await follow(operations.ActivityLoggedDocument, { after: feedCursor, filter: { actions: ['ran', 'failed'] } }, 4);
  await removals(run, activityIds, feedCursor);
}

/** They are somebody's own, and who goes through all this is nobody: what is asked for here is refused, in each its way. */
async function notifications(run: Run, { alice }: { alice: Id }): Promise<void> {
  const id = '0123456789abcdef01234567';
  await run(operations.BookmarkNotificationsDocument, { at: '2026-01-02T03:04:05Z' });
  await run(operations.MarkNotificationReadDocument, { id });
  await run(operations.MarkNotificationUnreadDocument, { id });
  await run(operations.SetNotificationPreferencesDocument, { input: {} });
  await run(operations.FollowDocument, { input: { userId: alice } });
  await run(operations.UnfollowDocument, { input: { userId: alice } });
  await run(operations.PathwayProgressDocument, { pathwayId: id });
  await run(operations.EraseUserDocument, { id });
  await run(operations.UserErasureDocument, { userId: alice });
}

/** All queries that need none: new ones of them are gone through by themselves. */
async function withoutVariables(run: Run): Promise<void> {
  for (const document of Object.values(operations)) {
    const operation = getOperationAST(document);
    if (operation?.operation !== 'query') continue;
    if (operation.variableDefinitions?.some(({ type }) => type.kind === 'NonNullType')) continue;
    await run(document as TypedDocumentNode<unknown, object>, {});
  }
}

async function people(run: Run, { alice, bob }: { alice: Id; bob: Id }): Promise<void> {
  await run(operations.ViewerDocument, {});
  const { createUser } = await run(operations.CreateUserDocument, {
    input: { name: 'Carol', email: 'carol@x.example' },
  });
  const inputs = [{ name: 'Dan', username: 'dan' }, { name: 'Eve', email: 'carol@x.example' }, { name: '' }];
  const { createUsers } = await run(operations.CreateUsersDocument, { inputs });
  const { id } = createUser.user;
  await run(operations.UpdateUserDocument, { input: { id, username: 'carol', email: null } });
  await run(operations.UserByIdDocument, { id });
  await run(operations.UserByIdDocument, { email: 'nobody@x.example' });
  await run(operations.UsersDocument, { first: 2 });
  const { users } = await run(operations.UsersDocument, { last: 3, filter: { search: 'a' } });
  await run(operations.UsersDocument, { after: users.pageInfo.startCursor, first: 5, filter: { search: 'a' } });
  await run(operations.MergeUsersDocument, { input: { userId: id, intoUserId: alice } });
  await run(operations.PersonDocument, { id: alice });
  await run(operations.UnmergeUserDocument, { input: { userId: id } });
  await run(operations.PersonDocument, { email: 'bob@example.com' });
  await run(operations.MergeUsersDocument, { input: { userId: createUsers.results[0]!.user!.id, intoUserId: bob } });
  await run(operations.RemoveUserDocument, { id });
}

async function definitions(run: Run): Promise<Id[]> {
  const input = { key: 'run', name: 'Run', sourceIds: [{ source: 'THRIVE' as const, id: 'r-1' }] };
  const { createActivity } = await run(operations.CreateActivityDocument, { input });
  const inputs = [
    { key: 'swim', name: 'Swim' },
    { key: 'run', name: 'Again' },
  ];
  const { createActivities } = await run(operations.CreateActivitiesDocument, { inputs });
  const ids = [createActivity.activity.id, createActivities.results[0]!.activity!.id];
  await run(operations.UpdateActivityDocument, { input: { id: ids[0]!, name: 'Run far', description: 'Ten or more' } });
  await run(operations.ActivityByIdDocument, { id: ids[0] });
  await run(operations.ActivityByIdDocument, { key: 'swim' });
  await run(operations.ActivitiesDocument, {});
  await run(operations.ActivitiesDocument, { first: 1, filter: { search: 'run' } });
  return ids;
}

async function pathways(run: Run, { alice, bob }: { alice: Id; bob: Id }, activityIds: readonly Id[]): Promise<void> {
  const activities = activityIds.map((activityId, n) => ({ activityId, level: n + 1 }));
  const { createPathway } = await run(operations.CreatePathwayDocument, {
    input: { key: 'fit', name: 'Fit', activities },
  });
  const { id } = createPathway.pathway;
  await run(operations.UpdatePathwayDocument, { input: { id, description: 'In ten weeks', levelsInOrder: true } });
  const activityIdsBack = activityIds.toReversed();
  await run(operations.ReorderPathwayActivitiesDocument, { input: { id, activityIds: activityIdsBack } });
  const users = [{ userId: alice, groups: ['a', 'b'] }, { userEmail: 'bob@example.com' }, { userId: id }];
  await run(operations.EnrolUsersDocument, { input: { pathwayId: id, users } });
  await run(operations.PathwayByDocument, { key: 'fit' });
  await run(operations.PathwaysDocument, { filter: { search: 'fit' } });
  await run(operations.PathwaysWithPeopleDocument, { first: 5, people: 1, groups: ['a'] });
  await run(operations.EnrolmentsDocument, {});
  await run(operations.EnrolmentsDocument, { filter: { users: ['Alice Miller'], pathways: ['Fit'] }, first: 1 });
  await run(operations.UsersWithPathwaysDocument, {});
  await run(operations.WithdrawUsersDocument, { input: { pathwayId: id, userIds: [bob, id] } });
  await run(operations.CreateActivityLogDocument, { input: { action: 'ran', pathwayId: id, userId: bob } });
  await run(operations.ActivityLogsWithPathwaysDocument, { filter: { pathways: ['Fit'] } });
  await run(operations.ArchivePathwayDocument, { id });
}

async function entries(run: Run, { alice }: { alice: Id; bob: Id }): Promise<void> {
  const input = {
    key: 'first',
    action: 'ran',
    userId: alice,
    activityKey: 'run',
    occurredAt: '2026-01-02T03:04:05.678Z',
    object: { type: 'course', id: 'c-1', name: 'Park' },
    outcome: 'SUCCESS' as const,
    value: 7.5,
    progress: { percent: 50 },
    tags: ['x', 'y'],
    additionalData: { deep: [1, null, 'x'] },
  };
  const { createActivityLog } = await run(operations.CreateActivityLogDocument, { input });
  await run(operations.CreateActivityLogDocument, { input });
  await run(operations.CreateActivityLogDocument, { input: { ...input, value: 1 } });
  const inputs = [{ action: 'ran' }, { action: '' }, { action: 'failed', userEmail: 'x@x.example' }, input];
  await run(operations.CreateActivityLogsDocument, { inputs });
  await run(operations.ActivityLogByIdDocument, { id: createActivityLog.activityLog!.id });
  await run(operations.ActivityLogByIdDocument, { id: alice });
  await run(operations.ActivityLogsWithUsersDocument, { filter: { users: ['Alice Miller'], search: 'park' } });
  const { activityLogs } = await run(operations.ActivityLogsWithUsersDocument, { last: 2, orderBy: 'RECORDED_ASC' });
  const { endCursor } = activityLogs.pageInfo;
  await run(operations.ActivityLogsWithUsersDocument, { before: endCursor, last: 5, orderBy: 'RECORDED_ASC' });
  await run(operations.ActivityLogsWithUsersDocument, { after: 'from elsewhere' });
  await run(operations.CountActivityLogsDocument, { filter: { actions: ['ran'] } });
  await run(operations.ActivityLogStatsDocument, {
    interval: 'DAY',
    groupBy: 'USER',
    top: 2,
    filter: { actions: ['ran'] },
  });
}

async function credentials(run: Run): Promise<void> {
  const input = { kind: 'API_KEY' as const, name: 'a key', scopes: ['user:read'] };
  const { createCredential } = await run(operations.CreateCredentialDocument, { input });
  const { id } = createCredential.credential;
  await run(operations.CredentialByIdDocument, { id });
  await run(operations.CredentialsDocument, { first: 20 });
  await run(operations.RevokeCredentialDocument, { id });
}

async function sources(run: Run, follow: Follow): Promise<void> {
  await run(operations.SourceSystemsDocument, {});
  const secret = { name: 'clientSecret', value: 'a secret of a source' };
  const input = { system: 'THRIVE' as const, name: 'Academy', settings: { tenant: 'acme' }, secrets: [secret] };
  const { connectSource } = await run(operations.ConnectSourceDocument, { input });
  const { id } = connectSource.source;
  await run(operations.ConnectSourceDocument, { input });
  await run(operations.UpdateSourceDocument, { input: { id, name: 'School' } });
  await run(operations.ReplaceSourceSecretDocument, { id, ...secret, value: 'another secret of it' });
  await run(operations.TestSourceDocument, { id });
  await run(operations.PauseSourceDocument, { id });
  await run(operations.SourcesDocument, {});
  await run(operations.SourceByIdDocument, { id });
  await run(operations.ActivityLogsWithStaleSourcesDocument, { first: 2 });
  await run(operations.ResumeSourceDocument, { id });
  await run(operations.SyncSourceDocument, { id });
  await follow(operations.SourceChangedDocument, { id }, 1);
  await run(operations.RemoveSourceDocument, { id });
}

async function removals(run: Run, activityIds: readonly Id[], atLeast: string): Promise<void> {
  const { activityLogs } = await run(operations.ActivityLogsWithUsersDocument, { first: 3, atLeast });
  await run(operations.DeleteActivityLogDocument, { id: activityLogs.edges[0]!.node.id });
  await run(operations.DeleteActivityLogDocument, { id: activityLogs.edges[0]!.node.id });
  await run(operations.DeleteActivityLogsDocument, { filter: { actions: ['ran'] } });
  await run(operations.DeleteActivityLogsDocument, { filter: {} });
  await run(operations.RemoveActivityDocument, { id: activityIds[0]! });
  await run(operations.ActivityLogsWithUsersDocument, {});
}
