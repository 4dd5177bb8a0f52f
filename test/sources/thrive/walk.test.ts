import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Walks, walkMs } from '../../../src/services/paging/walks.js';
import { TestClock } from '../../auth/support.js';
import { startGateway } from '../../support/gateway.js';
import { arrive, caller, live } from './support.js';

const gateway = await startGateway();
afterAll(() => gateway.close());
const get = caller(gateway);

let made = 0;
const record = (date: string): string =>
  JSON.stringify({ ...(JSON.parse(live[1]!) as object), id: (made++).toString(16).padStart(24, '0'), date });
/** Newer than everything before. */
const newer = () => arrive(gateway, [record(new Date(Date.parse('2030-01-01T00:00:00Z') + made * 1000).toISOString())]);
const page = async (number: number, query = 'perPage=4') => {
  const { json } = await get(`/activities?${query}&page=${number}`);
  return { ids: json.results.map(({ id }: { id: string }) => id) as string[], ...json.pagination };
};

beforeAll(() =>
  arrive(
    gateway,
    Array.from({ length: 18 }, (_, n) => record(`2023-01-01T00:00:${10 + n}.000Z`)),
  ),
);

describe('pages that are read one after another', () => {
  it('are exact while the log grows and shrinks, with the totals of the first', async () => {
    const first = await page(1);
    const whole = (await page(1, 'perPage=1000')).ids;
    expect(first).toMatchObject({ totalResults: 18, totalPages: 5 });
    const walked = [...first.ids];
    for (let number = 2; number <= first.totalPages; number++) {
      await newer();
      const next = await page(number);
      expect(next).toMatchObject({ totalResults: 18, totalPages: 5, page: number });
      walked.push(...next.ids);
    }
    expect(walked).toEqual(whole);
    expect(await page(1)).toMatchObject({ totalResults: 22 });
  });

  it('do not miss what lies behind an entry that is removed meanwhile', async () => {
    const whole = (await page(1, 'perPage=1000')).ids;
    const first = await page(1);
    const { id } = await gateway.gateway.services.activityLogs
      .list(viewer(), { filter: { nativeIds: [first.ids[0]!] }, page: {} })
      .then(({ items }) => items[0]!.node);
    await gateway.data('mutation ($id: ObjectID!) { deleteActivityLog(id: $id) { deletedId } }', { id });
    const second = await page(2);
    expect([...first.ids, ...second.ids]).toEqual(whole.slice(0, 8));
  });

  it('cost no count and no stepping over what lies before', async () => {
    await page(1);
    await page(2);
    const sent = await gateway.commandsOf(() => page(3));
    expect(sent.filter((command) => command.includes('activity_logs'))).toEqual(['find activity_logs']);
    const afresh = await gateway.commandsOf(() => page(3, 'perPage=5'));
    expect(afresh).toContain('aggregate activity_logs');
  });

  it('may be asked for again', async () => {
    await page(1);
    const second = await page(2);
    await newer();
    expect(await page(2)).toEqual(second);
  });
});

describe('a page', () => {
  it('is of the list that the first page began, in whatever order pages are asked for', async () => {
    const whole = (await page(1, 'perPage=1000')).ids;
    await page(1);
    await newer();
    const pages = await Promise.all([3, 2, 4].map((number) => page(number)));
    expect(pages.map(({ ids }) => ids)).toEqual([whole.slice(8, 12), whole.slice(4, 8), whole.slice(12, 16)]);
    await page(1);
    expect((await page(3)).ids[0]).toBe(whole[7]);
  });

  it('of other parameters, or of somebody else, has nothing to do with a list', async () => {
    await page(1);
    await newer();
    const whole = (await page(1, 'perPage=1000')).ids;
    expect((await page(2, 'perPage=4&actions=progressed')).ids).toEqual(whole.slice(4, 8));
    const reader = caller(gateway, gateway.people.reader);
    expect((await reader('/activities?perPage=4&page=2')).json.results[0].id).toBe(whole[4]);
  });

  it('beyond the end is empty, and the end is that of the list', async () => {
    const { totalPages } = await page(1);
    await Promise.all(Array.from({ length: 5 }, newer));
    expect(await page(totalPages + 1)).toMatchObject({ ids: [], totalPages });
  });
});

describe('a list', () => {
  it('is remembered for a minute after its furthest page so far', () => {
    const clock = new TestClock();
    const walks = new Walks(clock);
    const walk = walks.begin('list', { epoch: 1, seq: 5, total: 9 });
    clock.advance(walkMs - 1);
    walks.reached('list', walk, 4, [1, 2]);
    clock.advance(walkMs - 1);
    expect(walks.find('list', 4)?.starts.get(4)).toEqual([1, 2]);
    walks.reached('list', walk, 4, [1, 2]);
    clock.advance(2);
    expect(walks.find('list', 4)).toBeUndefined();
  });

  it('remembers a few starts of pages, however long it is', () => {
    const walks = new Walks(new TestClock());
    const walk = walks.begin('list', { epoch: 1, seq: 5, total: 1e6 });
    for (let skip = 1; skip < 1000; skip++) walks.reached('list', walk, skip, [skip]);
    expect(walk.starts.size).toBe(16);
    expect(walks.find('list', 999)?.starts.get(999)).toEqual([999]);
    expect(walks.find('list', 0)).toBeUndefined();
  });
});

const viewer = () => ({
  workspaceId: gateway.home.id,
  credentialId: gateway.home.id,
  owner: 'client:t',
  scopes: new Set(['*' as const]),
});
