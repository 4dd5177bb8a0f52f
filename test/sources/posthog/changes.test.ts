import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Id, newId } from '../../../src/base/ids.js';
import { isoOf } from '../../../src/base/instants.js';
import { nativeIdentity } from '../../../src/model/identity.js';
import type { Scope } from '../../../src/model/scopes.js';
import { addCredential, addWorkspace } from '../../auth/support.js';
import { startGateway } from '../../support/gateway.js';
import { arriveAt, connection, row } from './support.js';

const gateway = await startGateway();
afterAll(() => gateway.close());
const { store } = gateway;
const { log, services } = gateway.gateway;

let workspaceId: Id;
let one: Id;
let key: string;
beforeEach(async () => {
  const workspace = await addWorkspace(store, `changes-${newId()}`);
  workspaceId = workspace.id;
  await log.feeds.open(workspaceId);
  const setup = { workspaceId, credentialId: newId(), owner: 'client:setup', scopes: new Set(['*' as const]) };
  const { node } = await services.users.create(setup, {
    name: 'One',
    email: 'one@example.com',
    identities: [nativeIdentity('POSTHOG', connection, '1')],
  });
  one = node.id;
  key = (await addCredential(store, workspaceId, { kind: 'API_KEY', scopes: ['*'], userId: one })).secret;
});

const base = Date.parse('2025-05-05T10:00:00Z') * 1000;
let micros = base;
/** What somebody did with an item; each a second after the one before. */
const did = (user: number | null, activity: string, scope: string, item: number | null, atMicros?: number): string => {
  micros = atMicros ?? micros + 1_000_000;
  return row({
    user: user === null ? null : { id: user, uuid: newId(), first_name: `U${user}`, email: `u${user}@example.com` },
    activity,
    scope,
    item_id: item === null ? null : String(item),
    created_at: isoOf(micros),
  });
};
beforeEach(() => {
  micros = base;
});
const arrive = (natives: readonly string[]) => arriveAt(log.recorder, workspaceId, natives);

async function call(path: string, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${key}`, ...(init.headers as object) };
  const response = await fetch(`${gateway.url}/api/projects/@current/activity_log/${path}`, { ...init, headers });
  const text = await response.text();
  return { status: response.status, text, json: text === '' ? undefined : JSON.parse(text) };
}
const changes = async (query = ''): Promise<Record<string, unknown>[]> =>
  (await call(`important_changes/${query}`)).json.results;
const told = (rows: readonly Record<string, unknown>[]) => rows.map(({ scope, item_id }) => `${scope} ${item_id}`);
const mark = (body: string | URLSearchParams) => call('bookmark_activity_notification/', { method: 'POST', body });

/** Eleven insights, two flags and a notebook of user 1; users 2 and 3 change seven insights, both flags, and the notebook ten times. */
const example = (): string[] => [
  ...Array.from({ length: 11 }, (_, n) => did(1, 'created', 'Insight', n)),
  ...[20, 21].map((item) => did(1, 'created', 'FeatureFlag', item)),
  did(1, 'created', 'Notebook', 30),
  ...Array.from({ length: 7 }, (_, n) => did(2, 'updated', 'Insight', n)),
  ...[20, 21].map((item) => did(3, 'updated', 'FeatureFlag', item)),
  ...Array.from({ length: 10 }, (_, n) => did(2 + (n % 2), 'updated', 'Notebook', 30, base + 300_000_000 + n)),
];

describe('important changes', () => {
  it("are those of PostHog's own example: ten of them, and two after the third was bookmarked", async () => {
    await arrive(example());
    const { status, json } = await call('important_changes/');
    expect(status).toBe(200);
    expect(json.last_read).toBeNull();
    expect(told(json.results)).toEqual([
      'Notebook 30',
      'FeatureFlag 21',
      'FeatureFlag 20',
      ...Array.from({ length: 7 }, (_, n) => `Insight ${6 - n}`),
    ]);
    expect(json.results.every(({ unread }: { unread: boolean }) => unread)).toBe(true);
    const third = json.results[2].created_at;
    expect((await mark(JSON.stringify({ bookmark: third }))).status).toBe(204);
    expect(told(await changes('?unread=true'))).toEqual(['Notebook 30', 'FeatureFlag 21']);
    const after = await call('important_changes/');
    expect(Date.parse(after.json.last_read)).toBe(Date.parse(third));
    expect(after.json.results.map(({ unread }: { unread: boolean }) => unread)).toEqual(
      Array.from({ length: 10 }, (_, n) => n < 2),
    );
    expect(told(await changes('?unread=false'))).toHaveLength(10);
  });

  it('are of others, of nobody too, on what I created, or changed before and they changed in an important way', async () => {
    await arrive([
      did(1, 'created', 'Insight', 1),
      did(2, 'created', 'Insight', 2),
      did(1, 'updated', 'Insight', 2),
      did(1, 'viewed', 'Insight', 3),
      did(2, 'viewed', 'Insight', 1),
      did(null, 'updated', 'Insight', 1),
      did(1, 'updated', 'Insight', 1),
      did(2, 'viewed', 'Insight', 2),
      did(2, 'sharing enabled', 'Insight', 2),
      did(2, 'commented', 'Insight', 2),
      did(2, 'exported for opengraph image', 'Insight', 2),
      did(2, 'updated', 'Insight', 3),
      did(2, 'updated', 'Insight', 4),
      did(2, 'updated', 'FeatureFlag', 1),
      did(1, 'created', 'Dashboard', 5),
      did(2, 'updated', 'Dashboard', 5),
      did(1, 'created', 'Insight', null),
      did(2, 'updated', 'Insight', null),
    ]);
    const found = await changes();
    expect(found.map(({ activity, item_id }) => `${activity} ${item_id}`)).toEqual([
      'commented 2',
      'sharing enabled 2',
      'updated 1',
      'viewed 1',
    ]);
    expect(found.at(-2)).toMatchObject({ user: null });
  });

  it('of a notebook are the newest of each five minutes by the clock, action and item; of others each', async () => {
    const minute = 60_000_000;
    await arrive([
      did(1, 'created', 'Notebook', 1, base),
      did(1, 'created', 'Notebook', 2, base),
      did(1, 'created', 'Insight', 3, base),
      did(2, 'updated', 'Notebook', 1, base + 4 * minute),
      did(2, 'updated', 'Notebook', 1, base + 5 * minute - 1),
      did(3, 'updated', 'Notebook', 1, base + 5 * minute),
      did(2, 'commented', 'Notebook', 1, base + 6 * minute),
      did(2, 'updated', 'Notebook', 2, base + 7 * minute),
      did(2, 'updated', 'Notebook', 1, base + 8 * minute),
      did(2, 'updated', 'Insight', 3, base + 9 * minute),
      did(2, 'updated', 'Insight', 3, base + 9 * minute + 1),
    ]);
    const found = await changes();
    expect(found.map(({ activity, item_id, created_at }) => [activity, item_id, created_at])).toEqual(
      [
        ['updated', '3', base + 9 * minute + 1],
        ['updated', '3', base + 9 * minute],
        ['updated', '1', base + 8 * minute],
        ['updated', '2', base + 7 * minute],
        ['commented', '1', base + 6 * minute],
        ['updated', '1', base + 5 * minute - 1],
      ].map(([activity, item, at]) => [activity, item, isoOf(at as number)]),
    );
  });

  it('are the newest ten though a notebook was saved a thousand times, and I have hundreds of items', async () => {
    await arrive([
      ...Array.from({ length: 450 }, (_, n) => did(1, 'created', 'Insight', n)),
      did(1, 'created', 'Notebook', 1000),
      ...Array.from({ length: 12 }, (_, n) => did(2, 'updated', 'Insight', (11 - n) * 37)),
      ...Array.from({ length: 1000 }, (_, n) => did(2, 'updated', 'Notebook', 1000, base + 600_000_000 + n * 1000)),
    ]);
    expect(told(await changes())).toEqual([
      'Notebook 1000',
      ...Array.from({ length: 9 }, (_, n) => `Insight ${n * 37}`),
    ]);
  });

  it('compare what is unread by milliseconds, as browsers send them', async () => {
    await arrive([did(1, 'created', 'Insight', 1), did(2, 'updated', 'Insight', 1, base + 5_123_456)]);
    const at = (ms: number) => mark(JSON.stringify({ bookmark: new Date(base / 1000 + ms).toISOString() }));
    await at(5_122);
    expect(await changes('?unread=true')).toMatchObject([{ unread: true }]);
    await at(5_123);
    expect(await changes('?unread=true')).toEqual([]);
    expect(await changes()).toMatchObject([{ unread: false }]);
    await at(5_000);
    expect(await changes('?unread=true')).toMatchObject([{ unread: true }]);
  });

  it('are rows of PostHog as they came, but for what is unread', async () => {
    const changed = did(2, 'updated', 'Insight', 1).replace('"detail":null', '"detail": {"n": 1.50, "$x":1e2}');
    await arrive([did(1, 'created', 'Insight', 1, base), changed]);
    expect((await call('important_changes')).text).toContain(changed.replace('"unread":false', '"unread":true'));
  });
});

describe('a bookmark', () => {
  const set = async (): Promise<string | null> => (await call('important_changes/')).json.last_read;

  it.each([
    [
      'JSON of a row',
      '{"activity":"string","scope":"string","created_at":"2019-08-24T14:15:22Z"}',
      '2019-08-24T14:15:22.000Z',
    ],
    ['form fields', 'activity=string&created_at=2019-08-24T14%3A15%3A22.123456Z', '2019-08-24T14:15:22.123Z'],
    [
      'form fields as the page sends them',
      'user=undefined,&created_at=2019-08-24T14:15:22+00:00,&scope=string',
      '2019-08-24T14:15:22.000Z',
    ],
    ['form fields without a time', 'user=undefined,&activity=string,&scope=string', undefined],
    ['a row whose time is null', '{"scope":"Insight","created_at":null}', undefined],
  ])('of %s is its time or now, answered by 200 without a body', async (_name, body, at) => {
    const before = Date.now();
    expect(await mark(body)).toMatchObject({ status: 200, text: '' });
    const [from, to] = at === undefined ? [before, Date.now()] : [Date.parse(at), Date.parse(at)];
    const ms = Date.parse((await set())!);
    expect(ms).toBeGreaterThanOrEqual(from);
    expect(ms).toBeLessThanOrEqual(to);
  });

  it('of the form that PostHog takes is answered by 204, and may go back', async () => {
    for (const at of ['2026-01-01T00:00:00.000Z', '2020-01-01T00:00:00.001Z']) {
      expect(await mark(JSON.stringify({ bookmark: at }))).toMatchObject({ status: 204, text: '' });
      expect(await set()).toBe(at);
    }
    expect((await mark(new URLSearchParams({ bookmark: '2021-01-01T00:00:00Z' }))).status).toBe(204);
  });

  it.each([
    ['', 'bookmark', 'must provide a bookmark date'],
    ['{}', 'bookmark', 'must provide a bookmark date'],
    ['{"bookmark":""}', 'bookmark', 'must provide a bookmark date'],
    ['{"bookmark":"soon"}', 'bookmark', /ISO 8601/],
    ['{"bookmark":7}', 'bookmark', /ISO 8601/],
    ['created_at=yesterday', 'created_at', /ISO 8601/],
    ['{"bookmark"', 'body', /neither/],
    ['{"bookmark":"2090-01-01T00:00:00Z"}', 'bookmark', /^A bookmark must not lie in the future/],
    ['{"created_at":"2090-01-01T00:00:00Z"}', 'created_at', /^A bookmark must not lie in the future/],
    ['created_at=1690-01-01T00:00:00Z', 'created_at', /1700/],
  ])('of %j is refused', async (body, attr, detail) => {
    expect(await mark(body)).toMatchObject({
      status: 400,
      json: { type: 'validation_error', code: 'invalid_input', attr, detail: expect.stringMatching(detail) },
    });
    expect(await set()).toBeNull();
  });

  it('needs a key of a user, with the scope', async () => {
    const attempt = async (options: { scopes: Scope[]; userId?: Id }, detail: RegExp) => {
      key = (await addCredential(store, workspaceId, { kind: 'API_KEY', ...options })).secret;
      for (const answer of [await mark('scope=x'), await call('important_changes/')]) {
        expect(answer).toMatchObject({
          status: 403,
          json: { code: 'permission_denied', detail: expect.stringMatching(detail) },
        });
      }
    };
    await attempt({ scopes: ['*'] }, /belong to a user/);
    await attempt({ scopes: ['activity_log:read'], userId: one }, /missing required scope 'notification:(read|write)'/);
  });
});
