import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway } from '../../support/gateway.js';
import { addKey } from '../../support/people.js';
import { row, caller as tikMatrixCaller } from '../tikmatrix/support.js';
import { arrive, caller, documented, live } from './support.js';

const gateway = await startGateway();
afterAll(() => gateway.close());
const get = caller(gateway);
const results = async (query: string): Promise<Record<string, unknown>[]> =>
  (await get(`/activities?${query}`)).json.results;
const types = async (query: string) => (await results(query)).map(({ type }) => type);

let ours: string;
beforeAll(async () => {
  await arrive(gateway, [documented, ...live]);
  await gateway.data(`mutation { createActivity(input: { key: "safety", name: "Safety at work" }) { cursor } }`);
  const { createActivityLog } = await gateway.data<{ createActivityLog: { activityLog: { id: string } } }, object>(
    `mutation ($userId: ObjectID) { createActivityLog(input: {
      action: "finished-course", occurredAt: "2021-03-04T05:06:07.890Z", userId: $userId, activityKey: "safety",
      object: { type: "course", id: "c-1" }, outcome: SUCCESS, progress: { percent: 100 }, additionalData: { score: 9 }
    }) { activityLog { id } } }`,
    { userId: gateway.users.alice },
  );
  ours = createActivityLog.activityLog.id;
});

describe('a record of Thrive', () => {
  it('comes back exactly as it came, by its id and in the list', async () => {
    for (const native of [documented, ...live]) {
      const { id } = JSON.parse(native) as { id: string };
      expect((await get(`/activity/${id}`)).text).toBe(native);
      expect((await get(`/rest/v1/activity/${id.toUpperCase()}`)).text).toBe(native);
    }
    const { text } = await get('/activities?perPage=1000');
    for (const native of [documented, ...live]) expect(text).toContain(native);
  });

  it('of one id in two connections is the one that came first', async () => {
    const { id } = JSON.parse(live[0]!) as { id: string };
    await arrive(gateway, [live[0]!.replace('loggedin', 'loggedout')], 'a-second');
    expect((await get(`/activity/${id}`)).json.type).toBe('loggedin');
    const { entries } = { entries: await results('actions=loggedout') };
    expect(entries).toHaveLength(1);
  });
});

describe('an entry of another system', () => {
  it('has our id, our user and the nearest type, and nothing that nobody said', async () => {
    const record = {
      id: ours,
      user: gateway.users.alice,
      type: 'completed',
      name: 'Safety at work',
      date: '2021-03-04T05:06:07.890Z',
      contextId: 'c-1',
      contextType: 'course',
      data: { success: true, progresspercentage: '100', score: 9 },
      with: null,
    };
    expect(await get(`/activity/${ours}`)).toMatchObject({ status: 200, json: record });
    expect(await results('contentIds=c-1&contentType=course')).toEqual([record]);
  });

  it('written as a row of TikMatrix is read as Thrive would say it', async () => {
    const { json } = await tikMatrixCaller(gateway)(
      'POST',
      '',
      row({ action_type: 'follow', username: 'nobody here' }),
    );
    const [record] = await results('contentIds=R58N');
    expect(json.code).toBe(0);
    expect(record).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      user: null,
      type: 'followed',
      date: '2024-02-12T08:03:20.000Z',
      contextId: 'R58N',
      contextType: 'device',
      data: {},
      with: null,
    });
    expect(await types('actions=followed')).toEqual(['followed']);
  });
});

describe('the list', () => {
  it('is of the newest first, in pages that together are the whole', async () => {
    const { json } = await get('/activities?perPage=1000');
    const total = json.results.length;
    expect(json.pagination).toEqual({ totalResults: total, totalPages: 1, page: 1, perPage: 1000 });
    const dates = json.results.map(({ date }: { date: string }) => date);
    expect(dates).toEqual([...dates].sort().reverse());
    const pages = await Promise.all(
      Array.from({ length: Math.ceil(total / 3) }, (_, n) => get(`/activities?perPage=3&page=${n + 1}`)),
    );
    expect(pages.flatMap((page) => page.json.results)).toEqual(json.results);
    expect(pages[1]!.json.pagination).toEqual({
      totalResults: total,
      totalPages: Math.ceil(total / 3),
      page: 2,
      perPage: 3,
    });
    const beyond = await get('/activities?page=9007199254740991&perPage=1000');
    expect(beyond.json.results).toEqual([]);
    expect((await get('/activities')).json.pagination.perPage).toBe(20);
  });

  it('is narrowed by types as they are shown, whichever system an entry is of', async () => {
    expect(await types('actions=completed')).toEqual(['completed', 'completed']);
    expect((await types('actions=completed,progressed,badgeearned')).sort()).toEqual([
      'badgeearned',
      'completed',
      'completed',
      'progressed',
    ]);
    const all = await types('perPage=1000');
    expect(await types('perPage=1000&omitActions=completed,viewed')).toEqual(
      all.filter((type) => type !== 'completed' && type !== 'viewed'),
    );
    expect(await types('actions=viewed,completed&omitActions=completed')).toEqual(['viewed']);
    expect(await types('actions=finished-course')).toEqual([]);
  });

  it('is narrowed by content and time: from on, and before', async () => {
    expect(await types('contentIds=5f9d88d6e1b2a34c56d78901')).toEqual(['completed', 'progressed']);
    expect(await types('contentType=badge')).toEqual(['badgeearned']);
    const from = 'timestampFrom=2023-07-18%2020:12:25';
    expect((await types(`${from}&timestampTo=2023-07-18+20:12:27`)).sort()).toEqual(['completed', 'progressed']);
    expect((await types(from)).length).toBeGreaterThan(4);
  });

  it.each([
    'page=0',
    'page=x',
    'page=1.5',
    'page=1&page=2',
    'perPage=0',
    'perPage=1001',
    'perPage=',
    'actions=',
    'actions=viewed,,liked',
    'omitActions=,',
    'contentIds=',
    'timestampFrom=2020-02-12',
    'timestampFrom=2020-02-30%2000:00:00',
    'timestampTo=2020-02-12T14:58:23Z',
    'timestampTo=2020-02-12%2025:00:00',
  ])('refuses ?%s in the shape of Thrive', async (query) => {
    const { status, json } = await get(`/activities?${query}`);
    expect(status).toBe(400);
    expect(json).toEqual({ status: 400, error: 'Bad Request', message: expect.stringContaining(query.split('=')[0]!) });
  });
});

describe('who may', () => {
  it('is told in the shape of Thrive', async () => {
    for (const [as, status, error] of [
      ['nobody', 401, 'Unauthorized'],
      ['wrong', 401, 'Unauthorized'],
      ['powerless', 403, 'Forbidden'],
      ['writer', 403, 'Forbidden'],
    ] as const) {
      for (const path of ['/activities', `/activity/${ours}`, '/rest/v1/activities']) {
        const answer = await caller(gateway, gateway.people[as] ?? '')(path);
        expect(answer).toMatchObject({ status, json: { status, error, message: expect.any(String) } });
      }
    }
  });

  it('sees its own entries only with `:own`, and nothing of another workspace', async () => {
    const alice = caller(gateway, gateway.people.alice);
    expect((await alice('/activities')).json.results).toMatchObject([{ id: ours, user: gateway.users.alice }]);
    expect((await alice('/activities')).json.pagination.totalResults).toBe(1);
    const bob = caller(gateway, gateway.people.bob);
    expect((await bob(`/activity/${ours}`)).status).toBe(404);
    expect((await bob(`/activity/${(JSON.parse(documented) as { id: string }).id}`)).status).toBe(404);
    expect((await caller(gateway, gateway.people.foreigner)('/activities')).json.pagination.totalResults).toBe(0);
    expect((await caller(gateway, gateway.people.foreigner)(`/activity/${ours}`)).status).toBe(404);
  });

  it('is not told who people are without the scope for it', async () => {
    const key = await addKey(gateway.store, gateway.home.id, ['activity_log:read']);
    expect((await caller(gateway, key)(`/activity/${ours}`)).json.user).toBeNull();
  });
});

it('an id that is none is refused, and what lies beside does not exist', async () => {
  for (const id of ['xyz', '60d5ec49b60b4b3a2c8f9a1', '60d5ec49b60b4b3a2c8f9a100', '%24ne']) {
    expect(await get(`/activity/${id}`)).toMatchObject({ status: 400, json: { status: 400, error: 'Bad Request' } });
  }
  for (const [method, path] of [
    ['POST', '/activities'],
    ['DELETE', `/activity/${ours}`],
    ['GET', '/rest/v1/contents'],
  ] as const) {
    const response = await fetch(`${gateway.url}${path}`, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ status: 404, error: 'Not Found' });
  }
});
