import { afterAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { openLog } from '../../src/log/log.js';
import type { EntryDraft, LogRecord } from '../../src/model/log-record.js';
import { openTestStore } from '../support/store.js';

const store = await openTestStore();
const log = openLog({ store, logger: silentLogger, holeMs: 200 });
afterAll(() => log.close());

const draft = (over: Partial<EntryDraft> = {}): EntryDraft => ({
  kind: 'entry',
  id: newId(),
  entry: {
    source: 'GATEWAY',
    connectionId: 'client:test',
    action: 'did',
    actionClass: 'OTHER',
    occurredAtMicros: Date.now() * 1000,
    actor: { kind: 'CLIENT' },
    tags: [],
  },
  ...over,
});

describe('append', () => {
  it('numbers densely, tells followers in order, and settles on what was acknowledged', async () => {
    const workspaceId = newId();
    const feed = await log.feeds.open(workspaceId);
    const seen: LogRecord[] = [];
    feed.follow((event) => event.type === 'records' && seen.push(...event.records));
    const results = (
      await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          log.recorder.appendMany(
            workspaceId,
            Array.from({ length: 30 }, (_, j) => draft({ nativeKey: `${i}-${j}` })),
          ),
        ),
      )
    ).flat();
    expect(new Set(results.map((r) => r.seq)).size).toBe(1500);
    expect(Math.max(...results.map((r) => r.seq))).toBe(1500);
    const place = await log.feeds.settle(workspaceId);
    expect(place.seq).toBe(1500);
    expect(seen.map((r) => r.seq)).toEqual(Array.from({ length: 1500 }, (_, i) => i + 1));
  });

  it('answers a repeat with the first entry, and other content under one key as a conflict', async () => {
    const workspaceId = newId();
    await log.feeds.open(workspaceId);
    const hash = 'aa'.repeat(32);
    const [a, b, c] = await log.recorder.appendMany(workspaceId, [
      draft({ nativeKey: 'k', contentHash: hash }),
      draft({ nativeKey: 'k', contentHash: hash }),
      draft({ nativeKey: 'k', contentHash: 'bb'.repeat(32) }),
    ]);
    expect([a, b, c].map((r) => r!.outcome)).toEqual(['RECORDED', 'DUPLICATE', 'CONFLICT']);
    expect(b!.id).toBe(a!.id);
    const later = await log.recorder.append(workspaceId, draft({ nativeKey: 'k', contentHash: hash }));
    expect(later).toEqual({ outcome: 'DUPLICATE', id: a!.id, seq: a!.seq, removed: false });
    const removed = await log.removal.remove(workspaceId, a!.id);
    expect(removed!.seq).toBeGreaterThan(a!.seq);
    expect(await log.removal.remove(workspaceId, a!.id)).toBeUndefined();
    expect(await log.recorder.append(workspaceId, draft({ nativeKey: 'k', contentHash: hash }))).toMatchObject({
      outcome: 'DUPLICATE',
      removed: true,
    });
  });
});
