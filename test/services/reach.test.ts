import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Id } from '../../src/base/ids.js';
import type { ActivityLogFilter } from '../../src/model/activity-log-filter.js';
import { type ActivityLogOrder, activityLogOrders } from '../../src/model/activity-log-order.js';
import type { PageRequest } from '../../src/model/page.js';
import type { Viewer } from '../../src/model/viewer.js';
import { ActivityLogService } from '../../src/services/activity-logs.js';
import { ActivityLogPages } from '../../src/store/activity-log-pages.js';
import { usualReach } from '../../src/store/activity-log-reach.js';
import { connectStore } from '../../src/store/connect.js';
import { closedAtEnd } from '../support/leftovers.js';
import { entryDraft, openTestServices, viewerOf } from '../support/services.js';

const services = await openTestServices();
const reach = 40;

/** The same workspace, of which one read looks at so many entries and no further. */
const near = new ActivityLogService({
  ...services,
  pages: new ActivityLogPages(services.store, { reach: { entries: reach, quickMs: 0 } }),
});

/** More entries follow the last of them than one read looks at. */
const isRare = (n: number): boolean => (n % 23 === 0 && n > 0 && n < 210) || n === 31;
const isGone = (n: number): boolean => n === 31 || (n % 7 === 3 && !isRare(n));

let workspaceId: Id;
let viewer: Viewer;
/** What is there, in the order of recording. */
let there: { id: Id; seq: number; occurredAtMicros: number; rare: boolean; user: string }[];

beforeAll(async () => {
  workspaceId = await services.workspace();
  viewer = viewerOf(workspaceId);
  const drafts = Array.from({ length: 260 }, (_, n) =>
    entryDraft({
      // Not as they are recorded, and often at the same time.
      occurredAtMicros: 1_700_000_000_000_000 + ((n * 41) % 100) * 1_000_000,
      actor: { kind: 'USER', key: `u:${n % 2}` },
      tags: isRare(n) ? ['rare'] : [],
      serial: n % 5 === 0 ? 'phone' : undefined,
    }),
  );
  const appended = await services.writer.appendMany(workspaceId, drafts);
  const gone = drafts.filter((_, n) => isGone(n)).map(({ id }) => id);
  for (const id of gone) await services.logs.remove(viewer, id);
  there = drafts.flatMap(({ id, entry }, n) =>
    gone.includes(id)
      ? []
      : [
          {
            id,
            seq: appended[n]!.seq,
            occurredAtMicros: entry.occurredAtMicros,
            rare: isRare(n),
            user: entry.actor.key!,
          },
        ],
  );
});

const inOrder = (order: ActivityLogOrder) => {
  const sign = order.endsWith('DESC') ? -1 : 1;
  return there.toSorted((one, other) =>
    order.startsWith('RECORDED')
      ? sign * (one.seq - other.seq)
      : sign * (one.occurredAtMicros - other.occurredAtMicros || one.seq - other.seq),
  );
};

const idsOf = (page: Awaited<ReturnType<ActivityLogService['list']>>): Id[] => page.items.map(({ node }) => node.id);

describe('a page that an index does not select', () => {
  it.each(activityLogOrders.flatMap((order) => [false, true].map((backward) => [order, backward] as const)))(
    'by %s, backward %s, is right wherever it begins, or is not answered',
    async (orderBy, backward) => {
      const whole = await services.logs.list(viewer, { orderBy, page: { first: 1000 } });
      const listed = inOrder(orderBy);
      expect(idsOf(whole)).toEqual(listed.map(({ id }) => id));
      const seen = { answered: 0, refused: 0, unknown: 0 };
      for (let from = 0; from < listed.length; from += 3) {
        for (const size of [1, 3]) {
          const way = backward ? listed.slice(0, from).reverse() : listed.slice(from + 1);
          const looked = way.slice(0, reach).filter(({ rare }) => rare);
          const wanted = way.filter(({ rare }) => rare).slice(0, size);
          const { cursor } = whole.items[from]!;
          const page: PageRequest = backward ? { last: size, before: cursor } : { first: size, after: cursor };
          const answer = near.list(viewer, { orderBy, filter: { tags: ['rare'] }, page });
          if (way.length > reach && looked.length < size) {
            seen.refused += 1;
            await expect(answer).rejects.toMatchObject({ code: 'QUERY_TOO_SLOW', field: 'filter' });
            continue;
          }
          seen.answered += 1;
          const ids = wanted.map(({ id }) => id);
          expect(idsOf(await answer)).toEqual(backward ? ids.reverse() : ids);
          const goesOn = way.filter(({ rare }) => rare).length > size;
          const told = await (backward ? (await answer).hasPreviousPage() : (await answer).hasNextPage());
          // It may say that there is more where there is none, and never the other way round.
          if (goesOn) expect(told).toBe(true);
          else if (told) seen.unknown += 1;
        }
      }
      expect(seen.answered).toBeGreaterThan(20);
      expect(seen.refused).toBeGreaterThan(5);
      if (orderBy === 'RECORDED_ASC' && !backward) expect(seen.unknown).toBeGreaterThan(0);
    },
  );

  it('goes from page to page to the last that there is, and does not say that there is nothing more', async () => {
    for (const orderBy of ['OCCURRED_AT_DESC', 'OCCURRED_AT_ASC', 'RECORDED_ASC'] as const) {
      const rare = inOrder(orderBy).filter((one) => one.rare);
      let after: string | undefined;
      for (const { id } of rare) {
        const page = await near.list(viewer, { orderBy, filter: { tags: ['rare'] }, page: { first: 1, after } });
        expect(idsOf(page)).toEqual([id]);
        after = page.items[0]!.cursor;
        expect(await page.hasNextPage()).toBe(id !== rare.at(-1)!.id || orderBy === 'RECORDED_ASC');
      }
    }
  });

  it('says how far was looked, what was found there, and what to narrow', async () => {
    const filter: ActivityLogFilter = { actions: ['never'] };
    const last = inOrder('OCCURRED_AT_DESC')[reach]!;
    const at = new Date(last.occurredAtMicros / 1000).toISOString();
    await expect(near.list(viewer, { filter, page: {} })).rejects.toThrow(
      `Of 40 entries that were looked at, up to what happened at ${at}, 0 of the 20 asked for are in the list; narrow the filter by users, activities, objectIds, pathways, serials or search, or by time (occurredAfter, occurredBefore)`,
    );
    const { seq } = inOrder('RECORDED_ASC')[reach]!;
    await expect(near.list(viewer, { filter, orderBy: 'RECORDED_ASC', page: {} })).rejects.toThrow(
      `up to number ${seq} of the log, 0 of the 20`,
    );
    const some = near.list(viewer, { filter: { tags: ['rare'] }, page: { first: 10 } });
    await expect(some).rejects.toThrow(/, or ask for at most [1-9]$/);
  });

  it('is answered within the time that the message names, and from there on', async () => {
    const last = inOrder('OCCURRED_AT_DESC')[reach]!;
    const at = new Date(last.occurredAtMicros / 1000);
    const listed = inOrder('OCCURRED_AT_DESC').filter(({ rare }) => rare);
    const newer = await near.list(viewer, {
      filter: { tags: ['rare'], occurredAfter: new Date(at.getTime() + 1) },
      page: { first: 100 },
    });
    const micros = last.occurredAtMicros;
    expect(idsOf(newer)).toEqual(listed.filter((one) => one.occurredAtMicros > micros).map(({ id }) => id));
    expect(await newer.hasNextPage()).toBe(false);
  });
});

describe('a filter that selects', () => {
  const selecting: ActivityLogFilter[] = [{ serials: ['phone'] }, { serials: ['phone'], occurredAfter: new Date(0) }];
  it.each(selecting)('is answered whole, however much there is: %j', async (filter) => {
    const page = await near.list(viewer, { filter, page: { first: 1000 } });
    const whole = await services.logs.list(viewer, { filter, page: { first: 1000 } });
    expect(page.items.length).toBeGreaterThan(reach);
    expect(idsOf(page)).toEqual(idsOf(whole));
  });

  it('is looked for among what its index holds', async () => {
    const filter = { serials: ['phone'], tags: ['rare'] };
    const whole = await services.logs.list(viewer, { filter, page: {} });
    expect(whole.items).toHaveLength(1);
    expect(idsOf(await near.list(viewer, { filter, page: { first: 1 } }))).toEqual(idsOf(whole));
    const never = near.list(viewer, { filter: { ...filter, tags: ['never'] }, page: {} });
    await expect(never).rejects.toMatchObject({ code: 'QUERY_TOO_SLOW' });
    const later = { ...filter, tags: ['never'], occurredAfter: new Date(1_700_000_050_000) };
    expect(idsOf(await near.list(viewer, { filter: later, page: {} }))).toEqual([]);
  });

  it('is that of a viewer who may see only their own: what others did is not looked at', async () => {
    const { node: user } = await services.userService.create(viewer, { name: 'Own' });
    const drafts = Array.from({ length: 30 }, (_, n) =>
      entryDraft({ actor: { kind: 'USER', key: `u:${user.id}` }, tags: n === 0 ? ['mine'] : [] }),
    );
    await services.writer.appendMany(workspaceId, drafts);
    const own = viewerOf(workspaceId, { scopes: ['activity_log:read:own'], userId: user.id });
    for (const orderBy of activityLogOrders) {
      const page = await near.list(own, { orderBy, filter: { tags: ['mine'] }, page: {} });
      expect(idsOf(page)).toEqual([drafts[0]!.id]);
      expect(await page.hasNextPage()).toBe(false);
      expect(idsOf(await near.list(own, { orderBy, filter: { tags: ['rare'] }, page: {} }))).toEqual([]);
    }
  });
});

describe('what is not a list for people', () => {
  it('is looked for as long as any read may: a removal takes all that matches', async () => {
    const here = await services.workspace();
    const drafts = Array.from({ length: 100 }, (_, n) => entryDraft({ tags: n > 90 ? ['last'] : [] }));
    await services.writer.appendMany(here, drafts);
    const removed = await near.removeMany(viewerOf(here), { tags: ['last'] });
    expect(removed).toMatchObject({ deletedCount: 9, hasMore: false });
  });
});

describe('looking for what an index does not select', () => {
  it('goes on beyond the stated number while that is quick, and falls back to it where it is not', async () => {
    const watched = closedAtEnd(
      await connectStore({
        url: inject('mongodbUrl'),
        database: services.store.db.databaseName,
        monitorCommands: true,
      }),
    );
    const sent: string[] = [];
    watched.db.client.on('commandStarted', ({ commandName, command }) => {
      if (command.find === 'activity_logs') sent.push(`${commandName} ${command.maxTimeMS}`);
    });
    const here = await services.workspace();
    for (let from = 0; from < 6; from += 1) {
      await services.writer.appendMany(
        here,
        Array.from({ length: 1000 }, () => entryDraft({ summary: 'x'.repeat(200) })),
      );
    }
    const look = (quickMs: number) => {
      const pages = new ActivityLogPages(watched, { reach: { entries: 100, quickMs } });
      const service = new ActivityLogService({ ...services, pages });
      return service.list(viewerOf(here), { filter: { actions: ['never'] }, page: {} });
    };
    expect(idsOf(await look(5000))).toEqual([]);
    expect(sent).toEqual(['find 5000']);
    sent.length = 0;
    await expect(look(1)).rejects.toMatchObject({ code: 'QUERY_TOO_SLOW', field: 'filter' });
    expect(sent).toEqual(['find 1', 'find 5000', 'find 5000']);
  });

  it('reaches as far as the README says', async () => {
    expect(usualReach).toEqual({ entries: 100_000, quickMs: 1_000 });
    expect(await readFile('README.md', 'utf8')).toContain('100,000 entries');
  });
});
