import { afterAll, describe, expect, it } from 'vitest';
import { activityRef, nativeActivityRef, nativeIdentity, userIdentity } from '../../../src/model/identity.js';
import { openServices, viewerOf } from '../../support/services.js';
import { openTestStore } from '../../support/store.js';
import { entriesOf, openFacade, openWorkspace } from './support.js';

const store = await openTestStore();
const facade = await openFacade(store);
afterAll(() => facade.close());
const { workspace, key } = await openWorkspace(store);
const writer = await key(['activity_log:write']);

const { userService, activityService, log } = openServices(store);
await log.feeds.open(workspace.id);
const admin = viewerOf(workspace.id);
const addUser = async (...identities: string[]) =>
  (await userService.create(admin, { name: 'Ada', identities })).node.id;
const addActivity = async (key: string, name: string, aworldId?: string) => {
  const sourceIds = aworldId === undefined ? [] : [{ source: 'AWORLD' as const, id: aworldId }];
  return (await activityService.create(admin, { key, name, sourceIds })).node;
};

const entryOf = async (activityLogId: string, workspaceId = workspace.id) =>
  (await entriesOf(store, workspaceId)).find((entry) => entry.nativeId === activityLogId)!;

describe('an activity log that is posted', () => {
  it('is answered with the definition and the log, and recorded as it was said', async () => {
    const activity = await addActivity('bike-to-work', 'Bike to work', 'FUMzPf00hz_kcj2R2Hlzq');
    const native = `{ "activityId": "FUMzPf00hz_kcj2R2Hlzq",\n "userId":"u-1", "outcome": "FAILURE", "value": 2.50, "tags": ["a","b"],
      "additionalData": {"km": 12}, "activityLogId": "all-fields", "completedAt": "2019-08-24T16:15:22.123456+02:00", "more": 1e2 }`;
    const { status, json, headers } = await facade.post(native, writer);
    expect(status).toBe(201);
    expect(headers.get('content-type')).toContain('application/json');
    const entry = await entryOf('all-fields');
    expect(json).toEqual({
      activityId: 'FUMzPf00hz_kcj2R2Hlzq',
      name: 'Bike to work',
      origin: 'CUSTOM',
      syncWithCatalog: false,
      defaultLang: 'en',
      langs: ['en'],
      accountId: expect.stringMatching(/^[\w-]{10}$/),
      workspaceId: expect.stringMatching(/^[\w-]{10}$/),
      sourceRegion: 'eu-west-1',
      createdAt: entry.recordedAt.toISOString(),
      updatedAt: entry.recordedAt.toISOString(),
      userId: 'u-1',
      outcome: 'FAILURE',
      value: 2.5,
      tags: ['a', 'b'],
      additionalData: { km: 12 },
      activityLogId: 'all-fields',
      completedAt: '2019-08-24T16:15:22.123456+02:00',
    });
    expect(entry).toMatchObject({
      source: 'AWORLD',
      connectionId: 'facade',
      nativeId: 'all-fields',
      action: 'performed',
      actionClass: 'COMPLETED',
      occurredAtMicros: Date.parse('2019-08-24T14:15:22.123Z') * 1000 + 456,
      actor: { kind: 'USER', key: nativeIdentity('AWORLD', 'facade', 'u-1'), nativeId: 'u-1' },
      object: { type: 'activity', id: 'FUMzPf00hz_kcj2R2Hlzq' },
      activityRef: activityRef(activity.id),
      outcome: 'FAILURE',
      value: 2.5,
      tags: ['a', 'b'],
      additionalData: '{"km":12}',
      native,
    });
  });

  it('may say little: what the server fills in is answered, and not stored as said', async () => {
    const before = Date.now();
    const { status, json } = await facade.post({ activityId: 'unknown-one', userId: 'u-2' }, writer);
    expect(status).toBe(201);
    expect(json).toMatchObject({ name: 'unknown-one', activityId: 'unknown-one', userId: 'u-2', value: 1 });
    expect(json.activityLogId).toMatch(/^[\w-]{21}$/);
    expect(Object.keys(json)).not.toContain('outcome');
    expect(Object.keys(json)).not.toContain('tags');
    expect(Date.parse(json.completedAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(json.completedAt)).toBeLessThanOrEqual(Date.parse(json.createdAt));
    const entry = await entryOf(json.activityLogId);
    expect(entry).toMatchObject({
      value: undefined,
      outcome: undefined,
      occurredAtMicros: Date.parse(json.completedAt) * 1000,
      activityRef: nativeActivityRef('AWORLD', 'unknown-one'),
      native: '{"activityId":"unknown-one","userId":"u-2"}',
    });
  });

  it('names our user by its id, and our definition by its id or its key', async () => {
    const userId = await addUser();
    const activity = await addActivity('plant-a-tree', 'Plant a tree');
    for (const [activityLogId, activityId] of [
      ['by-id', activity.id],
      ['by-key', 'plant-a-tree'],
    ]) {
      const { json } = await facade.post({ activityLogId, activityId, userId: userId.toUpperCase() }, writer);
      expect(json).toMatchObject({ name: 'Plant a tree', activityId, userId: userId.toUpperCase() });
      expect(await entryOf(activityLogId!)).toMatchObject({
        activityRef: activityRef(activity.id),
        actor: { key: userIdentity(userId), nativeId: userId.toUpperCase() },
      });
    }
  });

  it('is read as JSON whatever its content type says', async () => {
    for (const [index, type] of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; x',
      'nonsense',
    ].entries()) {
      const body = { activityId: 'a', userId: 'u', activityLogId: `type-${index}` };
      expect((await facade.post(body, { ...writer, 'content-type': type })).status, type).toBe(201);
    }
    const bytes = new TextEncoder().encode('{"activityId":"a","userId":"u","activityLogId":"no-type"}');
    const response = await facade.request('/app/v1/activity-logs', { method: 'POST', headers: writer, body: bytes });
    expect(response.status).toBe(201);
  });

  it('keeps odd keys as data', async () => {
    const additionalData =
      '{"$where":"1","a.b":{"__proto__":{"x":1}},"__proto__":{"polluted":true},"constructor":null}';
    const native = `{"activityId":"a","userId":"u","activityLogId":"odd","__proto__":{"userId":"evil"},"additionalData":${additionalData}}`;
    const { status, text } = await facade.post(native, writer);
    expect(status).toBe(201);
    expect(text).toContain(`"additionalData":${additionalData}`);
    expect(await entryOf('odd')).toMatchObject({ native, additionalData, actor: { nativeId: 'u' } });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('is refused when its id is taken, by whatever was said first', async () => {
    const body = { activityId: 'a', userId: 'u', activityLogId: 'once' };
    expect((await facade.post(body, writer)).status).toBe(201);
    for (const again of [body, { ...body, value: 7 }]) {
      const { status, json } = await facade.post(again, writer);
      expect(status).toBe(409);
      expect(json).toMatchObject({ code: 'resource/already_exists', message: 'Activity Log ID already exists' });
    }
    expect((await entriesOf(store, workspace.id)).filter((entry) => entry.nativeId === 'once')).toHaveLength(1);
  });

  it('stays in its workspace', async () => {
    const other = await openWorkspace(store);
    const theirs = await other.key(['*']);
    const stranger = await addUser();
    const body = { activityId: 'bike-to-work', userId: stranger, activityLogId: 'once' };
    const { status, json } = await facade.post(body, theirs);
    expect(status).toBe(201);
    expect(json.name).toBe('bike-to-work');
    expect(await entryOf('once', other.workspace.id)).toMatchObject({
      actor: { key: nativeIdentity('AWORLD', 'facade', stranger) },
      activityRef: nativeActivityRef('AWORLD', 'bike-to-work'),
    });
    expect(await entriesOf(store, other.workspace.id)).toHaveLength(1);
  });
});

describe('the user in a header', () => {
  it('is taken where the body names none, and an external one is told from one of AWorld', async () => {
    const post = (activityLogId: string, headers: Record<string, string>, body = {}) =>
      facade.post({ activityId: 'a', activityLogId, ...body }, { ...writer, ...headers });
    expect((await post('h-1', { 'x-user-id': 'u-9' })).json.userId).toBe('u-9');
    expect((await entryOf('h-1')).actor.key).toBe(nativeIdentity('AWORLD', 'facade', 'u-9'));
    expect((await post('h-2', { 'x-external-user-id': 'u-9' })).json.userId).toBe('u-9');
    expect((await entryOf('h-2')).actor.key).toBe(nativeIdentity('AWORLD', 'facade/external', 'u-9'));
    expect((await post('h-3', { 'x-external-user-id': 'u-9' }, { userId: 'u-8' })).json.userId).toBe('u-8');
    expect((await entryOf('h-3')).actor.key).toBe(nativeIdentity('AWORLD', 'facade', 'u-8'));
  });

  it('is refused where there are two', async () => {
    const headers = { ...writer, 'x-user-id': 'a', 'x-external-user-id': 'b' };
    const { status, json } = await facade.post({ activityId: 'a', userId: 'u' }, headers);
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 'validation/invalid_input', message: expect.stringContaining('x-user-id') });
  });
});

describe('a credential that is narrowed to its own user', () => {
  it('writes that user only, by our id or by an identity that the user has', async () => {
    const userId = await addUser(nativeIdentity('AWORLD', 'facade', 'me-at-aworld'));
    const someone = await addUser();
    const own = await key(['activity_log:write:own'], userId);
    for (const me of [userId, 'me-at-aworld']) {
      expect((await facade.post({ activityId: 'a', userId: me }, own)).status).toBe(201);
    }
    for (const other of [someone, 'somebody-at-aworld']) {
      const { status, json } = await facade.post({ activityId: 'a', userId: other, activityLogId: 'not-mine' }, own);
      expect(status).toBe(403);
      expect(json.code).toBe('auth/insufficient_permissions');
    }
    expect(await entryOf('not-mine')).toBeUndefined();
  });
});
