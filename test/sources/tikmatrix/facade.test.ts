import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway } from '../../support/gateway.js';
import { addKey } from '../../support/people.js';
import { viewerOf } from '../../support/services.js';
import { caller, path, row } from './support.js';

const gateway = await startGateway();
afterAll(() => gateway.close());
const admin = caller(gateway);

beforeEach(async () => {
  await admin('DELETE', '/all');
});

const post = async (over: object = {}): Promise<number> => (await admin('POST', '', row(over))).json.data.id;
const list = async (query = '') => (await admin('GET', query)).json.data as Record<string, unknown>[];
const ids = async (query = '') => (await list(query)).map(({ id }) => id);

const logs = /* GraphQL */ `{ activityLogs(first: 5, orderBy: RECORDED_DESC) { nodes {
  source action actionClass summary platform serial occurredAt outcome object { type id } actor { kind username } nativeId native
} } }`;
interface Logs {
  readonly activityLogs: { readonly nodes: readonly Record<string, unknown>[] };
}

describe('a row that is posted', () => {
  it('is an entry of TikMatrix to everybody else', async () => {
    const native = `{ "platform": "tiktok", "serial":"R58N", "action_type":"follow", "action_detail":"Followed @a",
      "username":"u", "timestamp": 1707725000, "__proto__": {"x": 1}, "$where": "y", "a.b": [1.50], "emoji": "🚲" }`;
    const { status, json } = await admin('POST', '', native);
    expect(status).toBe(200);
    const { activityLogs } = await gateway.data<Logs, object>(logs);
    expect(activityLogs.nodes[0]).toMatchObject({
      source: 'TIKMATRIX',
      action: 'follow',
      actionClass: 'SOCIAL',
      summary: 'Followed @a',
      platform: 'tiktok',
      serial: 'R58N',
      occurredAt: '2024-02-12T08:03:20.000Z',
      outcome: null,
      object: { type: 'device', id: 'R58N' },
      actor: { kind: 'DEVICE_ACCOUNT', username: 'u' },
      nativeId: null,
    });
    const said = JSON.stringify(JSON.parse(native));
    expect(JSON.stringify(activityLogs.nodes[0]!.native)).toBe(said);
    const [shown] = await list();
    expect(JSON.stringify(shown)).toBe(said.replace('{', `{"id":${json.data.id},`));
  });

  it('happens now where it says no time, and names nobody where it says no name', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { json } = await admin('POST', '', { platform: 'p', serial: 's', action_type: 'a', timestamp: null });
    const [shown] = await list();
    expect(shown).toEqual({
      id: json.data.id,
      platform: 'p',
      serial: 's',
      action_type: 'a',
      timestamp: expect.any(Number),
    });
    expect(shown!.timestamp).toBeGreaterThanOrEqual(before);
    expect(shown!.timestamp).toBeLessThanOrEqual(Math.floor(Date.now() / 1000));
  });

  it('has a number of our log, whatever it says', async () => {
    const id = await post({ id: 7_000_000 });
    expect(await ids()).toEqual([id]);
    expect(id).toBeLessThan(7_000_000);
  });

  it('is never taken for a repeat', async () => {
    const first = await post();
    const second = await post();
    expect(await ids()).toEqual([second, first]);
  });

  it.each<[string, string, unknown]>([
    ['platform', 'is required', row({ platform: undefined })],
    ['serial', 'is required', row({ serial: undefined })],
    ['action_type', 'is required', row({ action_type: undefined })],
    ['platform', 'must not be empty', row({ platform: ' ' })],
    ['serial', 'must be a string', row({ serial: 5 })],
    ['action_type', 'at most 200', row({ action_type: 'x'.repeat(201) })],
    ['action_detail', 'at most 10000', row({ action_detail: 'x'.repeat(10_001) })],
    ['timestamp', 'milliseconds', row({ timestamp: 1707725000123 })],
    ['timestamp', 'whole number', row({ timestamp: 1707725000.5 })],
    ['timestamp', 'whole number', row({ timestamp: -1 })],
    ['timestamp', 'whole number', row({ timestamp: '1707725000' })],
    ['body', 'not JSON', '{platform: "tiktok", ...}'],
    ['body', 'JSON object', '[]'],
    ['body', 'empty', ''],
    ['body', 'surrogate', '{"platform":"\\ud800"}'],
  ])('is refused with 40001: %s %s', async (field, why, body) => {
    const { status, json } = await admin('POST', '', body);
    expect(status).toBe(400);
    expect(json).toEqual({ code: 40001, message: expect.stringContaining(why), data: null });
    expect(json.message.toLowerCase()).toContain(field);
    expect(await list()).toEqual([]);
  });

  it('is refused where it is too large or too deep', async () => {
    const large = await admin('POST', '', row({ more: 'x'.repeat(256 * 1024) }));
    expect([large.status, large.json.code]).toEqual([413, 41301]);
    const deep = await admin(
      'POST',
      '',
      `${JSON.stringify(row()).slice(0, -1)},"d":${'['.repeat(40)}${']'.repeat(40)}}`,
    );
    expect([deep.status, deep.json.code]).toEqual([413, 41301]);
    expect(await list()).toEqual([]);
  });
});

describe('the list', () => {
  it('is of the newest numbers first, by limit and offset, 100 where nothing is said', async () => {
    const posted = await Promise.all(Array.from({ length: 105 }, (_, n) => post({ timestamp: 1_700_000_000 - n })));
    const newest = posted.sort((a, b) => b - a);
    expect(await ids()).toEqual(newest.slice(0, 100));
    expect(await ids('?limit=1000')).toEqual(newest);
    expect(await ids('?limit=7&offset=101')).toEqual(newest.slice(101));
    expect(await ids('?offset=200')).toEqual([]);
    expect(await ids('?offset=9007199254740991&limit=1000')).toEqual([]);
  });

  it('is filtered exactly, and counted alike', async () => {
    await post({ platform: 'Tiktok' });
    const two = await post({ serial: 'a b&c' });
    await post({ action_type: 'follow' });
    for (const query of ['?platform=tiktok&serial=a%20b%26c', '?serial=a+b%26c&action_type=post']) {
      expect(await ids(query)).toEqual([two]);
      expect((await admin('GET', `/count${query}`)).json.data).toEqual({ count: 1 });
    }
    expect((await admin('GET', '/count?platform=tiktok')).json.data).toEqual({ count: 2 });
    expect(await ids('?platform=')).toEqual([]);
    expect(await ids('?platform=$ne')).toEqual([]);
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=ten',
    'limit=',
    'limit=1.5',
    'limit=1&limit=2',
    'offset=-1',
    'offset=x',
    'offset=99999999999999999999',
  ])('refuses ?%s with 40001', async (query) => {
    const { status, json } = await admin('GET', `?${query}`);
    expect([status, json.code, json.data]).toEqual([400, 40001, null]);
    expect(json.message).toContain(query.split('=')[0]);
  });

  it('shows rows of TikMatrix alone', async () => {
    await gateway.data(
      'mutation { createActivityLog(input: { action: "post", platform: "tiktok", serial: "R58N" }) { cursor } }',
    );
    expect(await list()).toEqual([]);
  });
});

describe('a removal', () => {
  it('takes one row, and no entry of another system', async () => {
    const [first, second] = [await post(), await post()];
    expect(await admin('DELETE', `/${first}`)).toMatchObject({
      status: 200,
      json: { data: { deleted: true, id: first } },
    });
    expect(await ids()).toEqual([second]);
    await gateway.data('mutation { createActivityLog(input: { action: "x" }) { cursor } }');
    const next = await post();
    const other = await admin('DELETE', `/${next - 1}`);
    expect([other.status, other.json.code]).toEqual([404, 40401]);
    for (const id of ['abc', '-1', '1.5', '99999999999999999999']) {
      const { status, json } = await admin('DELETE', `/${id}`);
      expect([status, json.code]).toEqual([400, 40001]);
    }
  });

  it('of all rows, where there are none, is recorded nowhere', async () => {
    const seqOf = async () => (await gateway.gateway.log.states.read(gateway.home.id))!;
    const before = await seqOf();
    for (let n = 0; n < 3; n++) expect((await admin('DELETE', '/all')).json.data.deleted).toBe(true);
    expect(await seqOf()).toMatchObject({ seq: before.seq, erasures: before.erasures });
  });

  it('of all rows is of TikMatrix alone, seen at once, and for good', async () => {
    await gateway.data('mutation { createActivityLog(input: { action: "kept" }) { cursor } }');
    await post();
    await admin('DELETE', '/all');
    expect(await list()).toEqual([]);
    const { activityLogs } = await gateway.data<Logs, object>(logs);
    expect(activityLogs.nodes.map(({ action }) => action)).toContain('kept');
    expect(activityLogs.nodes.map(({ source }) => source)).not.toContain('TIKMATRIX');
    const after = await post();
    expect(await ids()).toEqual([after]);
    await gateway.gateway.log.removal.sweepSources(gateway.home.id);
    expect(await ids()).toEqual([after]);
  });
});

describe('who may', () => {
  it.each<[keyof typeof gateway.people, number, number]>([
    ['nobody', 401, 40101],
    ['wrong', 401, 40101],
    ['powerless', 403, 40302],
  ])('%s may nothing', async (as, status, code) => {
    const call = caller(gateway, gateway.people[as] ?? '');
    for (const [method, rest, body] of [
      ['GET', ''],
      ['GET', '/count'],
      ['POST', '', row()],
      ['DELETE', '/1'],
      ['DELETE', '/all'],
    ] as const) {
      const answer = await call(method, rest, body);
      expect([answer.status, answer.json.code, answer.json.data]).toEqual([status, code, null]);
    }
  });

  it('who only reads is refused a write and a removal; who only writes, a reading', async () => {
    const id = await post();
    const reader = caller(gateway, gateway.people.reader);
    expect((await reader('GET')).json.data).toHaveLength(1);
    expect((await reader('POST', '', row())).status).toBe(403);
    expect((await reader('DELETE', `/${id}`)).status).toBe(403);
    expect((await reader('DELETE', '/all')).status).toBe(403);
    const writer = caller(gateway, gateway.people.writer);
    expect((await writer('GET')).status).toBe(403);
    expect((await writer('DELETE', `/${id}`)).status).toBe(200);
  });

  it('`:own` is for the rows of the accounts that are the user', async () => {
    const identities = ['n:TIKMATRIX:facade:cleo'];
    const { node } = await gateway.gateway.services.users.create(viewerOf(gateway.home.id), {
      name: 'Cleo',
      identities,
    });
    const scopes = ['activity_log:read:own', 'activity_log:write:own'] as const;
    const cleo = caller(gateway, await addKey(gateway.store, gateway.home.id, scopes, node.id));
    const others = await post();
    expect((await cleo('POST', '', row())).status).toBe(403);
    expect((await cleo('POST', '', row({ username: undefined }))).status).toBe(403);
    const { json } = await cleo('POST', '', row({ username: 'cleo' }));
    expect((await cleo('GET')).json.data).toMatchObject([{ id: json.data.id, username: 'cleo' }]);
    expect((await cleo('GET', '/count')).json.data).toEqual({ count: 1 });
    expect((await cleo('DELETE', `/${others}`)).status).toBe(404);
    expect((await cleo('DELETE', '/all')).status).toBe(403);
    expect((await cleo('DELETE', `/${json.data.id}`)).status).toBe(200);
    expect(await ids()).toEqual([others]);
  });

  it('another workspace has rows of its own', async () => {
    await post();
    expect((await caller(gateway, gateway.people.foreigner)('GET')).json.data).toEqual([]);
  });
});

it('what lies beside does not exist, in the words of TikMatrix', async () => {
  for (const [method, other] of [
    ['GET', '/api/v1/task'],
    ['PUT', path],
    ['POST', `${path}/1`],
  ] as const) {
    const response = await fetch(`${gateway.url}${other}`, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ code: 40401, message: expect.stringContaining(other), data: null });
  }
});
