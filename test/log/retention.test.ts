import { afterAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { openLog } from '../../src/log/log.js';
import { closedAtEnd } from '../support/leftovers.js';
import { openTestStore } from '../support/store.js';
import { entryDraft } from './drafts.js';
import { Told } from './told.js';

const store = await openTestStore();
const log = openLog({ store, logger: silentLogger, holeMs: 200, readLeaseMs: 10, pollMs: 50 });
afterAll(() => log.close());

async function logOf(count: number): Promise<string> {
  const workspaceId = newId();
  await log.feeds.open(workspaceId);
  await log.recorder.appendMany(
    workspaceId,
    Array.from({ length: count }, () => entryDraft()),
  );
  await log.feeds.settle(workspaceId);
  return workspaceId;
}

describe('retention', () => {
  it('lets go of what is old, and a cursor below says so', async () => {
    const workspaceId = await logOf(20);
    const feed = await log.feeds.open(workspaceId);
    expect(await log.retention.keepFrom(workspaceId, 11)).toBe(10);
    await expect(feed.readAfter(9, 5)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    expect((await feed.readAfter(10, 5)).records.map(({ seq }) => seq)).toEqual([11, 12, 13, 14, 15]);
    expect(await log.retention.keepFrom(workspaceId, 11)).toBe(0);
  });

  it('never makes a gap in a page that is read while it erases', async () => {
    const workspaceId = await logOf(600);
    const feed = await log.feeds.open(workspaceId);
    let done = false;
    const erasing = (async () => {
      for (let keepFrom = 50; keepFrom <= 600; keepFrom += 25) await log.retention.keepFrom(workspaceId, keepFrom);
      done = true;
    })();
    let whole = 0;
    while (!done) {
      const after = Math.max(0, feed.place.firstSeq - 1);
      try {
        const { records } = await feed.readAfter(after, 200);
        expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => after + 1 + index));
        whole += 1;
      } catch (error) {
        expect(error).toMatchObject({ code: 'CURSOR_EXPIRED' });
      }
    }
    await erasing;
    expect(whole).toBeGreaterThan(0);
  });

  it('ends a follower whom it overtakes, and who waits for a number below goes on', async () => {
    const workspaceId = newId();
    const patient = closedAtEnd(
      openLog({ store, logger: silentLogger, holeMs: 3_600_000, readLeaseMs: 10, pollMs: 50 }),
    );
    const feed = await patient.feeds.open(workspaceId);
    const told = new Told(feed);
    await patient.states.reserve(workspaceId, 1);
    await patient.recorder.append(workspaceId, entryDraft());
    const settling = patient.feeds.settle(workspaceId);
    await patient.retention.keepFrom(workspaceId, 3);
    await told.until(({ ended }) => ended !== undefined);
    expect(told).toMatchObject({ ended: 'retention', records: [] });
    expect((await settling).seq).toBe(2);
  });

  it('keeps what was recorded since an instant', async () => {
    const workspaceId = await logOf(5);
    const between = new Date();
    await store.db
      .collection('activity_logs')
      .updateMany({ seq: { $lte: 3 } }, { $set: { recordedAt: new Date(between.getTime() - 60_000) } });
    await log.retention.keepSince(workspaceId, new Date(between.getTime() - 30_000));
    expect((await log.states.read(workspaceId))?.firstSeq).toBe(4);
  });
});
