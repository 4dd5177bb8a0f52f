import { afterAll, describe, expect, it } from 'vitest';
import { type Id, newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { openLog } from '../../src/log/log.js';
import { matches } from '../../src/model/activity-log-filter.js';
import type { LogRecord } from '../../src/model/log-record.js';
import { controlConnection, removalConnection } from '../../src/model/source-system.js';
import { openTestStore } from '../support/store.js';
import { entryDraft } from './drafts.js';
import { Told } from './told.js';

const store = await openTestStore();
const log = openLog({ store, logger: silentLogger, holeMs: 200 });
afterAll(() => log.close());

async function everything(workspaceId: Id): Promise<LogRecord[]> {
  const feed = await log.feeds.open(workspaceId);
  await log.feeds.settle(workspaceId);
  return (await feed.readAfter(0, 100)).records;
}

const removalsOf = (records: readonly LogRecord[], targetId: Id) =>
  records.filter((record) => record.kind === 'removed' && record.targetId === targetId);

describe('removal', () => {
  const beyond = -60_000;

  it.each(['hidden', 'hidden and appended'] as const)(
    'is finished by the sweeper when a crash left the entry %s',
    async (left) => {
      const workspaceId = newId();
      await log.feeds.open(workspaceId);
      const { id } = await log.recorder.append(workspaceId, entryDraft({}, { summary: 'a secret', native: '{"a":1}' }));
      const [hidden] = await log.logs.hide(workspaceId, [id], new Date());
      if (left === 'hidden and appended') {
        // As the second step does, killed before the third.
        const { erase } = log.logs;
        log.logs.erase = () => Promise.reject(new Error('killed'));
        await expect(log.removal.sweep(workspaceId, beyond)).rejects.toThrow('killed');
        log.logs.erase = erase;
      }
      expect(hidden!._id.toHexString()).toBe(id);
      expect(await log.removal.sweep(workspaceId, beyond)).toBe(1);
      expect(await log.removal.sweep(workspaceId, beyond)).toBe(0);
      const records = await everything(workspaceId);
      expect(records[0]).toEqual({ kind: 'entry', id, seq: 1 });
      expect(removalsOf(records, id)).toHaveLength(1);
      const [stored] = await log.logs.readAfter(workspaceId, 0, 1);
      expect(stored).not.toHaveProperty('summary');
      expect(stored).not.toHaveProperty('native');
      expect(stored).toHaveProperty('erasedAt');
    },
  );

  it('leaves alone what was hidden only just now', async () => {
    const workspaceId = newId();
    await log.feeds.open(workspaceId);
    const { id } = await log.recorder.append(workspaceId, entryDraft());
    await log.logs.hide(workspaceId, [id], new Date());
    expect(await log.removal.sweep(workspaceId, 60_000)).toBe(0);
  });

  it('happens once, however many ask at the same time', async () => {
    const workspaceId = newId();
    await log.feeds.open(workspaceId);
    const { id } = await log.recorder.append(workspaceId, entryDraft());
    await Promise.all([
      ...Array.from({ length: 5 }, () => log.removal.remove(workspaceId, id)),
      ...Array.from({ length: 5 }, () => log.removal.sweep(workspaceId, beyond)),
    ]);
    expect(removalsOf(await everything(workspaceId), id)).toHaveLength(1);
  });

  it('carries what a filter looks at, so that whoever saw the entry hears of it', async () => {
    const workspaceId = newId();
    const told = new Told(await log.feeds.open(workspaceId));
    const fields = { tags: ['red', 'blue'], platform: 'web', serial: 'S1', objectType: 'Course', nativeId: 'n1' };
    const { objectType, ...plain } = fields;
    const { id } = await log.recorder.append(
      workspaceId,
      entryDraft(
        {},
        { ...plain, object: { type: objectType, id: 'o1' }, outcome: 'SUCCESS', summary: 'found by words' },
      ),
    );
    await log.removal.remove(workspaceId, id);
    await told.until(({ records }) => records.length === 2);
    const removed = told.records[1]!;
    if (removed.kind !== 'removed') throw new Error('not a removal');
    const seen = 1_700_000_000_000_000;
    for (const filter of [
      { tags: ['blue'] },
      { platforms: ['web'] },
      { serials: ['S1'] },
      { nativeIds: ['n1'] },
      { objectTypes: ['Course'], objectIds: ['o1'] },
      { outcomes: ['SUCCESS' as const] },
      { sources: ['GATEWAY' as const], actions: ['did'] },
      { occurredAfterMicros: seen, occurredBeforeMicros: seen + 1 },
      { words: ['anything'] },
    ]) {
      expect({ filter, matches: matches(filter, removed.target, undefined) }).toEqual({ filter, matches: true });
    }
    expect(matches({ tags: ['green'] }, removed.target, undefined)).toBe(false);
    expect(matches({ occurredBeforeMicros: seen }, removed.target, undefined)).toBe(false);
  });

  it('leaves the key: the same entry sent again is a repeat of one that was removed', async () => {
    const workspaceId = newId();
    await log.feeds.open(workspaceId);
    const repeat = { nativeKey: 'k', contentHash: 'aa'.repeat(32) };
    const first = await log.recorder.append(workspaceId, entryDraft(repeat));
    await log.removal.remove(workspaceId, first.id);
    expect(await log.recorder.append(workspaceId, entryDraft(repeat))).toEqual({
      outcome: 'DUPLICATE',
      id: first.id,
      seq: first.seq,
      removed: true,
    });
  });

  it('cannot be blocked by a key that a caller chose', async () => {
    const workspaceId = newId();
    await log.feeds.open(workspaceId);
    const { id } = await log.recorder.append(workspaceId, entryDraft());
    await log.recorder.append(workspaceId, entryDraft({ nativeKey: id }));
    await log.recorder.append(workspaceId, entryDraft({ nativeKey: 'change-1' }));
    const control = { noun: 'user', change: 'created', subjectId: newId() };
    const change = await log.recorder.append(workspaceId, {
      kind: 'control',
      id: newId(),
      nativeKey: 'change-1',
      control,
    });
    expect(change.outcome).toBe('RECORDED');
    await log.removal.remove(workspaceId, id);
    expect(removalsOf(await everything(workspaceId), id)).toHaveLength(1);
    // Owners of credentials are `client:…`, `user:…` or a source's account: none begins so.
    expect([removalConnection, controlConnection].every((connection) => connection.startsWith('#'))).toBe(true);
  });
});
