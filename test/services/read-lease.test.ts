import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { newId } from '../../src/base/ids.js';
import { sleep } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import { openLog } from '../../src/log/log.js';
import { Retention } from '../../src/log/retention.js';
import { readKept } from '../../src/services/paging/kept.js';
import { ActivityLogPages } from '../../src/store/activity-log-pages.js';
import { entryDraft } from '../support/services.js';
import { openTestStore } from '../support/store.js';

const readLeaseMs = 60;
const count = 400;
const store = await openTestStore();
const pages = new ActivityLogPages(store);

/** Whether a number of those that a read says are kept is missing from it, while retention erases from below. */
async function lacksSomething(
  retentionLeaseMs: number,
  patienceMs: number,
): Promise<{ lacks: boolean; reads: number }> {
  const workspaceId = newId();
  const log = openLog({ store, logger: silentLogger, readLeaseMs, pollMs: 20 });
  const retention = new Retention(log.logs, log.states, retentionLeaseMs);
  await log.recorder.appendMany(
    workspaceId,
    Array.from({ length: count }, () => entryDraft()),
  );
  const ends = systemClock.monotonicMs() + patienceMs;
  let done = false;
  const erasing = (async () => {
    for (let from = 10; from < count && !done; from += 10) await retention.keepFrom(workspaceId, from);
    done = true;
  })();
  let reads = 0;
  let lacks = false;
  while (!done && !lacks && systemClock.monotonicMs() < ends) {
    const place = await log.feeds.settle(workspaceId);
    const { seen, window } = await readKept({ states: log.states, clock: systemClock }, place, async (now) => {
      await sleep(Math.random() * readLeaseMs);
      return pages.find({ window: now, filter: {}, order: 'RECORDED_ASC' }, { limit: count, backward: false });
    });
    reads += 1;
    lacks = seen.length !== count - window.firstSeq + 1;
  }
  done = true;
  await erasing;
  await log.close();
  return { lacks, reads };
}

describe('a read that relies on an earlier look at what retention keeps', () => {
  it('lacks nothing, since retention waits for it', async () => {
    const { lacks, reads } = await lacksSomething(readLeaseMs, 2_500);
    expect(lacks).toBe(false);
    expect(reads).toBeGreaterThan(10);
  });

  it('would, if retention did not', async () => {
    for (let time = 0; time < 50; time += 1) if ((await lacksSomething(0, 2_500)).lacks) return;
    expect.fail('nothing was missing');
  });
});
