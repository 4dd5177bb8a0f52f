import fc from 'fast-check';
import { connectionFromArray, offsetToCursor } from 'graphql-relay';
import { describe, expect, it } from 'vitest';
import { decodeFeedCursor, encodeFeedCursor, encodePageCursor } from '../../src/base/cursor.js';
import type { ActivityLog } from '../../src/model/activity-log.js';
import { type ActivityLogOrder, activityLogOrders } from '../../src/model/activity-log-order.js';
import type { Page, PageRequest } from '../../src/model/page.js';
import { ActivityLogService } from '../../src/services/activity-logs.js';
import { ActivityLogPages } from '../../src/store/activity-log-pages.js';
import { entryDraft, openServices, openTestServices, viewerOf } from '../support/services.js';

const services = await openTestServices();

const byOrder: Record<ActivityLogOrder, (one: ActivityLog, other: ActivityLog) => number> = {
  OCCURRED_AT_ASC: (one, other) => one.occurredAtMicros - other.occurredAtMicros || one.seq - other.seq,
  OCCURRED_AT_DESC: (one, other) => other.occurredAtMicros - one.occurredAtMicros || other.seq - one.seq,
  RECORDED_ASC: (one, other) => one.seq - other.seq,
  RECORDED_DESC: (one, other) => other.seq - one.seq,
};

const size = fc.integer({ min: 0, max: 12 });
const position = fc.option(fc.nat(), { nil: undefined, freq: 2 });

describe('pages of activity logs', () => {
  it('equal connectionFromArray over the list as of the first page’s place, while entries arrive and leave', async () => {
    const workspaceId = await services.workspace();
    const viewer = viewerOf(workspaceId);
    const alive = new Map<string, ActivityLog>();
    const arrive = async (micros: readonly number[]): Promise<void> => {
      const drafts = micros.map((step) => entryDraft({ occurredAtMicros: step, action: step % 2 ? 'odd' : 'even' }));
      const appended = await services.writer.appendMany(workspaceId, drafts);
      for (const [index, { id, entry }] of drafts.entries()) {
        alive.set(id, { ...entry, id, workspaceId, seq: appended[index]!.seq, recordedAt: new Date() });
      }
    };
    // Few instants, so that ties are common.
    await arrive(fc.sample(fc.nat(6), { numRuns: 40, seed: 3 }));
    let crossed = 0;

    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...activityLogOrders),
        fc.boolean(),
        fc.array(fc.record({ backward: fc.boolean(), size, after: position, before: position }), {
          minLength: 3,
          maxLength: 6,
        }),
        fc.array(fc.nat(6), { maxLength: 3 }),
        fc.array(fc.nat(), { maxLength: 3 }),
        async (orderBy, odd, requests, arriving, leaving) => {
          const filter = odd ? { actions: ['odd'] } : undefined;
          const whole = await services.logs.list(viewer, { orderBy, filter, page: { first: 1000 } });
          const listed = whole.items.map(({ node }) => node);
          const place = decodeFeedCursor(whole.feedCursor, 'feedCursor');

          await arrive(arriving);
          for (const pick of leaving) {
            const id = [...alive.keys()][pick % alive.size]!;
            await services.logs.remove(viewer, id);
            alive.delete(id);
          }
          const array = [...alive.values()]
            .filter((entry) => entry.seq <= place.seq && (!odd || entry.action === 'odd'))
            .sort(byOrder[orderBy]);

          for (const { backward, size, ...positions } of requests) {
            const pick = (at: number | undefined) =>
              at === undefined || listed.length === 0 ? undefined : at % listed.length;
            const [after, before] = [pick(positions.after), pick(positions.before)];
            const count: PageRequest = backward ? { last: size } : { first: size };
            const page = await services.logs.list(viewer, {
              orderBy,
              filter,
              page: {
                ...count,
                after: after === undefined ? undefined : whole.items[after]!.cursor,
                before: before === undefined ? undefined : whole.items[before]!.cursor,
              },
            });
            // Without a cursor a page is a first page and read at a place of its own.
            const seen = after === undefined && before === undefined ? [...alive.values()] : array;
            const expectedArray =
              seen === array ? array : seen.filter((entry) => !odd || entry.action === 'odd').sort(byOrder[orderBy]);
            const beyond = (at: number, inclusive: boolean): number =>
              expectedArray.filter((entry) => {
                const side = byOrder[orderBy](entry, listed[at]!);
                return side < 0 || (inclusive && side === 0);
              }).length;
            const expected = connectionFromArray(expectedArray, {
              ...count,
              after: after === undefined ? undefined : offsetToCursor(beyond(after, true) - 1),
              before: before === undefined ? undefined : offsetToCursor(beyond(before, false)),
            });
            const ids = page.items.map(({ node }) => node.id);
            expect(ids).toEqual(expected.edges.map(({ node }) => node.id));
            if (seen === array) {
              expect(page.feedCursor).toBe(whole.feedCursor);
              expect(page.items.map(({ cursor }) => cursor)).toEqual(
                page.items.map(({ node }) => whole.items.find((item) => item.node.id === node.id)!.cursor),
              );
            }
            expect(await page.totalCount()).toBe(expectedArray.length);
            if (ids.length > 0) {
              const first = expectedArray.findIndex(({ id }) => id === ids[0]);
              expect(await page.hasPreviousPage()).toBe(first > 0);
              expect(await page.hasNextPage()).toBe(first + ids.length < expectedArray.length);
              crossed += 1;
            }
          }
        },
      ),
      { numRuns: 30 },
    );
    expect(crossed).toBeGreaterThan(30);
  });

  it('walks the whole list in both directions, and an empty page tells what lies beside it', async () => {
    const workspaceId = await services.workspace();
    const viewer = viewerOf(workspaceId);
    await services.writer.appendMany(
      workspaceId,
      Array.from({ length: 25 }, (_, step) => entryDraft({ occurredAtMicros: step })),
    );
    const forward: number[] = [];
    let page: Page<ActivityLog> | undefined;
    do {
      page = await services.logs.list(viewer, {
        orderBy: 'OCCURRED_AT_ASC',
        page: { first: 10, after: page?.items.at(-1)?.cursor },
      });
      forward.push(...page.items.map(({ node }) => node.occurredAtMicros));
    } while (await page.hasNextPage());
    expect(forward).toEqual(Array.from({ length: 25 }, (_, step) => step));
    const backward: number[] = [];
    page = undefined;
    do {
      page = await services.logs.list(viewer, {
        orderBy: 'OCCURRED_AT_ASC',
        page: { last: 10, before: page?.items[0]?.cursor },
      });
      backward.unshift(...page.items.map(({ node }) => node.occurredAtMicros));
    } while (await page.hasPreviousPage());
    expect(backward).toEqual(forward);

    const sides = async (request: PageRequest): Promise<boolean[]> => {
      const empty = await services.logs.list(viewer, { orderBy: 'OCCURRED_AT_ASC', page: request });
      expect(empty.items).toEqual([]);
      return [await empty.hasPreviousPage(), await empty.hasNextPage()];
    };
    const cursor = page.items[3]!.cursor;
    expect(await sides({ first: 0 })).toEqual([false, true]);
    expect(await sides({ last: 0 })).toEqual([true, false]);
    expect(await sides({ first: 0, after: cursor })).toEqual([true, true]);
    expect(await sides({ last: 0, before: page.items[0]!.cursor })).toEqual([false, true]);
  });

  it('gives twenty when nothing is asked for', async () => {
    const workspaceId = await services.workspace();
    await services.writer.appendMany(
      workspaceId,
      Array.from({ length: 21 }, () => entryDraft()),
    );
    const page = await services.logs.list(viewerOf(workspaceId), { page: {} });
    expect(page.items).toHaveLength(20);
    expect([await page.hasPreviousPage(), await page.hasNextPage(), await page.totalCount()]).toEqual([
      false,
      true,
      21,
    ]);
  });

  it.each([
    [{ first: -1 }, 'first'],
    [{ first: 1001 }, 'first'],
    [{ first: 1.5 }, 'first'],
    [{ last: -1 }, 'last'],
    [{ last: 1001 }, 'last'],
    [{ first: 1, last: 1 }, 'last'],
  ])('refuses %j naming the argument', async (page, field) => {
    const viewer = viewerOf(await services.workspace());
    await expect(services.logs.list(viewer, { page })).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field });
  });

  it('refuses cursors of another list, workspace or epoch, above the end, and made up', async () => {
    const workspaceId = await services.workspace();
    const viewer = viewerOf(workspaceId);
    await services.writer.appendMany(workspaceId, [entryDraft(), entryDraft()]);
    const page = await services.logs.list(viewer, { page: { first: 1 } });
    const good = { workspaceId, epoch: 1, seq: 2, list: 'activityLogs:OCCURRED_AT_DESC', key: [0, 1] };
    const [item] = page.items;
    const foreign = await services.workspace();
    const bad: [PageRequest, string][] = [
      [{ after: encodePageCursor({ ...good, list: 'users' }) }, 'after'],
      [{ after: encodePageCursor({ ...good, workspaceId: foreign }) }, 'after'],
      [{ before: encodePageCursor({ ...good, epoch: 2 }) }, 'before'],
      [{ after: encodePageCursor({ ...good, seq: 1000 }) }, 'after'],
      [{ after: encodePageCursor({ ...good, key: ['x', 1] }) }, 'after'],
      [{ after: encodePageCursor({ ...good, key: [1] }) }, 'after'],
      [{ before: 'made up' }, 'before'],
      [{ before: '' }, 'before'],
      [{ before: item!.cursor.slice(0, -4) }, 'before'],
      [{ after: page.feedCursor }, 'after'],
    ];
    for (const [request, field] of bad) {
      await expect(services.logs.list(viewer, { page: request })).rejects.toMatchObject({
        code: 'CURSOR_UNKNOWN',
        field,
      });
    }
    const recorded = services.logs.list(viewer, { orderBy: 'RECORDED_ASC', page: { after: item!.cursor } });
    await expect(recorded).rejects.toMatchObject({ code: 'CURSOR_UNKNOWN', field: 'after' });
    for (const place of [{ seq: 1000 }, { epoch: 2 }, { workspaceId: foreign }]) {
      const atLeast = encodeFeedCursor({ workspaceId, epoch: 1, seq: 1, ...place });
      const listing = services.logs.list(viewer, { atLeast, page: {} });
      await expect(listing).rejects.toMatchObject({ code: 'CURSOR_UNKNOWN', field: 'atLeast' });
    }
  });

  it('says when retention took what a cursor needs, and reads on above it where it did not', async () => {
    const workspaceId = await services.workspace();
    const viewer = viewerOf(workspaceId);
    await services.writer.appendMany(
      workspaceId,
      Array.from({ length: 5 }, () => entryDraft()),
    );
    const early = await services.logs.list(viewer, { orderBy: 'RECORDED_ASC', page: { first: 2 } });
    await services.writer.appendMany(
      workspaceId,
      Array.from({ length: 5 }, () => entryDraft()),
    );
    const late = await services.logs.list(viewer, { orderBy: 'RECORDED_ASC', page: { first: 2 } });
    await services.log.retention.keepFrom(workspaceId, 8);
    const expired = services.logs.list(viewer, { orderBy: 'RECORDED_ASC', page: { after: early.items[1]!.cursor } });
    await expect(expired).rejects.toMatchObject({ code: 'CURSOR_EXPIRED', field: 'after' });
    await expect(expired).rejects.toThrow('load afresh');
    const on = await services.logs.list(viewer, { orderBy: 'RECORDED_ASC', page: { after: late.items[1]!.cursor } });
    expect(on.items.map(({ node }) => node.seq)).toEqual([8, 9, 10]);
    expect(await on.totalCount()).toBe(3);
  });

  it('shows nothing half erased: retention that begins while a page is read is noticed after it', async () => {
    const workspaceId = await services.workspace();
    const viewer = viewerOf(workspaceId);
    await services.writer.appendMany(
      workspaceId,
      Array.from({ length: 6 }, () => entryDraft()),
    );
    const raceOnce = (): ActivityLogService => {
      let raced = false;
      const pages = new ActivityLogPages(services.store);
      const find = pages.find.bind(pages);
      pages.find = async (...args) => {
        if (!raced) {
          raced = true;
          await services.log.retention.keepFrom(workspaceId, 5);
        }
        return find(...args);
      };
      return new ActivityLogService({ ...services, pages });
    };
    const page = await raceOnce().list(viewer, { orderBy: 'RECORDED_ASC', page: { first: 3 } });
    expect(page.items.map(({ node }) => node.seq)).toEqual([5, 6]);
    expect(await page.totalCount()).toBe(2);
    expect(await page.hasPreviousPage()).toBe(false);
  });

  it('covers a place that another process has reached', async () => {
    const other = openServices(services.store);
    const workspaceId = await services.workspace();
    await other.log.feeds.open(workspaceId);
    const viewer = viewerOf(workspaceId);
    const { cursor, activityLog } = await other.logs.create(viewer, { action: 'seen elsewhere' });
    const page = await services.logs.list(viewer, { atLeast: cursor, page: {} });
    expect(page.items.map(({ node }) => node.id)).toEqual([activityLog!.id]);
    const next = await other.logs.list(viewer, { page: { first: 1 } });
    const followed = await services.logs.list(viewer, { page: { after: next.items[0]!.cursor } });
    expect(followed.feedCursor).toBe(next.feedCursor);
  });
});
