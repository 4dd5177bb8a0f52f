import { Long, ObjectId } from 'bson';
import { afterAll, describe, expect, it } from 'vitest';
import { type Id, newId } from '../../src/base/ids.js';
import { sleep } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import { openLog } from '../../src/log/log.js';
import { beginEpoch } from '../../src/log/retention.js';
import { openTestStore } from '../support/store.js';
import { entryDraft } from './drafts.js';

const store = await openTestStore({ monitorCommands: true });
const log = openLog({ store, logger: silentLogger });
afterAll(() => log.close());

it('asks little of a store where nothing happens', async () => {
  const workspaceId = newId();
  await log.feeds.settle(workspaceId);
  await sleep(500);
  let commands = 0;
  const count = (): void => {
    commands += 1;
  };
  store.db.client.on('commandStarted', count);
  await sleep(2000);
  store.db.client.off('commandStarted', count);
  // Twenty looks a second for signals, and a poll with what it checks; not as many as the store can answer.
  expect(commands).toBeGreaterThan(0);
  expect(commands).toBeLessThan(2 * (20 + 10));
});

describe('a log that nobody uses any more', () => {
  const forgetful = openLog({ store, logger: silentLogger, signals: false, pollMs: 20, idleMs: 200 });
  afterAll(() => forgetful.close());

  /** Resolves once the store was not asked about its records for ten polls. */
  async function untilSilent(): Promise<void> {
    const patience = AbortSignal.timeout(20_000);
    let looks = 0;
    const count = ({ command }: { command: { find?: string } }): void => {
      if (command.find === 'activity_logs') looks += 1;
    };
    store.db.client.on('commandStarted', count);
    try {
      do {
        looks = 0;
        await sleep(200);
      } while (looks > 0 && !patience.aborted);
    } finally {
      store.db.client.off('commandStarted', count);
    }
    expect(looks).toBe(0);
  }

  async function used(): Promise<Id> {
    const workspaceId = newId();
    await forgetful.feeds.settle(workspaceId);
    await forgetful.recorder.appendMany(workspaceId, [entryDraft(), entryDraft(), entryDraft()]);
    expect(await forgetful.feeds.settle(workspaceId)).toMatchObject({ epoch: 1, seq: 3 });
    return workspaceId;
  }

  it('is not looked at, and is there as it is by then when somebody asks', async () => {
    const workspaceId = await used();
    await untilSilent();
    await log.recorder.append(workspaceId, entryDraft());
    expect(await forgetful.feeds.settle(workspaceId)).toMatchObject({ seq: 4 });
    await untilSilent();
  });

  it('is looked at for as long as somebody follows it', async () => {
    const workspaceId = await used();
    const seqs: number[] = [];
    const { stop } = (await forgetful.feeds.open(workspaceId)).follow((event) => {
      if (event.type === 'records') seqs.push(...event.records.map(({ seq }) => seq));
    });
    await sleep(600);
    await log.recorder.append(workspaceId, entryDraft());
    await expect.poll(() => seqs, { timeout: 10_000 }).toEqual([4]);
    stop();
    await untilSilent();
  });

  it('may be restored from a backup meanwhile: what was acknowledged before is not waited for', async () => {
    const workspaceId = await used();
    await untilSilent();
    const ofThis = { workspaceId: new ObjectId(workspaceId) };
    await store.db.collection('activity_logs').deleteMany({ ...ofThis, seq: { $gt: 1 } });
    await store.db
      .collection('log_states')
      .updateOne({ _id: ofThis.workspaceId }, { $set: { seq: Long.fromNumber(1) } });
    await beginEpoch(workspaceId, forgetful.logs, forgetful.states);
    expect(await forgetful.feeds.settle(workspaceId)).toMatchObject({ epoch: 2, seq: 1 });
  });
});
