import { beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/base/errors.js';
import { type Id, newId } from '../../src/base/ids.js';
import type { Activity } from '../../src/model/activity.js';
import { type CreateActivityLogInput, entryLimits } from '../../src/model/activity-log-input.js';
import { emailIdentity, userIdentity } from '../../src/model/identity.js';
import type { Pathway } from '../../src/model/pathway.js';
import type { User } from '../../src/model/user.js';
import type { Viewer } from '../../src/model/viewer.js';
import { entryDraft, openTestServices, viewerOf } from '../support/services.js';

const services = await openTestServices();
let workspaceId: Id;
let viewer: Viewer;
let alice: User;
let cycling: Activity;
let pathway: Pathway;

beforeAll(async () => {
  workspaceId = await services.workspace();
  viewer = viewerOf(workspaceId);
  alice = (await services.userService.create(viewer, { name: 'Alice', email: 'Alice@Example.org' })).node;
  cycling = (await services.activityService.create(viewer, { key: 'bike', name: 'Bike to work' })).node;
  pathway = (await services.pathwayService.create(viewer, { key: 'tour', name: 'Tour' })).node;
  await services.pathwayService.archive(viewer, pathway.id, true);
});

const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });
const parsed = (text: string): unknown => JSON.parse(text);

describe('creating entries', () => {
  it('answers what was written, and a read finds the same', async () => {
    const input: CreateActivityLogInput = {
      action: 'Completed',
      occurredAt: new Date('2024-05-01T10:00:00.123Z'),
      userId: alice.id.toUpperCase(),
      activityKey: 'bike',
      object: { type: 'ride', id: '7', name: 'Monday' },
      pathwayId: pathway.id,
      platform: 'ios',
      serial: 'SN-1',
      summary: 'Rode to work',
      outcome: 'SUCCESS',
      value: 12.5,
      progress: { percent: 50, state: 'half', complete: false },
      tags: ['green', 'sport'],
      additionalData: { km: 12 },
    };
    const created = await services.logs.create(viewer, input);
    expect(created).toMatchObject({ outcome: 'RECORDED', removed: false });
    expect(created.activityLog).toMatchObject({
      source: 'GATEWAY',
      connectionId: viewer.owner,
      actionClass: 'COMPLETED',
      occurredAtMicros: 1714557600123000,
      actor: { kind: 'USER', key: userIdentity(alice.id), name: 'Alice' },
      activityRef: cycling.refs[0],
      tags: ['green', 'sport'],
      additionalData: '{"km":12}',
    });
    expect(await services.logs.get(viewer, created.activityLog!.id)).toEqual(created.activityLog);
    const page = await services.logs.list(viewer, {
      atLeast: created.cursor,
      page: { first: 1 },
      filter: { serials: ['SN-1'] },
    });
    expect(page.items[0]!.node).toEqual(created.activityLog);
  });

  it('takes the actor from the input, else from the credential’s user, else the credential itself', async () => {
    const own = viewerOf(workspaceId, { userId: alice.id });
    const actorOf = async (who: Viewer, input: Partial<CreateActivityLogInput> = {}) =>
      (await services.logs.create(who, { action: 'did', ...input })).activityLog!.actor;
    expect(await actorOf(viewer)).toEqual({ kind: 'CLIENT', nativeId: viewer.credentialId });
    expect(await actorOf(own)).toEqual({ kind: 'USER', key: userIdentity(alice.id), name: 'Alice' });
    expect(await actorOf(own, { userEmail: ' Bob@Example.org' })).toEqual({
      kind: 'USER',
      key: emailIdentity('bob@example.org'),
      email: 'bob@example.org',
    });
  });

  it('recognises a repeat per owner by its key, however its parts are ordered', async () => {
    const key = newId();
    const input: CreateActivityLogInput = { key, action: 'did', additionalData: { a: 1, b: { c: null, d: [2] } } };
    const first = await services.logs.create(viewer, input);
    const again = await services.logs.create(viewer, {
      additionalData: { b: { d: [2], c: null }, a: 1 },
      summary: null,
      action: 'did',
      key,
    });
    expect(again).toMatchObject({
      outcome: 'DUPLICATE',
      removed: false,
      activityLog: first.activityLog,
      cursor: first.cursor,
    });
    const other = services.logs.create(viewer, { ...input, action: 'did not' });
    await expect(other).rejects.toMatchObject({ code: 'CONFLICT', field: 'input.key' });
    const owner = await services.logs.create(viewerOf(workspaceId), { ...input, action: 'did not' });
    expect(owner.outcome).toBe('RECORDED');
    const blind = await services.logs.create({ ...viewer, scopes: new Set(['activity_log:write']) }, input);
    expect(blind).toMatchObject({ outcome: 'DUPLICATE', activityLog: undefined });

    await services.logs.remove(viewer, first.activityLog!.id);
    const removed = await services.logs.create(viewer, input);
    expect(removed).toMatchObject({ outcome: 'DUPLICATE', removed: true, activityLog: undefined });
  });

  it('keeps any key of additionalData as data', async () => {
    const data = parsed('{"$where":"1","a.b":{"__proto__":{"x":1},"$ne":null},"constructor":[],"":0}');
    const { activityLog } = await services.logs.create(viewer, { action: 'did', additionalData: data });
    const found = await services.logs.get(viewer, activityLog!.id);
    expect(parsed(found!.additionalData!)).toEqual(data);
    expect(found!.additionalData).toBe(JSON.stringify(data));
  });

  const bad: [string, Partial<CreateActivityLogInput>, ErrorCode, string][] = [
    ['no action', { action: '' }, 'BAD_USER_INPUT', '.action'],
    ['a blank action', { action: ' ' }, 'BAD_USER_INPUT', '.action'],
    ['a long action', { action: 'x'.repeat(201) }, 'BAD_USER_INPUT', '.action'],
    ['a date that is none', { occurredAt: new Date('x') }, 'BAD_USER_INPUT', '.occurredAt'],
    ['a date too early', { occurredAt: new Date('1500-01-01') }, 'BAD_USER_INPUT', '.occurredAt'],
    ['a date too late', { occurredAt: new Date('9999-01-01') }, 'BAD_USER_INPUT', '.occurredAt'],
    ['a malformed user id', { userId: 'x' }, 'BAD_USER_INPUT', '.userId'],
    ['an unknown user', { userId: newId() }, 'NOT_FOUND', '.userId'],
    ['two actors', { userId: newId(), userEmail: 'a@b.c' }, 'BAD_USER_INPUT', '.userEmail'],
    ['an email that is none', { userEmail: 'a b@c' }, 'BAD_USER_INPUT', '.userEmail'],
    ['a malformed activity id', { activityId: 'x' }, 'BAD_USER_INPUT', '.activityId'],
    ['an unknown activity', { activityId: newId() }, 'NOT_FOUND', '.activityId'],
    ['an unknown activity key', { activityKey: 'nope' }, 'NOT_FOUND', '.activityKey'],
    ['two activities', { activityId: newId(), activityKey: 'bike' }, 'BAD_USER_INPUT', '.activityKey'],
    ['a malformed pathway id', { pathwayId: '12' }, 'BAD_USER_INPUT', '.pathwayId'],
    ['an unknown pathway', { pathwayId: newId() }, 'NOT_FOUND', '.pathwayId'],
    ['an object without a type', { object: { type: '' } }, 'BAD_USER_INPUT', '.object.type'],
    ['a long object id', { object: { type: 'x', id: 'x'.repeat(201) } }, 'BAD_USER_INPUT', '.object.id'],
    ['a long summary', { summary: 'x'.repeat(10_001) }, 'BAD_USER_INPUT', '.summary'],
    ['an infinite value', { value: Number.POSITIVE_INFINITY }, 'BAD_USER_INPUT', '.value'],
    ['a percent above 100', { progress: { percent: 100.5 } }, 'BAD_USER_INPUT', '.progress.percent'],
    ['a percent below 0', { progress: { percent: -1 } }, 'BAD_USER_INPUT', '.progress.percent'],
    ['101 tags', { tags: Array.from({ length: 101 }, () => 'x') }, 'BAD_USER_INPUT', '.tags'],
    ['an empty tag', { tags: ['x', ''] }, 'BAD_USER_INPUT', '.tags[1]'],
    ['a lone surrogate in a tag', { tags: ['\ud800'] }, 'BAD_USER_INPUT', '.tags[0]'],
    ['a lone surrogate', { summary: 'x\udc00' }, 'BAD_USER_INPUT', '.summary'],
    ['a lone surrogate in data', { additionalData: { a: { b: '\ud800' } } }, 'BAD_USER_INPUT', '.additionalData.a.b'],
    ['a lone surrogate in a key', { additionalData: { '\ud800': 1 } }, 'BAD_USER_INPUT', '.additionalData'],
    ['33 levels', { additionalData: nested(33) }, 'TOO_LARGE', '.additionalData'],
    ['more than 256 KB', { additionalData: 'ä'.repeat(entryLimits.bytes / 2) }, 'TOO_LARGE', ''],
    ['an empty key', { key: '' }, 'BAD_USER_INPUT', '.key'],
  ];

  it.each(bad)('refuses %s and names it', async (_what, over, code, field) => {
    const creating = services.logs.create(viewer, { action: 'did', ...over });
    await expect(creating).rejects.toMatchObject({ name: 'CodedError', code, field: `input${field}` });
  });

  it('takes 32 levels and what fits just so', async () => {
    const fits = 'x'.repeat(entryLimits.bytes - 100);
    await expect(services.logs.create(viewer, { action: 'x', additionalData: nested(32) })).resolves.toBeDefined();
    await expect(services.logs.create(viewer, { action: 'x', additionalData: fits })).resolves.toBeDefined();
  });

  it('records the good ones of a batch and tells of each bad one', async () => {
    const fresh = await services.workspace();
    const here = viewerOf(fresh);
    const inputs = bad.flatMap(([, over], index) => [
      { action: 'did', ...over },
      { action: 'did', key: `good ${index}` },
    ]);
    const { results, cursor } = await services.logs.createMany(here, [...inputs, { action: 'did', key: 'good 0' }]);
    for (const [index, [, , code, field]] of bad.entries()) {
      // The unknown activity's key exists in the other workspace only.
      expect(results[2 * index]).toEqual({
        removed: false,
        error: { code, message: expect.any(String), field: `inputs[${2 * index}]${field}` },
      });
      expect(results[2 * index + 1]).toMatchObject({ outcome: 'RECORDED', activityLog: { action: 'did' } });
    }
    expect(results.at(-1)).toMatchObject({ outcome: 'DUPLICATE', activityLog: results[1]!.activityLog });
    const page = await services.logs.list(here, { atLeast: cursor, page: {} });
    expect(await page.totalCount()).toBe(bad.length);
  });

  it('takes a thousand at once and no more', async () => {
    const inputs = Array.from({ length: 1001 }, (): CreateActivityLogInput => ({ action: 'did' }));
    const many = services.logs.createMany(viewer, inputs);
    await expect(many).rejects.toMatchObject({ code: 'TOO_LARGE', field: 'inputs' });
    const { results } = await services.logs.createMany(viewer, inputs.slice(1));
    expect(results.every(({ outcome }) => outcome === 'RECORDED')).toBe(true);
    expect((await services.logs.createMany(viewer, [])).results).toEqual([]);
  });
});

describe('removing entries', () => {
  it('takes one out for good, and only from its own workspace', async () => {
    const { activityLog } = await services.logs.create(viewer, { action: 'did' });
    const id = activityLog!.id;
    const foreign = viewerOf(await services.workspace());
    const missing = { code: 'NOT_FOUND', field: 'id' };
    await expect(services.logs.remove(foreign, id)).rejects.toMatchObject(missing);
    expect(await services.logs.get(foreign, id)).toBeUndefined();
    expect(await services.logs.remove(viewer, id.toUpperCase())).toMatchObject({ deletedId: id });
    expect(await services.logs.get(viewer, id)).toBeUndefined();
    await expect(services.logs.remove(viewer, id)).rejects.toMatchObject(missing);
    await expect(services.logs.remove(viewer, 'x')).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'id' });
  });

  it('takes out at most a thousand of what matches', async () => {
    const here = viewerOf(await services.workspace());
    const drafts = Array.from({ length: 1005 }, (_, index) => entryDraft({ action: index < 1002 ? 'many' : 'few' }));
    await services.writer.appendMany(here.workspaceId, drafts);
    const first = await services.logs.removeMany(here, { actions: ['many'] });
    expect(first).toMatchObject({ deletedCount: 1000, hasMore: true });
    const second = await services.logs.removeMany(here, { actions: ['many'] });
    expect(second).toMatchObject({ deletedCount: 2, hasMore: false });
    const left = await services.logs.list(here, { atLeast: second.cursor, page: {} });
    expect(await left.totalCount()).toBe(3);
    expect(await services.logs.removeMany(here, { actions: [] })).toMatchObject({ deletedCount: 0, hasMore: false });
  });

  it.each([
    [{}],
    [{ search: ' ' }],
    [{ search: '!?' }],
    [{ omitActions: [] }],
    [{ actions: null, occurredAfter: new Date('0001-01-01') }],
    [{ occurredBefore: new Date('9999-01-01') }],
  ])('refuses a filter that constrains nothing: %j', async (filter) => {
    const removing = services.logs.removeMany(viewer, filter);
    await expect(removing).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'filter' });
  });
});

describe('filters of a caller', () => {
  it('finds people by id, email or name, all of one name, and nobody for nobody', async () => {
    const here = viewerOf(await services.workspace());
    const { results } = await services.userService.createMany(here, [
      { name: 'Ann Lee', email: 'ann@one.org' },
      { name: 'ann lee', email: 'ann@two.org' },
      { name: 'Bob' },
    ]);
    const [one, two, bob] = results.map(({ node }) => node!);
    const inputs = [
      { userId: one!.id },
      { userEmail: 'ANN@two.org' },
      { userId: bob!.id },
      { userEmail: 'who@ever.org' },
    ];
    await services.logs.createMany(
      here,
      inputs.map((input, index) => ({ action: `${index}`, ...input })),
    );
    const found = async (users: string[]) => {
      const page = await services.logs.list(here, { orderBy: 'RECORDED_ASC', filter: { users }, page: {} });
      return page.items.map(({ node }) => node.action).sort();
    };
    expect(await found([one!.id])).toEqual(['0']);
    expect(await found([two!.id.toUpperCase()])).toEqual(['1']);
    expect(await found(['ann@ONE.org'])).toEqual(['0']);
    expect(await found(['ANN LEE'])).toEqual(['0', '1']);
    expect(await found(['Ann Lee', 'Bob'])).toEqual(['0', '1', '2']);
    expect(await found(['who@ever.org'])).toEqual(['3']);
    expect(await found(['Nobody', newId()])).toEqual([]);
    expect(await found([])).toEqual([]);
  });

  it('finds activities and pathways by id, key or name', async () => {
    const here = viewerOf(await services.workspace());
    const { results } = await services.activityService.createMany(here, [
      { key: 'bike', name: 'Cycling' },
      { key: 'cycling', name: 'Spinning' },
    ]);
    const [bike, spin] = results.map(({ node }) => node!);
    const { node: other } = await services.pathwayService.create(here, { key: 'other', name: 'Other' });
    const pathwayId = other.id;
    const { node: tour } = await services.pathwayService.create(here, { key: 'tour', name: 'Grand Tour' });
    await services.pathwayService.create(here, { key: 'grand tour', name: 'Another' });
    await services.logs.createMany(here, [
      { action: 'bike', activityId: bike!.id },
      { action: 'ride', pathwayId: tour.id },
      { action: 'spin', activityId: spin!.id, pathwayId },
    ]);
    const found = async (filter: { activities?: string[]; pathways?: string[] }) => {
      const page = await services.logs.list(here, { filter, page: {} });
      return page.items.map(({ node }) => node.action).sort();
    };
    expect(await found({ activities: [bike!.id] })).toEqual(['bike']);
    expect(await found({ activities: ['cycling'] })).toEqual(['bike', 'spin']);
    expect(await found({ activities: ['spinning'] })).toEqual(['spin']);
    expect(await found({ activities: ['none'] })).toEqual([]);
    expect(await found({ pathways: [pathwayId.toUpperCase()] })).toEqual(['spin']);
    expect(await found({ pathways: ['a name'] })).toEqual([]);
    for (const name of [tour.id, 'tour', 'GRAND tour']) expect(await found({ pathways: [name] })).toEqual(['ride']);
    expect(await found({ pathways: ['Tour', pathwayId] })).toEqual(['spin']);
    expect(await found({ pathways: [] })).toEqual([]);
  });

  it('refuses lists and values beyond their limits', async () => {
    const page = {};
    const long = services.logs.list(viewer, { page, filter: { tags: Array.from({ length: 1001 }, (_, i) => `${i}`) } });
    await expect(long).rejects.toMatchObject({ code: 'TOO_LARGE', field: 'filter.tags' });
    const wide = services.logs.list(viewer, { page, filter: { tags: ['x', 'x'.repeat(1001)] } });
    await expect(wide).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'filter.tags[1]' });
    const noDate = services.logs.list(viewer, { page, filter: { occurredAfter: new Date('x') } });
    await expect(noDate).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'filter.occurredAfter' });
  });
});

describe('who may', () => {
  it('needs a scope for everything', async () => {
    const nobody = viewerOf(workspaceId, { scopes: ['pathway:read'] });
    const forbidden = { code: 'FORBIDDEN' };
    await expect(services.logs.list(nobody, { page: {} })).rejects.toMatchObject(forbidden);
    await expect(services.logs.get(nobody, newId())).rejects.toMatchObject(forbidden);
    await expect(services.logs.resolveFilter(nobody, {})).rejects.toMatchObject(forbidden);
    const reader = viewerOf(workspaceId, { scopes: ['activity_log:read'] });
    await expect(services.logs.create(reader, { action: 'x' })).rejects.toMatchObject(forbidden);
    await expect(services.logs.createMany(reader, [])).rejects.toMatchObject(forbidden);
    await expect(services.logs.remove(reader, newId())).rejects.toMatchObject(forbidden);
    await expect(services.logs.removeMany(reader, { actions: ['x'] })).rejects.toMatchObject(forbidden);
  });

  it('narrows :own to the user’s own entries, under every identity of theirs', async () => {
    const fresh = await services.workspace();
    const admin = viewerOf(fresh);
    const { node: ann } = await services.userService.create(admin, { name: 'Ann', email: 'ann@one.org' });
    const { node: bob } = await services.userService.create(admin, { name: 'Bob', email: 'bob@one.org' });
    const { results } = await services.logs.createMany(admin, [
      { action: 'a1', userId: ann.id },
      { action: 'a2', userEmail: 'ann@one.org' },
      { action: 'b1', userId: bob.id },
      { action: 'nobody' },
    ]);
    const [a1, a2, b1] = results.map(({ activityLog }) => activityLog!);
    const own = viewerOf(fresh, { userId: ann.id, scopes: ['activity_log:read:own', 'activity_log:write:own'] });
    const page = await services.logs.list(own, { orderBy: 'RECORDED_ASC', page: {} });
    expect(page.items.map(({ node }) => node.action)).toEqual(['a1', 'a2']);
    expect(await page.totalCount()).toBe(2);
    const asked = await services.logs.list(own, { filter: { users: ['Bob', 'Ann'], actions: ['a1', 'b1'] }, page: {} });
    expect(asked.items.map(({ node }) => node.action)).toEqual(['a1']);
    expect(await services.logs.get(own, b1!.id)).toBeUndefined();
    expect(await services.logs.get(own, a2!.id)).toMatchObject({ action: 'a2' });

    const forbidden = { code: 'FORBIDDEN' };
    await expect(services.logs.create(own, { action: 'x', userId: bob.id })).rejects.toMatchObject(forbidden);
    await expect(services.logs.create(own, { action: 'x', userEmail: 'bob@one.org' })).rejects.toMatchObject(forbidden);
    await expect(services.logs.create(own, { action: 'x', userEmail: 'Ann@one.org' })).resolves.toBeDefined();
    await expect(services.logs.remove(own, b1!.id)).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'id' });
    await expect(services.logs.remove(own, a1!.id)).resolves.toBeDefined();
    const removed = await services.logs.removeMany(own, { actions: ['a2', 'b1'] });
    expect(removed.deletedCount).toBe(1);
    expect(await services.logs.get(admin, b1!.id)).toBeDefined();

    const ownless = viewerOf(fresh, { scopes: ['activity_log:read:own'] });
    await expect(services.logs.list(ownless, { page: {} })).rejects.toMatchObject(forbidden);
  });
});
