import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type ActivityLogFilter,
  CountActivityLogsDocument,
  CreateActivityLogsDocument,
  DeleteActivityLogDocument,
} from '../../schema/operations/operations.js';
import { SeededRandom } from '../../scripts/support/random.js';
import { decodeFeedCursor } from '../../src/base/cursor.js';
import { filterFields } from '../../src/model/activity-log.js';
import {
  type ActivityLogFilter as ModelFilter,
  matches,
  type ResolvedFilter,
} from '../../src/model/activity-log-filter.js';
import type { LogRecord } from '../../src/model/log-record.js';
import { toRecord } from '../../src/store/log-document.js';
import { Following, type StockClient, stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { viewerOf } from '../support/services.js';

const seed = 20261121;
const rounds = 40;
const random = new SeededRandom(seed);
const oneOf = <T>(list: readonly T[]): T => list[random.between(0, list.length - 1)]!;

let here: TestGateway;
let there: TestGateway;
const clients: StockClient[] = [];
beforeAll(async () => {
  // Little is kept, so that coming back is sometimes served by what is kept and sometimes by the log.
  const liveTuning = { keptCharacters: 20_000, readersAtOnce: 2 };
  here = await startGateway({ liveTuning });
  there = await startGateway({ database: here.store.db.databaseName, liveTuning });
  // The same people, in the same workspace.
  Object.assign(there.people, here.people);
});
afterAll(async () => {
  await Promise.all(clients.map((stock) => stock.close()));
  await there.close();
  await here.close();
});

const summaries = ['up the hill', 'down the valley', 'over the hill and away'];
const someEntry = () => ({
  action: oneOf(['ran', 'swam', 'read']),
  platform: oneOf(['ios', 'web', undefined]),
  tags: oneOf([['sport'], ['sport', 'fun'], []]),
  summary: oneOf(summaries),
  userId: oneOf([here.users.alice, here.users.bob, undefined]),
  occurredAt: new Date(Date.UTC(2026, random.between(0, 10), 1)).toISOString(),
});
/** What every filter here matches. */
const lastEntry = () => ({
  action: 'ended',
  platform: 'web',
  tags: ['fun'],
  summary: summaries[0]!,
  userId: here.users.alice,
  occurredAt: new Date(Date.UTC(2026, 7, 1)).toISOString(),
});
const filters = (): (ActivityLogFilter | undefined)[] => [
  undefined,
  { actions: ['ran', 'ended'] },
  { omitActions: ['read'] },
  { tags: ['fun'] },
  { platforms: ['web'] },
  { occurredAfter: '2026-06-01T00:00:00Z', occurredBefore: '2026-10-01T00:00:00Z' },
  { users: ['alice@example.com'] },
  { search: 'hill up' },
];

/** What a follower was told, as the log's numbers. */
const told = (following: Following): string[] =>
  following.events.map(({ cursor, type }) => `${decodeFeedCursor(cursor, 'cursor').seq} ${type}`);

/** What it must have been told: all that survives, every removal, and nothing that its filter does not match. */
function verdict(records: readonly LogRecord[], filter: ResolvedFilter, following: Following): void {
  const must: string[] = [];
  const may = new Set<string>();
  const seqOf = new Map(records.map((record) => [record.id, record.seq]));
  for (const record of records) {
    if (record.kind === 'entry' && record.entry && matches(filter, filterFields(record.entry), record.words)) {
      must.push(`${record.seq} RECORDED`);
    }
    if (record.kind === 'removed' && matches(filter, record.target, undefined)) {
      must.push(`${record.seq} REMOVED`);
      may.add(`${seqOf.get(record.targetId)} RECORDED`);
    }
  }
  const got = told(following);
  const seqs = got.map((text) => Number.parseInt(text, 10));
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
  expect(got.filter((text) => !may.has(text))).toEqual(must);
}

it(`however often they are cut off, followers get the log as their filters select it (seed ${seed})`, async () => {
  const { feedCursor: after } = (await here.data(CountActivityLogsDocument, {})).activityLogs;
  const followings = [...filters(), ...filters()].map((filter) => {
    const stock = stockClient({ url: () => oneOf([here.url, there.url]), people: here.people });
    clients.push(stock);
    return { filter, stock, following: new Following(stock, { after, filter }) };
  });
  const alive: { readonly by: TestGateway; readonly id: string }[] = [];
  const pending: Promise<unknown>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const inputs = Array.from({ length: random.between(1, 25) }, someEntry);
    const by = oneOf([here, there]);
    const written = by.data(CreateActivityLogsDocument, { inputs }).then(({ createActivityLogs }) => {
      alive.push(...createActivityLogs.results.map(({ activityLog }) => ({ by, id: activityLog!.id })));
    });
    pending.push(written);
    for (const { stock } of followings) if (random.next() < 0.15) stock.cut();
    if (round % 3 === 0) await written;
    for (const { by: recorder, id } of alive.splice(0, random.between(0, 3))) {
      pending.push(recorder.data(DeleteActivityLogDocument, { id }));
    }
  }
  await Promise.all(pending);
  await here.data(CreateActivityLogsDocument, { inputs: [lastEntry()] });
  await Promise.all(followings.map(({ following }) => following.until(() => following.actions.at(-1) === 'ended')));

  const { workspaceId, seq } = decodeFeedCursor(after, 'after');
  const records = (await here.gateway.log.logs.readAfter(workspaceId, seq, 100_000)).map(toRecord);
  expect(records.filter((record) => record.kind === 'removed').length).toBeGreaterThan(10);
  for (const { filter, following } of followings) {
    const wanted = filter && ({ ...filter, ...dates(filter) } as ModelFilter);
    verdict(records, await here.gateway.services.activityLogs.resolveFilter(viewerOf(workspaceId), wanted), following);
  }
  expect(clients.map((stock) => stock.sockets.length).reduce((sum, opened) => sum + opened)).toBeGreaterThan(50);
});

const dates = ({ occurredAfter, occurredBefore }: ActivityLogFilter) => ({
  occurredAfter: occurredAfter ? new Date(occurredAfter) : undefined,
  occurredBefore: occurredBefore ? new Date(occurredBefore) : undefined,
});
