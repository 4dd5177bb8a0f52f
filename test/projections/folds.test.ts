import { ObjectId } from 'mongodb';
import { describe, expect, it, vi } from 'vitest';
import type { Id } from '../../src/base/ids.js';
import { beginEpoch } from '../../src/log/retention.js';
import { FoldStates, type Generation } from '../../src/store/fold-states.js';
import { startFolds } from '../support/folds.js';
import { addWorkspace } from '../support/people.js';
import { entryDraft, openServices, openTestServices, type TestServices } from '../support/services.js';
import { CountingProjection } from './counting.js';

const here = await openTestServices();
const { store, log } = here;
const states = new FoldStates(store);
const fold = 'test-counting';

/** Numbers of entries with an action, as they were appended. */
async function append(services: TestServices, workspaceId: Id, actions: readonly string[]): Promise<number[]> {
  const drafts = actions.map((action) => entryDraft({ action }));
  const appended = await services.log.recorder.appendEach(workspaceId, drafts);
  return appended.map((one) => (one.status === 'fulfilled' ? one.value.seq : Number.NaN));
}

const settled = (workspaceId: Id): Promise<Generation> => log.folds.settle(workspaceId, fold);

describe('a fold', () => {
  it('reflects at once whatever was acknowledged before it is read', async () => {
    const workspaceId = await here.workspace();
    const projection = new CountingProjection(store);
    const folds = startFolds(here, [projection]);
    const hi = await append(here, workspaceId, ['hi', 'hi']);
    const first = await settled(workspaceId);
    expect(await projection.counted(workspaceId, first.generation)).toEqual({ hi });
    const [ho] = await append(here, workspaceId, ['ho']);
    const next = await settled(workspaceId);
    expect(next).toEqual({ ...first, seq: ho });
    expect(await projection.counted(workspaceId, next.generation)).toEqual({ hi, ho: [ho] });
    await folds.close();
  });

  it('is made by one process at a time, and by another where that one ends', async () => {
    const there = openServices(store);
    const workspaceId = await here.workspace();
    const one = new CountingProjection(store);
    const other = new CountingProjection(store);
    const folds = startFolds(here, [one]);
    const hi = await append(here, workspaceId, ['hi']);
    await settled(workspaceId);
    const elsewhere = startFolds(there, [other]);
    const more = await append(there, workspaceId, ['hi', 'hi']);
    // Appended there, made here, and known there by what it is told.
    const { generation } = await there.log.folds.settle(workspaceId, fold);
    expect([one.opened, other.opened]).toEqual([1, 0]);
    await folds.close();
    const last = await append(there, workspaceId, ['hi']);
    await there.log.folds.settle(workspaceId, fold);
    expect(other.opened).toBe(1);
    expect(await other.counted(workspaceId, generation)).toEqual({ hi: [...hi, ...more, ...last] });
    await elsewhere.close();
  });

  it('is the same however often it is killed, and wherever', async () => {
    const workspaceId = await here.workspace();
    let writes = 0;
    const killed = () => {
      writes += 1;
      if (writes % 7 === 3) throw new Error('Killed here');
    };
    const one = new CountingProjection(store, { onWrite: killed });
    const two = new CountingProjection(store, { onWrite: killed });
    const folds = [startFolds(here, [one], { pageRecords: 5 }), startFolds(openServices(store), [two])];
    const actions = Array.from({ length: 60 }, (_, index) => `action ${index % 4}`);
    const seqs = await append(here, workspaceId, actions);
    await vi.waitFor(async () => expect((await settled(workspaceId)).seq).toBe(60), 20_000);
    const { generation } = await settled(workspaceId);
    const expected = [0, 1, 2, 3].map((rest) => [`action ${rest}`, seqs.filter((_, index) => index % 4 === rest)]);
    expect(await one.counted(workspaceId, generation)).toEqual(Object.fromEntries(expected));
    expect(writes).toBeGreaterThan(60);
    for (const some of folds) await some.close();
  });

  it('is made anew beside what is read, takes its place, and what nobody reads is erased', async () => {
    const workspaceId = await here.workspace();
    const gate = { wait: Promise.resolve(), open: () => {} };
    const projection = new CountingProjection(store, { onWrite: () => gate.wait });
    const folds = startFolds(here, [projection], { pageRecords: 2 });
    const hi = await append(here, workspaceId, ['hi', 'hi', 'hi', 'hi', 'hi']);
    const before = await settled(workspaceId);
    gate.wait = new Promise((resolve) => {
      gate.open = resolve;
    });
    await states.requestRebuild(workspaceId, fold);
    await expect.poll(async () => (await states.read(workspaceId, fold))!.building).toBeDefined();
    expect(await settled(workspaceId)).toEqual(before);
    expect(await projection.counted(workspaceId, before.generation)).toEqual({ hi });
    gate.open();
    await expect.poll(async () => (await settled(workspaceId)).generation).toBe(before.generation + 1);
    expect(await projection.counted(workspaceId, before.generation + 1)).toEqual({ hi });
    await expect.poll(async () => (await states.read(workspaceId, fold))!.retired).toEqual([]);
    expect(await projection.counted(workspaceId, before.generation)).toEqual({});
    await folds.close();
  });

  it('is made anew by a newer release, and an older one leaves it alone', async () => {
    const workspaceId = await here.workspace();
    const old = startFolds(here, [new CountingProjection(store)]);
    const hi = await append(here, workspaceId, ['hi']);
    const { generation } = await settled(workspaceId);
    await old.close();
    const newer = new CountingProjection(store, { version: 2 });
    const folds = startFolds(here, [newer]);
    await expect.poll(async () => (await settled(workspaceId)).version).toBe(2);
    await folds.close();
    const back = new CountingProjection(store);
    const older = startFolds(here, [back]);
    await append(here, workspaceId, ['hi']);
    await expect(settled(workspaceId)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: 'This is still being made from the log; try again in a moment',
    });
    expect(back.opened).toBe(0);
    expect((await states.read(workspaceId, fold))!.serving).toEqual({
      generation: generation + 1,
      version: 2,
      epoch: 1,
      seq: hi[0],
      builtThrough: hi[0],
    });
    await older.close();
  });

  it('begins again in a new epoch of the log, and is not read before', async () => {
    const workspaceId = await here.workspace();
    const projection = new CountingProjection(store);
    const folds = startFolds(here, [projection]);
    const [first] = await append(here, workspaceId, ['hi', 'ho']);
    const before = await settled(workspaceId);
    // A backup is put back in which the second entry is not yet there.
    await store.db.collection('activity_logs').deleteOne({ workspaceId: new ObjectId(workspaceId), action: 'ho' });
    await beginEpoch(workspaceId, log.logs, log.states);
    const feed = await log.feeds.open(workspaceId);
    await vi.waitFor(() => expect(feed.place.epoch).toBe(2), 5000);
    const after = await settled(workspaceId);
    expect(after).toMatchObject({ epoch: 2, generation: before.generation + 1 });
    expect(await projection.counted(workspaceId, after.generation)).toEqual({ hi: [first] });
    await folds.close();
  });

  it('tells whoever follows how far it is, also what another process made', async () => {
    const { id: workspaceId } = await addWorkspace(store, 'followed');
    const there = openServices(store);
    const told: number[] = [];
    const stop = there.log.folds.follow(workspaceId, fold, ({ seq }) => told.push(seq));
    const folds = startFolds(here, [new CountingProjection(store)]);
    const seqs = await append(here, workspaceId, ['hi', 'ho']);
    await vi.waitFor(() => expect(told.at(-1)).toBe(seqs.at(-1)), 5000);
    expect(told).toEqual([...told].sort((one, other) => one - other));
    stop();
    await folds.close();
  });

  it('still has the control entries that retention passed', async () => {
    const workspaceId = await here.workspace();
    const control = { noun: 'test', change: 'made', subjectId: workspaceId };
    await log.recorder.append(workspaceId, { kind: 'control', id: workspaceId, control });
    const [last] = (await append(here, workspaceId, ['hi', 'ho'])).slice(-1);
    await log.retention.keepFrom(workspaceId, last!);
    const left = await log.logs.readAfter(workspaceId, 0, 10);
    expect(left.map(({ kind, seq }) => [kind, Number(seq)])).toEqual([
      ['control', 1],
      ['entry', last],
    ]);
  });
});
