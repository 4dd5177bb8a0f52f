import { Long } from 'bson';
import { afterAll, expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { openLog } from '../../src/log/log.js';
import { beginEpoch } from '../../src/log/retention.js';
import { openTestStore } from '../support/store.js';
import { entryDraft } from './drafts.js';
import { Told } from './told.js';

const store = await openTestStore();
// As in use: a new epoch is noticed by the poll of a second.
const log = openLog({ store, logger: silentLogger });
afterAll(() => log.close());

it('a log restored from a backup ends its followers, and goes on above what the backup holds', async () => {
  const workspaceId = newId();
  const feed = await log.feeds.open(workspaceId);
  const told = new Told(feed);
  await log.recorder.appendMany(
    workspaceId,
    Array.from({ length: 9 }, () => entryDraft()),
  );
  await log.feeds.settle(workspaceId);
  const before = feed.place;
  expect(before).toMatchObject({ epoch: 1, seq: 9 });

  // The backup was taken when the log ended at 5, and its counter a little before.
  const logs = store.db.collection('activity_logs');
  await logs.deleteMany({ seq: { $gt: 5 } });
  await store.db.collection('log_states').updateOne({}, { $set: { seq: Long.fromNumber(4) } });
  expect(await beginEpoch(workspaceId, log.logs, log.states)).toMatchObject({ epoch: 2, seq: 5 });

  await told.until(({ ended }) => ended !== undefined);
  expect(told.ended).toBe('epoch');
  expect(feed.place).toMatchObject({ epoch: 2 });
  expect((await log.feeds.settle(workspaceId)).seq).toBeLessThanOrEqual(5);
  await expect(log.feeds.settle(workspaceId, before.seq)).rejects.toMatchObject({ code: 'CURSOR_UNKNOWN' });
  expect((await log.recorder.append(workspaceId, entryDraft())).seq).toBe(6);
  expect((await log.feeds.settle(workspaceId)).seq).toBe(6);
});
