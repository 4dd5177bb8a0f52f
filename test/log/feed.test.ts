import { Long } from 'bson';
import { describe, expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { deferred, sleep } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import { type LogOptions, openLog } from '../../src/log/log.js';
import type { Store } from '../../src/store/connect.js';
import { draftDocument } from '../../src/store/log-document.js';
import { Signals } from '../../src/store/signals.js';
import { closedAtEnd } from '../support/leftovers.js';
import { openTestStore } from '../support/store.js';
import { entryDraft } from './drafts.js';
import { Told } from './told.js';

const store = await openTestStore();
const open = (over: Partial<LogOptions> = {}) =>
  closedAtEnd(openLog({ store, logger: silentLogger, holeMs: 200, ...over }));
const log = open();

const documentAt = (workspaceId: string, seq: number) => ({
  ...draftDocument(workspaceId, entryDraft(), new Date(), () => Buffer.alloc(32)),
  seq: Long.fromNumber(seq),
});

/** One that writes, and one that hears of it by signals alone, on a store of their own. */
async function twoProcesses(prepare: (store: Store) => Promise<void> = async () => {}) {
  const own = await openTestStore();
  await prepare(own);
  const [near, far] = [open({ store: own, pollMs: 3_600_000 }), open({ store: own, pollMs: 3_600_000 })];
  const workspaceId = newId();
  const told = new Told(await far.feeds.open(workspaceId));
  await near.feeds.open(workspaceId);
  const send = () => near.recorder.append(workspaceId, entryDraft());
  return {
    store: own,
    told,
    send,
    /** Until a tail stands a signal may be lost; later ones are not. */
    async hears() {
      const { seq } = await send();
      while (told.records.length <= seq) {
        await send();
        await Promise.race([told.until(({ records }) => records.length > seq), sleep(50)]);
      }
      expect(told.seqs).toEqual(told.seqs.map((_, index) => index + 1));
    },
  };
}

describe('the feed', () => {
  it('fills a number that is missing for long with a void, and the slow writer then takes another', async () => {
    const workspaceId = newId();
    const told = new Told(await log.feeds.open(workspaceId));
    const slow = open();
    const { insert } = slow.logs;
    const arrived = deferred();
    const released = deferred();
    slow.logs.insert = async (documents) => {
      slow.logs.insert = insert;
      const late = documents.map((document) => ({ ...document }));
      arrived.resolve();
      await released.promise;
      return insert.call(slow.logs, late);
    };
    const writing = slow.recorder.append(workspaceId, entryDraft());
    await arrived.promise;
    expect((await log.recorder.append(workspaceId, entryDraft())).seq).toBe(2);
    await told.until(({ records }) => records.length === 2);
    released.resolve();
    expect(await writing).toMatchObject({ outcome: 'RECORDED', seq: 3 });
    await told.until(({ records }) => records.length === 3);
    expect(told.records.map(({ kind, seq }) => [kind, seq])).toEqual([
      ['void', 1],
      ['entry', 2],
      ['entry', 3],
    ]);
  });

  it('keeps a number that its writer used while a reader waited', async () => {
    const workspaceId = newId();
    const patient = open({ holeMs: 60_000 });
    const told = new Told(await patient.feeds.open(workspaceId));
    const slow = await patient.states.reserve(workspaceId, 1);
    await patient.recorder.append(workspaceId, entryDraft());
    await patient.logs.insert([documentAt(workspaceId, slow)]);
    await told.until(({ records }) => records.length === 2);
    expect(told.records.map(({ kind, seq }) => [kind, seq])).toEqual([
      ['entry', 1],
      ['entry', 2],
    ]);
  });

  it('hears of other processes by signals', async () => {
    const workspaceId = newId();
    // A poll comes too late to matter: only a signal can wake this one.
    const far = open({ pollMs: 3_600_000 });
    const told = new Told(await far.feeds.open(workspaceId));
    await log.feeds.open(workspaceId);
    for (let sent = 1; sent <= 3; sent += 1) {
      await log.recorder.append(workspaceId, entryDraft());
      await told.until(({ records }) => records.length === sent);
    }
    expect(told.seqs).toEqual([1, 2, 3]);
  });

  it('hears of them by polling where signals are lost', async () => {
    const workspaceId = newId();
    const deaf = open({ signals: false, pollMs: 20 });
    const told = new Told(await deaf.feeds.open(workspaceId));
    await log.recorder.appendMany(workspaceId, [entryDraft(), entryDraft()]);
    await told.until(({ records }) => records.length === 2);
    expect(told.seqs).toEqual([1, 2]);
  });

  it('opens another tail of signals when one dies', async () => {
    const others = await twoProcesses();
    await others.send();
    await others.told.until(({ records }) => records.length === 1);
    await others.store.db.collection('signals').drop();
    await new Signals(others.store).ensure();
    await others.hears();
  });

  it('makes anew what whoever signals first made of their collection: one that nobody can tail', async () => {
    const others = await twoProcesses(async ({ db }) => {
      await db.collection('signals').drop();
      await db.collection('signals').insertOne({});
    });
    await others.hears();
    expect(await others.store.db.collection('signals').isCapped()).toBe(true);
  });

  it('reads pages that follow on one another, up to the mark', async () => {
    const workspaceId = newId();
    const feed = await log.feeds.open(workspaceId);
    await log.recorder.appendMany(
      workspaceId,
      Array.from({ length: 10 }, () => entryDraft()),
    );
    await log.feeds.settle(workspaceId);
    const seqs: number[] = [];
    for (let after = 0; after < 10; ) {
      const page = await feed.readAfter(after, 3);
      seqs.push(...page.records.map(({ seq }) => seq));
      after = page.through;
    }
    expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('refuses to wait for what is above the end of the log', async () => {
    const workspaceId = newId();
    await log.feeds.open(workspaceId);
    await expect(log.feeds.settle(workspaceId, 5)).rejects.toMatchObject({ code: 'CURSOR_UNKNOWN', field: 'atLeast' });
  });

  it('starts from the stored mark, whatever is below', async () => {
    const workspaceId = newId();
    await log.states.ensure(workspaceId, 0);
    await log.states.raiseMark(workspaceId, 7);
    expect((await log.feeds.open(workspaceId)).place.seq).toBe(7);
  });
});
