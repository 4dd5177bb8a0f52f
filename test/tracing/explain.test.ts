import { afterAll, beforeAll, expect, it } from 'vitest';
import { userIdentity } from '../../src/model/identity.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import type { As } from '../support/people.js';
import { entryDraft } from '../support/services.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  const people = [gateway.users.alice, gateway.users.bob];
  await gateway.gateway.log.recorder.appendMany(
    gateway.home.id,
    Array.from({ length: 30 }, (_, index) =>
      entryDraft({ actor: { kind: 'USER', key: userIdentity(people[index % 2]!) }, tags: ['explained'] }),
    ),
  );
});
afterAll(() => gateway.close());

interface Explained {
  readonly executor: string;
  readonly durationMs: number;
  readonly phases: Record<string, number>;
  readonly totals: Record<string, number>;
  readonly batches: { name: string; keys: number }[];
  readonly storeCalls: Record<string, unknown>[];
}

async function explain(to: TestGateway, query: string, as: As = 'admin', header = '1'): Promise<Explained | undefined> {
  const response = await fetch(`${to.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: to.people[as]!, 'x-explain': header },
    body: JSON.stringify({ query }),
  });
  const { data, extensions } = (await response.json()) as { data?: object; extensions?: { explain: Explained } };
  expect(data).toBeTruthy();
  return extensions?.explain;
}

const newest = '{ activityLogs(first: 10) { nodes { action user { name } } } }';

it('says what an answer took, and by which index', async () => {
  await gateway.gateway.log.feeds.settle(gateway.home.id);
  const first = (await explain(gateway, newest))!;
  expect(['interpreted', 'compiled']).toContain(first.executor);
  expect(first).toMatchObject({ batches: [{ name: 'userByIdentity', keys: 2 }] });
  expect(first.durationMs).toBeGreaterThan(0);
  expect(Object.keys(first.phases).sort()).toEqual(['beforeGraphql', 'execution', 'parsing', 'validation']);
  const page = first.storeCalls.find(({ collection }) => collection === 'activity_logs');
  expect(page).toMatchObject({
    command: 'find',
    returned: 11,
    documentsExamined: 11,
    keysExamined: 11,
    index: 'read_order',
  });
  const users = first.storeCalls.find(({ collection }) => collection === 'users');
  expect(users).toMatchObject({ returned: 2, documentsExamined: 2, index: 'users_identity' });
  expect(first.totals).toMatchObject({ batches: 1, storeCalls: first.storeCalls.length });
  await explain(gateway, newest);
  expect(await explain(gateway, newest)).toMatchObject({
    executor: 'compiled',
    phases: { execution: expect.any(Number) },
  });
});

it('notes each request by itself, however many run at once', async () => {
  const all = await Promise.all(Array.from({ length: 10 }, () => explain(gateway, newest)));
  for (const one of all) expect(one!.batches).toEqual([expect.objectContaining({ name: 'userByIdentity', keys: 2 })]);
});

it('is for who may do everything, and asks for it, in development', async () => {
  expect(await explain(gateway, newest, 'reader')).toBeUndefined();
  expect(await explain(gateway, newest, 'admin', 'yes')).toBeUndefined();
  const live = await startGateway({ env: { NODE_ENV: 'production' } });
  expect(await explain(live, newest)).toBeUndefined();
  await live.close();
});
