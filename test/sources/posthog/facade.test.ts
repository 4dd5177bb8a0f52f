import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidOf } from '../../../src/sources/posthog/uuid.js';
import { startGateway } from '../../support/gateway.js';
import { addKey } from '../../support/people.js';
import { arrive, caller, live, row } from './support.js';

const gateway = await startGateway();
afterAll(() => gateway.close());
const get = caller(gateway);
const log = '/@current/activity_log/';
const list = async (query = ''): Promise<Record<string, unknown>[]> => (await get(`${log}?${query}`)).json;

let ours: string;
beforeAll(async () => {
  await arrive(gateway, live);
  const { createActivityLog } = await gateway.data<{ createActivityLog: { activityLog: { id: string } } }, object>(
    `mutation ($userId: ObjectID) { createActivityLog(input: {
      action: "finished", occurredAt: "2030-03-04T05:06:07.890Z", userId: $userId, summary: "Done",
      object: { type: "course", id: "c-1", name: "Safety" }, outcome: SUCCESS, value: 2.5, progress: { percent: 100 },
      tags: ["a"], additionalData: { score: 9 }, platform: "web"
    }) { activityLog { id } } }`,
    { userId: gateway.users.alice },
  );
  ours = createActivityLog.activityLog.id;
});

describe('the list', () => {
  it('is the documented array, the newest first, with each row of PostHog exactly as it came', async () => {
    const { status, text, json } = await get(log);
    expect(status).toBe(200);
    for (const native of live) expect(text).toContain(native);
    expect(json).toHaveLength(live.length + 1);
    const times = json.map(({ created_at }: { created_at: string }) => Date.parse(created_at));
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  it('tells an entry of another system in the same shape, under a UUID that is always the same', async () => {
    const [entry] = await list('scope=course');
    expect(entry).toEqual({
      id: uuidOf('log', ours),
      user: {
        id: expect.any(Number),
        uuid: uuidOf('usr', gateway.users.alice),
        distinct_id: gateway.users.alice,
        first_name: 'Alice',
        last_name: 'Miller',
        email: 'alice@example.com',
        is_email_verified: null,
        hedgehog_config: null,
      },
      unread: false,
      organization_id: uuidOf('org', gateway.home.id),
      was_impersonated: null,
      is_system: false,
      activity: 'finished',
      item_id: 'c-1',
      scope: 'course',
      detail: {
        name: 'Safety',
        short_id: null,
        type: null,
        changes: null,
        trigger: null,
        context: {
          source: 'GATEWAY',
          actor: { kind: 'USER' },
          summary: 'Done',
          outcome: 'SUCCESS',
          value: 2.5,
          progress: { percent: 100 },
          tags: ['a'],
          platform: 'web',
          additional_data: { score: 9 },
        },
      },
      created_at: '2030-03-04T05:06:07.890Z',
    });
    expect(entry!.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it.each([
    ['scope=Insight', ['4101', 'None']],
    ['scopes=FeatureFlag,Person', ['018e1e2f-9999-0000-5a1c-2f6d7b8e9a04', '311']],
    ['scope=Insight&scopes=FeatureFlag,Insight&item_id=4101', ['4101']],
    ['scope=Insight&scopes=FeatureFlag', []],
    ['item_id=None', ['None']],
    ['user=1001', ['018e2f5a-aad7-0000-7d3b-4e1f3b6c1a02', '4101']],
    ['user=1001&scope=Insight', ['4101']],
    ['user=77', []],
    ['scope=insight', []],
  ])('is narrowed by %s', async (query, items) => {
    const found = await list(query);
    expect(found.map(({ item_id }) => item_id).sort()).toEqual(items);
  });

  it('knows the user of a row by every name that rows give', async () => {
    const [entry] = await list('scope=course');
    const { id } = entry!.user as { id: number };
    for (const user of [gateway.users.alice, uuidOf('usr', gateway.users.alice), id]) {
      expect((await list(`user=${user}`)).map(({ id }) => id)).toEqual([uuidOf('log', ours)]);
    }
    expect(await list(`user=${id - 1}`)).toEqual([]);
  });

  it('passes over empty parameters and such as nobody knows', async () => {
    expect(await list('user=&scope=&scopes=&item_id=&format=json')).toHaveLength(live.length + 1);
  });

  it.each([
    ['ordering=name', 'ordering'],
    ['page_size=0', 'page_size'],
    ['page_size=1001', 'page_size'],
    ['page=0', 'page'],
    ['page=x', 'page'],
    ['scope=a&scope=b', 'scope'],
  ])('refuses %s', async (query, attr) => {
    expect(await get(`${log}?${query}`)).toMatchObject({
      status: 400,
      json: { type: 'validation_error', code: 'invalid_input', detail: expect.any(String), attr },
    });
  });
});

describe('rows of one microsecond and of neighbouring ones', () => {
  it('have an order, the same in every form of the list', async () => {
    const of = (item_id: string, below: string) =>
      row({ item_id, scope: 'Tie', created_at: `2024-05-05T05:05:05.${below}Z` });
    await arrive(gateway, [
      of('a', '123456'),
      of('b', '123456'),
      of('c', '123455'),
      of('d', '123457'),
      of('e', '123456'),
    ]);
    const items = (rows: Record<string, unknown>[]) => rows.map(({ item_id }) => item_id).join('');
    expect(items(await list('scope=Tie'))).toBe('debac');
    expect(items(await list('scope=Tie&ordering=created_at'))).toBe('cabed');
    for (const query of ['page_size=2', 'page=1&page_size=2']) {
      const walked: string[] = [];
      for (let next = `${log}?scope=Tie&${query}`; next !== null; ) {
        const { json } = await get(next);
        walked.push(items(json.results));
        next = json.next;
      }
      expect(walked).toEqual(['de', 'ba', 'c']);
    }
  });
});

describe('the envelope', () => {
  const walk = async (path: string, meanwhile: () => Promise<unknown> = async () => {}) => {
    const rows: string[] = [];
    const pages = [];
    for (let next: string | null = path; next !== null; ) {
      const { json } = await get(next);
      pages.push(json);
      rows.push(...json.results.map(({ id }: { id: string }) => id));
      next = json.next;
      await meanwhile();
    }
    return { rows, pages };
  };

  it.each(['page_size=3', 'page_size=3&cursor='])(
    'of %s has cursors, and no page misses or doubles a row while others arrive',
    async (query) => {
      const whole = (await list()).map(({ id }) => id);
      const { rows, pages } = await walk(`${log}?${query}`, () => arrive(gateway, [row()]));
      expect(rows).toEqual(whole);
      expect(Object.keys(pages[0])).toEqual(['next', 'previous', 'results']);
      expect(pages[0].previous).toBeNull();
      expect(pages[1].next).toMatch(new RegExp(`^${gateway.url}/api/projects/@current/activity_log/\\?.*cursor=`));
      const back = await get(pages[2].previous);
      expect(back.json.results).toEqual(pages[1].results);
      expect(back.json.next).not.toBeNull();
    },
  );

  it('of a page number has a count', async () => {
    const whole = (await list()).map(({ id }) => id);
    const { rows, pages } = await walk(`${log}?page=1&page_size=4`);
    expect(rows).toEqual(whole);
    expect(pages.map(({ count }) => count)).toEqual(pages.map(() => whole.length));
    expect(Object.keys(pages[0])).toEqual(['count', 'next', 'previous', 'results']);
    expect((await get(pages[1].previous)).json.results).toEqual(pages[0].results);
    expect(await get(`${log}?page=99`)).toMatchObject({
      status: 404,
      json: { code: 'not_found', detail: 'Invalid page.' },
    });
  });

  it('of a cursor that is none, or of another order, is refused as the system does', async () => {
    const { json } = await get(`${log}?page_size=2`);
    const cursor = new URL(json.next).searchParams.get('cursor')!;
    for (const query of ['cursor=nonsense', 'cursor=~nonsense', `ordering=created_at&cursor=${cursor}`]) {
      expect(await get(`${log}?${query}`)).toMatchObject({
        status: 404,
        json: { type: 'invalid_request', code: 'not_found', detail: expect.stringMatching(/^Invalid cursor/) },
      });
    }
  });
});

describe('projects', () => {
  it('are the one workspace of the key, with and without a final slash', async () => {
    const expected = {
      count: 1,
      next: null,
      previous: null,
      results: [expect.objectContaining({ id: gateway.home.id, name: gateway.home.name, api_token: null })],
    };
    for (const path of ['', '/']) expect(await get(path)).toMatchObject({ status: 200, json: expected });
    expect((await get('/?offset=1')).json).toMatchObject({ count: 1, results: [] });
  });

  it('are named by id, key, uuid or @current; others do not exist', async () => {
    const { json } = await get('/');
    const [project] = json.results;
    const whole = await list();
    for (const name of [gateway.home.id, gateway.home.key, project.uuid, '@current']) {
      for (const slash of ['', '/']) expect((await get(`/${name}/activity_log${slash}`)).json).toEqual(whole);
    }
    for (const name of [gateway.abroad.id, gateway.abroad.key, '2', '%00']) {
      expect(await get(`/${name}/activity_log/`)).toMatchObject({
        status: 404,
        json: { type: 'invalid_request', code: 'not_found', detail: 'Project not found.', attr: null },
      });
    }
  });
});

describe('a refusal', () => {
  const refused = async (authorization: string | undefined) => caller(gateway, authorization ?? '')(log);

  it('without a credential, and with a wrong one, says which', async () => {
    const none = await refused('');
    expect(none).toMatchObject({
      status: 401,
      json: {
        type: 'authentication_error',
        code: 'not_authenticated',
        detail: 'Authentication credentials were not provided.',
        attr: null,
      },
    });
    expect(none.headers.get('www-authenticate')).toBe('Bearer');
    const wrong = await refused(gateway.people.wrong);
    expect(wrong).toMatchObject({ status: 401, json: { type: 'authentication_error', code: 'authentication_failed' } });
    expect(wrong.headers.get('www-authenticate')).toBe('Bearer');
  });

  it("of a key without the scope is in PostHog's words", async () => {
    for (const authorization of [gateway.people.writer, gateway.people.powerless]) {
      expect(await refused(authorization)).toMatchObject({
        status: 403,
        json: {
          type: 'authentication_error',
          code: 'permission_denied',
          detail: "API key missing required scope 'activity_log:read'",
          attr: null,
        },
      });
    }
  });

  it('of what is not there has the same shape', async () => {
    for (const path of ['/nothing', '/@current/feature_flags/', '/@current/activity_log/nothing/']) {
      expect(await get(path)).toMatchObject({
        status: 404,
        json: { type: 'invalid_request', code: 'not_found', attr: null },
      });
    }
    expect(await get(log, { method: 'DELETE' })).toMatchObject({ status: 404, json: { code: 'not_found' } });
  });
});

describe('a key of one user', () => {
  it('sees the entries of its user only, and whoever may not read users sees no other', async () => {
    const own = await addKey(gateway.store, gateway.home.id, ['activity_log:read:own'], gateway.users.alice);
    const { json } = await caller(gateway, own)(log);
    expect(json).toMatchObject([{ id: uuidOf('log', ours), user: { uuid: uuidOf('usr', gateway.users.alice) } }]);
    const blind = await addKey(gateway.store, gateway.home.id, ['activity_log:read']);
    expect((await caller(gateway, blind)(`${log}?scope=course`)).json).toMatchObject([{ user: null }]);
  });
});
