import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/base/ids.js';
import { nativeIdentity } from '../../../src/model/identity.js';
import { startGateway } from '../../support/gateway.js';
import { addKey } from '../../support/people.js';
import { viewerOf } from '../../support/services.js';
import { curl } from '../curl.js';

const gateway = await startGateway();
afterAll(() => gateway.close());
// A machine's credential: it belongs to nobody.
const machine = gateway.people.admin!;
const url = `${gateway.url}/app/v1/activity-logs`;

interface Log {
  readonly activityLogId: string;
  readonly [field: string]: unknown;
}
interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it with matchers
  readonly json: any;
}
async function get(rest: string, headers: Record<string, string> = {}, authorization = machine): Promise<Answer> {
  const response = await fetch(`${url}${rest}`, { headers: { authorization, ...headers } });
  return { status: response.status, json: await response.json() };
}
const post = async (body: object, authorization = machine): Promise<Log> => {
  const response = await fetch(url, { method: 'POST', headers: { authorization }, body: JSON.stringify(body) });
  return (await response.json()) as Log;
};
const idsOf = (answer: Answer): string[] => answer.json.items.map(({ activityLogId }: Log) => activityLogId);

/** A list from its first page to its last. */
async function walk(
  query: string,
  headers: Record<string, string>,
  between?: () => Promise<unknown>,
): Promise<string[]> {
  const ids: string[] = [];
  for (let token: string | null = ''; token !== null; ) {
    const answer = await get(`?${query}${token && `&nextToken=${token}`}`, headers);
    expect(answer.status).toBe(200);
    ids.push(...idsOf(answer));
    token = answer.json.nextToken;
    await between?.();
  }
  return ids;
}

describe('a list', () => {
  const posted = Array.from({ length: 7 }, (_, n) => `log-${n}`);
  beforeAll(async () => {
    for (const activityLogId of posted) await post({ activityId: 'bike', userId: 'walker', activityLogId });
    await post({ activityId: 'bike', userId: 'somebody-else' });
  });
  const walker = { 'x-user-id': 'walker' };

  it('is of one user, the newest recorded first, or the oldest', async () => {
    expect(idsOf(await get('', walker))).toEqual([...posted].reverse());
    expect(idsOf(await get('?order=asc&sort=updatedAt', walker))).toEqual(posted);
    expect((await get('', walker)).json.nextToken).toBeNull();
    expect((await get('', { 'x-user-id': 'nobody-here' })).json).toEqual({ items: [], nextToken: null });
  });

  it('in pages neither skips nor doubles, while it grows', async () => {
    const more = () => post({ activityId: 'bike', userId: 'grower' });
    const grower = { 'x-user-id': 'grower' };
    const first = (await Promise.all(Array.from({ length: 11 }, more))).map(({ activityLogId }) => activityLogId);
    const grown = async (order: string) => idsOf(await get(`?limit=1000&order=${order}`, grower));
    const before = await grown('desc');
    expect(before).toHaveLength(first.length);
    expect(await walk('limit=3', grower, more)).toEqual(before);
    // What comes while the oldest are read first comes at the end.
    const walked = await walk('limit=3&order=asc', grower, more);
    expect((await grown('asc')).slice(0, walked.length)).toEqual(walked);
    expect(walked.length).toBeGreaterThan(before.length);
    expect(await walk('limit=7', walker)).toEqual([...posted].reverse());
    expect(await walk('limit=1', walker)).toEqual([...posted].reverse());
  });

  it('holds a nextToken to its limit, its order and its user', async () => {
    const { nextToken } = (await get('?limit=2', walker)).json;
    expect(idsOf(await get(`?limit=2&nextToken=${nextToken}`, walker))).toEqual(['log-4', 'log-3']);
    for (const [query, headers, field] of [
      ['limit=3', walker, 'limit'],
      ['', walker, 'limit'],
      ['limit=2&order=asc', walker, 'order'],
      ['limit=2', { 'x-user-id': 'grower' }, 'nextToken'],
      ['limit=2', { 'x-external-user-id': 'walker' }, 'nextToken'],
    ] as const) {
      const { status, json } = await get(`?${query}&nextToken=${nextToken}`, headers);
      expect([status, json.code, json.message]).toEqual([
        400,
        'validation/invalid_input',
        expect.stringContaining(field),
      ]);
    }
    const cut = Buffer.from(nextToken, 'base64url')
      .toString()
      .replace(/"epoch":\d+/, '"epoch":77');
    for (const token of [
      'x',
      '',
      'e30',
      nextToken.slice(0, -9),
      Buffer.from(cut).toString('base64url'),
      'A'.repeat(5000),
    ]) {
      const { status, json } = await get(`?limit=2&nextToken=${token}`, walker);
      expect([status, json.message]).toEqual([400, expect.stringContaining('nextToken')]);
    }
    const abroad = await get(`?limit=2&nextToken=${nextToken}`, walker, gateway.people.foreigner!);
    expect(abroad.status).toBe(400);
  });

  it.each(['limit=0', 'limit=-1', 'limit=1001', 'limit=x', 'order=up', 'sort=createdAt', 'limit=1&limit=1'])(
    'refuses ?%s in the shape of AWorld',
    async (query) => {
      const { status, json } = await get(`?${query}`, walker);
      expect(status).toBe(400);
      expect(json).toMatchObject({ code: 'validation/invalid_input', status: 400, path: '/app/v1/activity-logs' });
      expect(json.message).toContain(query.split('=')[0]);
    },
  );

  it('wants to know whose logs, once', async () => {
    expect(await get('')).toMatchObject({ status: 400, json: { message: expect.stringContaining('x-user-id') } });
    expect(await get('', { ...walker, 'x-external-user-id': 'e' })).toMatchObject({ status: 400 });
  });
});

describe('an item', () => {
  const native = JSON.stringify(
    JSON.parse(readFileSync(new URL('../../fixtures/aworld/listed.json', import.meta.url), 'utf8')),
  );

  it('by curl has the fields of the newer specification', async () => {
    const example = JSON.parse(native) as Record<string, unknown>;
    const { createdAt: _c, updatedAt: _u, ...body } = example;
    await post({ ...body, userId: 'curler', activityLogId: 'by-curl', more: { $where: 1 } });
    const { status, json } = await curl(
      `curl --location '${url}?limit=10' --header 'x-user-id: curler' --header 'Authorization: ${machine}'`,
    );
    expect(status).toBe(200);
    const at = expect.stringMatching(/^\d{4}-.*Z$/);
    const item = { ...example, userId: 'curler', activityLogId: 'by-curl', createdAt: at, updatedAt: at };
    expect(json).toEqual({ items: [{ ...item, more: { $where: 1 } }], nextToken: null });
  });

  it('says what the server filled in, and not what nobody said', async () => {
    const { activityLogId } = await post({ activityId: 'a', userId: 'silent' });
    const { json } = await get('', { 'x-user-id': 'silent' });
    expect(json.items).toEqual([
      {
        activityId: 'a',
        userId: 'silent',
        activityLogId,
        value: 1,
        ...Object.fromEntries(['completedAt', 'createdAt', 'updatedAt'].map((name) => [name, expect.any(String)])),
      },
    ]);
  });

  it('that a connection brought comes back byte for byte, for the user of that connection', async () => {
    const brought = native.replace('"userId":"string"', '"userId":"brought"').replace('"value":1', '"value":1.50');
    await gateway.gateway.log.recorder.append(gateway.home.id, {
      kind: 'entry',
      id: newId(),
      nativeKey: 'brought',
      entry: {
        source: 'AWORLD',
        connectionId: 'aworld-1',
        nativeId: 'string',
        action: 'performed',
        actionClass: 'COMPLETED',
        occurredAtMicros: 0,
        actor: { kind: 'USER', nativeId: 'brought', key: nativeIdentity('AWORLD', 'aworld-1', 'brought') },
        object: { type: 'activity', id: 'FUMzPf00hz_kcj2R2Hlzq' },
        tags: [],
        native: brought,
      },
    });
    const response = await fetch(url, { headers: { authorization: machine, 'x-user-id': 'brought' } });
    expect(await response.text()).toBe(`{"items":[${brought}],"nextToken":null}`);
  });

  it('is of any system, where it names a user and an activity', async () => {
    await gateway.data(
      'mutation { createActivity(input: { key: "plant", name: "Plant a tree", sourceIds: [{ source: AWORLD, id: "plant-at-aworld" }] }) { cursor } }',
    );
    const create = (fields: string) =>
      gateway.data<{ createActivityLog: { activityLog: { id: string } } }, object>(
        `mutation ($id: ObjectID) { createActivityLog(input: { userId: $id, ${fields} }) { activityLog { id } } }`,
        { id: gateway.users.bob },
      );
    const { createActivityLog } = await create(
      'action: "planted", activityKey: "plant", outcome: FAILURE, value: 2.5, tags: ["t"], additionalData: {x: 1}, occurredAt: "2020-01-02T03:04:05.006Z"',
    );
    await create('action: "did-nothing-in-particular"');
    await create('action: "planted", activityKey: "plant"');
    const expected = {
      activityLogId: createActivityLog.activityLog.id,
      activityId: 'plant-at-aworld',
      userId: gateway.users.bob,
      outcome: 'FAILURE',
      value: 2.5,
      tags: ['t'],
      additionalData: { x: 1 },
      completedAt: '2020-01-02T03:04:05.006Z',
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    };
    const bob = { 'x-user-id': gateway.users.bob };
    const [little, all, ...more] = (await get('', bob)).json.items;
    expect([all, more]).toEqual([expected, []]);
    expect(Object.keys(little).sort()).toEqual([
      'activityId',
      'activityLogId',
      'completedAt',
      'createdAt',
      'updatedAt',
      'userId',
    ]);
    const { items, nextToken } = (await get('?limit=1', bob)).json;
    expect(items).toEqual([little]);
    expect((await get(`?limit=1&nextToken=${nextToken}`, bob)).json).toEqual({ items: [expected], nextToken: null });
  });
});

describe('whose logs they are', () => {
  it("a user's own credential says by itself, whatever its headers say", async () => {
    const own = await post({ activityId: 'a', userId: gateway.users.alice }, gateway.people.alice);
    for (const headers of [{}, { 'x-user-id': gateway.users.bob }, { 'x-user-id': 'a', 'x-external-user-id': 'b' }]) {
      const answer = await get('', headers as Record<string, string>, gateway.people.alice);
      expect(answer.json).toMatchObject({ items: [{ activityLogId: own.activityLogId }], nextToken: null });
    }
    const key = await addKey(gateway.store, gateway.home.id, ['activity_log:read'], gateway.users.alice);
    expect(idsOf(await get('', {}, key))).toEqual([own.activityLogId]);
  });

  it('an external id is told from the same id of AWorld', async () => {
    const headers = { authorization: machine, 'x-external-user-id': 'twin' };
    const response = await fetch(url, { method: 'POST', headers, body: '{"activityId":"a"}' });
    const external = (await response.json()) as Log;
    const inner = await post({ activityId: 'a', userId: 'twin' });
    expect(idsOf(await get('', { 'x-user-id': 'twin' }))).toEqual([inner.activityLogId]);
    expect(idsOf(await get('', { 'x-external-user-id': 'twin' }))).toEqual([external.activityLogId]);
  });

  it("a user's ids find everything of that user", async () => {
    const identities = ['n:AWORLD:facade:known-a', 'n:AWORLD:facade:known-b'];
    const { node } = await gateway.gateway.services.users.create(viewerOf(gateway.home.id), { name: 'K', identities });
    const a = await post({ activityId: 'a', userId: 'known-a' });
    const b = await post({ activityId: 'a', userId: 'known-b' });
    for (const id of ['known-a', 'known-b', node.id, node.id.toUpperCase()]) {
      expect(idsOf(await get('', { 'x-user-id': id }))).toEqual([b.activityLogId, a.activityLogId]);
    }
  });

  it('is nobody’s business without the scope, or from another workspace', async () => {
    const headers = { 'x-user-id': 'walker' };
    expect(await get('', headers, gateway.people.writer)).toMatchObject({
      status: 403,
      json: { code: 'auth/insufficient_permissions' },
    });
    expect(await get('', headers, 'Bearer agw_nobody')).toMatchObject({
      status: 401,
      json: { code: 'auth/invalid_token' },
    });
    expect((await get('', headers, gateway.people.foreigner)).json.items).toEqual([]);
  });
});

describe('GET /activity-logs/{activityId}', () => {
  it('answers the definition that the id names, in AWorld’s words', async () => {
    const { createActivity } = await gateway.data<
      { createActivity: { activity: { id: string; createdAt: string } } },
      object
    >(
      'mutation { createActivity(input: { key: "swim", name: "Swim", sourceIds: [{ source: AWORLD, id: "swim-at-aworld" }] }) { activity { id createdAt } } }',
    );
    for (const id of ['swim-at-aworld', 'swim', createActivity.activity.id]) {
      const { status, json } = await get(`/${id}`);
      expect(status).toBe(200);
      expect(json).toEqual({
        activityId: id,
        name: 'Swim',
        origin: 'CUSTOM',
        syncWithCatalog: false,
        defaultLang: 'en',
        langs: ['en'],
        accountId: expect.stringMatching(/^[\w-]{10}$/),
        workspaceId: expect.stringMatching(/^[\w-]{10}$/),
        sourceRegion: 'eu-west-1',
        createdAt: createActivity.activity.createdAt,
        updatedAt: createActivity.activity.createdAt,
      });
    }
  });

  it('knows of an id that only logs name as much as they say, and of no other', async () => {
    const { createdAt } = await post({ activityId: '-only_in:logs', userId: 'u' });
    expect(await get('/-only_in:logs')).toMatchObject({ status: 200, json: { name: '-only_in:logs', createdAt } });
    for (const id of ['unheard-of', '%24ne', '%ED%A0%80', 'x'.repeat(300)]) {
      expect(await get(`/${id}`)).toMatchObject({ status: id.startsWith('%ED') ? 400 : 404 });
    }
    expect((await get('/swim', {}, gateway.people.foreigner)).json.code).toBe('resource/not_found');
    expect((await get('/swim', {}, gateway.people.writer)).status).toBe(403);
  });
});
