import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { falkorToken, startFalkor } from '../../../scripts/upstreams/falkor.js';
import { type Id, newId } from '../../../src/base/ids.js';
import type { CreateActivityLogInput } from '../../../src/model/activity-log-input.js';
import type { Scope } from '../../../src/model/scopes.js';
import { addCredential, basic } from '../../auth/support.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { addKey } from '../../support/people.js';
import { viewerOf } from '../../support/services.js';
import { connect, dataTracking, row, storeOwner, storyA, until } from './support.js';

const emulator = await startFalkor();
let gateway: TestGateway;
let token: string;
/** A pathway of our own, and who and what is on it. */
const own = { pathwayId: '', people: {} as Record<'ada' | 'ben' | 'cy', Id>, activities: [] as Id[] };

// biome-ignore lint/suspicious/noExplicitAny: tests look into it with matchers
type Answer = { status: number; text: string; json: any };
async function ask(body: unknown, authorization = token): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${gateway.url}/v1/logs/pathway-logs`, {
    method: 'POST',
    body: text,
    // What curl's -d says of any body.
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...(authorization && { authorization }) },
  });
  const answered = await response.text();
  return { status: response.status, text: answered, json: JSON.parse(answered) };
}
const activitiesOf = ({ json }: Answer): { name: string; stats: object; logs: { email: string }[] }[] =>
  json.data[0].activities;
const shown = (answer: Answer) =>
  activitiesOf(answer).map(({ name, logs }) => [name, logs.map(({ email }) => email).sort()]);

beforeAll(async () => {
  gateway = await startGateway({ env: { ALLOWED_SOURCE_ORIGINS: emulator.url } });
  const { secret } = await addCredential(gateway.store, gateway.home.id, {
    kind: 'BASIC',
    scopes: ['activity_log:read', 'user:read', 'pathway:read'],
  });
  token = basic(gateway.home.key, secret);
  const groups = ['Group A'];
  emulator.rows.add(
    row('One', { progress: 100, groups: ['Group A', 'Group B'] }),
    row('Two', { groups }),
    row('Three', { progress: 40, groups: ['Group B'], log: { email: '', telephone: '+27 1' } }),
    row('One', { activity: storyA, groups: ['Group A', 'Group B'] }),
    row('Two', { activity: storyA, progress: 100, groups, log: { fulfilment: { type: 'upload', upload: [1, null] } } }),
    row('Three', { activity: storyA, groups: ['Group B'], log: { email: '', telephone: '+27 1' } }),
  );
  await connect(gateway, emulator, { pathways: [storeOwner.ID] }, { token: falkorToken });
  await until(gateway, (entries) => entries.length === 6);
  await fillOwn();
}, 60_000);
afterAll(async () => {
  await gateway.close();
  await emulator.close();
});

async function fillOwn(): Promise<void> {
  const { services } = gateway.gateway;
  const viewer = viewerOf(gateway.home.id);
  const person = async (name: string, email?: string) => (await services.users.create(viewer, { name, email })).node.id;
  own.people.ada = await person('Ada Lovelace', 'ada@example.com');
  own.people.ben = await person('Ben van Dyk', 'ben@example.com');
  own.people.cy = await person('Cy');
  const kinds = [
    ['Welcome day', 'event', 'check-in'],
    ['Sales', 'data', 'tracking'],
    ['Reading', 'article', 'view'],
  ] as const;
  const made = await services.activities.createMany(
    viewer,
    kinds.map(([name]) => ({ key: name.toLowerCase(), name })),
  );
  own.activities = made.results.map(({ node }) => node!.id);
  const activities = kinds.map(([, type, fulfilmentType], index) => ({
    activityId: own.activities[index]!,
    ...{ type, fulfilmentType, level: index + 1 },
  }));
  const { node } = await services.pathways.create(viewer, { key: 'ours', name: 'Ours', activities });
  own.pathwayId = node.id;
  const users = Object.values(own.people).map((userId) => ({ userId, groups: ['Team'] }));
  await services.enrolments.enrol(viewer, { pathwayId: node.id, users });
  const by = (userId: Id, activityId: Id, over: Omit<CreateActivityLogInput, 'userId' | 'activityId'>) => ({
    userId,
    activityId,
    occurredAt: new Date(1.7e12),
    ...over,
  });
  await services.activityLogs.createMany(viewer, [
    by(own.people.ada, own.activities[0]!, {
      action: 'completed',
      progress: { percent: 100, complete: true },
      additionalData: { checkin: { eventID: 'E1', distance: -1 } },
    }),
    by(own.people.ada, own.activities[1]!, {
      action: 'progressed',
      progress: { percent: 12.5 },
      additionalData: { data: { category: 'Sales', current: 5, target: 40 } },
    }),
    by(own.people.ben, own.activities[2]!, { action: 'viewed' }),
  ]);
}

describe("Falkor's façade", () => {
  it('tells of every enrolled user under every activity, also of who has not begun, with the rows of Falkor as they came', async () => {
    const answer = await ask({ pathway: storeOwner.ID });
    expect(answer.status).toBe(200);
    const [tracking, story] = activitiesOf(answer);
    expect(tracking).toMatchObject({ ...dataTracking, stats: { total: 3, completed: 1 } });
    expect(story).toMatchObject({ ...storyA, stats: { total: 3, completed: 1 } });
    const held = emulator.rows.texts.map((text) => JSON.stringify((JSON.parse(text) as { log: object }).log));
    const logs = [...tracking!.logs, ...story!.logs].map((log) => JSON.stringify(log));
    expect(logs.sort()).toEqual(held.sort());
    // Byte for byte, in what was sent.
    for (const log of held) expect(answer.text).toContain(log);
    expect(answer.text).toContain('"fulfilment":[]');
  });

  it('tells what is of other systems in its own shape, and makes nothing up', async () => {
    const answer = await ask({ pathway: 'ours' });
    expect(answer.json.data[0].pathway).toEqual({ name: 'Ours', type: 'pathway', ID: 'ours' });
    const [day, sales, reading] = activitiesOf(answer);
    expect(day).toMatchObject({
      ID: 'welcome day',
      type: 'event',
      fulfilmentType: 'check-in',
      required: true,
      level: 1,
    });
    const timestamp = '2023-11-14T22:13:20+00:00';
    const ada = {
      firstname: 'Ada',
      lastname: 'Lovelace',
      email: 'ada@example.com',
      telephone: '',
      country: '',
      city: '',
    };
    expect(day!.logs.find(({ email }) => email === 'ada@example.com')).toEqual({
      ...ada,
      groups: ['Team'],
      status: { complete: true, progress: 100, state: 'completed', timestamp },
      fulfilment: { type: 'check-in', progress: 100, checkin: { eventID: 'E1', distance: -1 }, timestamp },
    });
    expect(sales!.logs.find(({ email }) => email === 'ada@example.com')).toMatchObject({
      status: { complete: false, progress: 12.5, state: 'in progress', timestamp },
      fulfilment: {
        ...{ type: 'data', state: 'in progress', progress: 12.5, timestamp },
        data: { category: 'Sales', current: 5, target: 40 },
      },
    });
    expect(sales!.logs.find(({ email }) => email === 'ben@example.com')).toEqual({
      ...{ firstname: 'Ben', lastname: 'van Dyk', email: 'ben@example.com', telephone: '', country: '', city: '' },
      groups: ['Team'],
      status: { complete: false, progress: 0, state: 'not started', timestamp: '' },
      fulfilment: [],
    });
    expect(reading!.logs.map(({ email }) => email)).toContain('');
    expect(reading!.stats).toEqual({ total: 3, completed: 1 });
  });

  it.each([
    ['types', { types: ['Data Target'] }, ['Data Tracking']],
    ['types in the plural', { types: ['Stories', 'Certificates'] }, ['Story A']],
    ['types by their published names', { types: ['data tracking', 'STORY'] }, ['Data Tracking', 'Story A']],
    ['an activity by name', { activities: ['story a'] }, ['Story A']],
    ['activities by ID', { activities: [dataTracking.ID, 'No Such'] }, ['Data Tracking']],
    ['both, of which none is both', { activities: ['Story A'], types: ['data'] }, []],
    ['none of a list without any', { activities: [] }, []],
  ])('finds activities by %s', async (_what, filter, names) => {
    const answer = await ask({ pathway: storeOwner.name, ...filter });
    expect(activitiesOf(answer).map(({ name }) => name)).toEqual(names);
  });

  const [one, two] = ['user.one@example.com', 'user.two@example.com'];
  it.each([
    ['email in any case', { users: ['User.One@Example.com'] }, [one]],
    ['first name', { users: ['user'] }, ['', one, two]],
    ['last name', { users: ['Two'] }, [two]],
    ['full name, and the name that one example has for the parameter', { user: ['user one', 'nobody'] }, [one]],
    ['both names of the parameter', { users: [one], user: [two] }, [one, two]],
    ['group', { groups: ['Group B'] }, ['', one]],
    ['group and name', { groups: ['Group B', 'Group X'], users: ['One', 'Two'] }, [one]],
    ['nothing of an empty list', { users: [] }, []],
  ])('finds people by %s, and counts those that it shows', async (_what, filter, emails) => {
    const answer = await ask({ pathway: storeOwner.ID, activities: ['Data Tracking'], ...filter });
    expect(shown(answer)).toEqual([['Data Tracking', emails]]);
    const completed = emails.includes(one) ? 1 : 0;
    expect(activitiesOf(answer)[0]!.stats).toEqual({ total: emails.length, completed });
  });

  it('has a hash of its data that is equal while that is, and another when it is not', async () => {
    const asked = { pathway: 'ours' };
    const [first, second] = [await ask(asked), await ask(asked)];
    const data = /^\{"status":"success","data":(.*),"hash":"[0-9a-f]{32}","response_time":[0-9.e-]+\}$/.exec(
      first.text,
    )![1]!;
    expect(first.json.hash).toBe(createHash('md5').update(data).digest('hex'));
    expect(second.json.hash).toBe(first.json.hash);
    expect((await ask({ ...asked, users: ['Ada'] })).json.hash).not.toBe(first.json.hash);
    const input = { action: 'completed', userId: own.people.cy, activityId: own.activities[2]! };
    await gateway.gateway.services.activityLogs.create(viewerOf(gateway.home.id), input);
    const later = await ask(asked);
    expect(later.json.hash).not.toBe(first.json.hash);
    // What was acknowledged before the call is in it.
    expect(activitiesOf(later)[2]!.stats).toEqual({ total: 3, completed: 2 });
  });

  it('shows the groups of now of somebody who has changed groups', async () => {
    emulator.rows.add(
      row('Two', { groups: ['Group C'] }),
      row('Two', {
        activity: storyA,
        progress: 100,
        groups: ['Group C'],
        log: { fulfilment: { type: 'upload', upload: [1, null] } },
      }),
    );
    const patience = AbortSignal.timeout(20_000);
    const groupsNow = async () => (await ask({ pathway: storeOwner.ID, groups: ['Group C'] })).json.data[0].activities;
    while ((await groupsNow())[0].logs.length === 0 && !patience.aborted) await new Promise((r) => setTimeout(r, 50));
    expect(await groupsNow()).toMatchObject([
      { logs: [{ email: two, groups: ['Group C'] }] },
      { logs: [{ email: two }] },
    ]);
  });

  it('refuses in its own words what it cannot answer', async () => {
    const { services } = gateway.gateway;
    const viewer = viewerOf(gateway.home.id);
    for (const key of ['twin-1', 'twin-2']) await services.pathways.create(viewer, { key, name: 'Twins' });
    const refusals = await Promise.all([
      ask({ pathway: 'Twins' }),
      ask({ pathway: 'Nowhere' }),
      ask({}),
      ask({ pathway: ['a'] }),
      ask({ pathway: 'ours', users: 'Ada' }),
      ask('[]'),
      ask(''),
      ask('{"pathway": "ours"'),
      ask({ pathway: 'ours' }, ''),
      ask({ pathway: 'ours' }, basic(gateway.home.key, 'wrong')),
    ]);
    expect(refusals.map(({ status, json }) => [status, json.status, json.message])).toEqual([
      [400, 'error', 'Several pathways have this name; give the ID of one: twin-1, twin-2'],
      [404, 'error', 'This pathway does not exist'],
      [400, 'error', 'pathway is required'],
      [400, 'error', 'pathway must be a string'],
      [400, 'error', 'users must be a list of strings'],
      [400, 'error', 'The body must be a JSON object'],
      [400, 'error', expect.stringContaining('it is empty')],
      [400, 'error', expect.stringContaining('line 1, column 19')],
      [401, 'error', expect.any(String)],
      [401, 'error', expect.any(String)],
    ]);
    const elsewhere = await fetch(`${gateway.url}/v1/logs/story-logs`, {
      method: 'POST',
      headers: { authorization: token },
    });
    expect(elsewhere.status).toBe(404);
    expect(await elsewhere.json()).toEqual({
      status: 'error',
      message: 'There is nothing at POST /v1/logs/story-logs',
    });
  });

  it('shows nobody more than they may see', async () => {
    const as = (scopes: Scope[], userId?: Id) => addKey(gateway.store, gateway.home.id, scopes, userId);
    const asked = { pathway: 'ours' };
    const all: Scope[] = ['pathway:read', 'activity_log:read', 'user:read'];
    for (const lacking of all) {
      const refused = await ask(asked, await as(all.filter((scope) => scope !== lacking)));
      expect([refused.status, refused.json.message]).toEqual([403, `This credential lacks the scope ${lacking}`]);
    }
    const narrowed: Scope[][] = [
      ['pathway:read:own', 'activity_log:read', 'user:read'],
      ['pathway:read', 'activity_log:read:own', 'user:read'],
      ['pathway:read', 'activity_log:read'],
    ];
    for (const scopes of narrowed) {
      const mine = await ask(asked, await as(scopes, own.people.ada));
      expect(activitiesOf(mine).map(({ logs }) => logs.map(({ email }) => email))).toEqual(
        own.activities.map(() => ['ada@example.com']),
      );
      expect(activitiesOf(mine)[0]!.stats).toEqual({ total: 1, completed: 1 });
    }
    const stranger = await as(['pathway:read:own', 'activity_log:read', 'user:read'], newId());
    expect((await ask(asked, stranger)).status).toBe(404);
    expect((await ask(asked, gateway.people.foreigner)).status).toBe(404);
  });
});
