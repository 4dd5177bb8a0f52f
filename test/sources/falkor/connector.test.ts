import { ObjectId } from 'mongodb';
import { afterEach, describe, expect, it } from 'vitest';
import { falkorToken } from '../../../scripts/upstreams/falkor.js';
import type { PullOptions } from '../../../src/ingest/pull.js';
import type { ActivityLog } from '../../../src/model/activity-log.js';
import type { Source } from '../../../src/model/source.js';
import { allConnectors } from '../../../src/sources/connectors.js';
import { sourceRowCollection } from '../../../src/store/source-rows.js';
import { openReading } from '../../ingest/reading.js';
import { viewerOf } from '../../support/services.js';
import { dataTracking, row as rowOf, type Standing, startPathways, storeOwner, storyA } from './support.js';

const reading = await openReading(allConnectors.get('FALKOR')!);
const { services, workspaceId } = reading;
const viewer = viewerOf(workspaceId);
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()));
  reading.sources.clear();
});

/** Each test has a pathway of its own: all their sources are of one workspace. */
let pathway = storeOwner;
let tests = 0;
const row = (who: string, standing: Standing = {}) => rowOf(who, { pathway, ...standing });

async function start(over: Partial<PullOptions> = {}) {
  tests += 1;
  pathway = { ...storeOwner, ID: `EV67-ZCNS-${tests}` };
  const emulator = await startPathways({ pathways: [{ header: pathway }] });
  open.push(emulator);
  const source = reading.add(emulator.url, { settings: { pathways: [pathway.ID] } }, { token: falkorToken });
  const puller = reading.startPuller({ people: services.userService, ...over });
  open.unshift(puller);
  return { emulator, source, puller, rows: emulator.rows };
}

/** What the next look makes of it; answers the source's entries, in the log's order. */
async function look(source: Source): Promise<ActivityLog[]> {
  const now = new Date();
  await reading.until(source, ({ coveredUntil, fault }) => coveredUntil !== undefined && coveredUntil > now && !fault);
  return (await reading.entries()).filter(({ connectionId }) => connectionId === source.id);
}

const told = (entries: readonly ActivityLog[]) =>
  entries.map(({ action, actor, object, progress }) => [actor.name, object?.name, action, progress?.percent]);

async function pathwayHere() {
  const found = (await services.pathwayService.get(viewer, { key: pathway.ID }))!;
  const page = await services.enrolmentService.list(viewer, {
    filter: { pathways: [pathway.ID] },
    page: { first: 100 },
  });
  const people = await services.users.byIds(
    workspaceId,
    page.items.map(({ node }) => node.userId),
  );
  const nameOf = new Map(people.map(({ id, name }) => [id, name]));
  const enrolled = page.items.map(({ node }) => [nameOf.get(node.userId), node.groups] as const);
  return { found, enrolled: enrolled.sort() };
}

describe("Falkor's connector", () => {
  it('records how everybody stands, and then what changes, after the entry before', async () => {
    const { rows, source } = await start();
    rows.add(row('One', { progress: 40 }), row('Two'));
    expect(told(await look(source))).toEqual([
      ['User One', 'Data Tracking', 'in progress', 40],
      ['User Two', 'Data Tracking', 'not started', 0],
    ]);
    rows.add(row('One', { progress: 100 }));
    const entries = await look(source);
    expect(told(entries).slice(2)).toEqual([['User One', 'Data Tracking', 'completed', 100]]);
    expect(entries[2]).toMatchObject({
      source: 'FALKOR',
      actionClass: 'COMPLETED',
      occurredAtMicros: Date.parse('2022-02-24T15:09:57+02:00') * 1000,
      progress: { percent: 100, state: 'completed', complete: true },
      activityRef: 'n:FALKOR:EVPA-WVZF-56QJ',
      pathwayId: (await pathwayHere()).found.id,
    });
    expect(entries[2]!.outcome).toBeUndefined();
    // What is counted begins again: the very state that was there before is a change, too.
    rows.add(row('One', { progress: 40 }));
    expect(told(await look(source)).slice(3)).toEqual([['User One', 'Data Tracking', 'in progress', 40]]);
    expect(await look(source)).toHaveLength(4);
  });

  it('records nothing for whoever changes nothing but an address, and asks nothing of the store while the hash is equal', async () => {
    const { rows, source } = await start();
    rows.add(row('One', { progress: 40 }));
    await look(source);
    rows.add(row('One', { progress: 40, log: { city: 'Durban' } }));
    expect(await look(source)).toHaveLength(1);
    const { counts } = (await reading.stateOf(source))!;
    await look(source);
    expect((await reading.stateOf(source))!.counts.rows).toBe(counts.rows);
  });

  it('says of who is not there any more that they are gone, and of who comes again how they stand', async () => {
    const { rows, source } = await start();
    rows.add(row('One', { progress: 40 }), row('Two'), row('Two', { activity: storyA }));
    await look(source);
    rows.remove(pathway.ID, 'user.two@example.com');
    const entries = (await look(source)).slice(3);
    expect(told(entries)).toEqual([
      ['User Two', 'Data Tracking', 'gone', undefined],
      ['User Two', 'Story A', 'gone', undefined],
    ]);
    expect(entries[0]).toMatchObject({ actionClass: 'OTHER', activityRef: 'n:FALKOR:EVPA-WVZF-56QJ' });
    expect(entries[0]!.native).toBeUndefined();
    expect(await look(source)).toHaveLength(5);
    expect((await pathwayHere()).enrolled).toEqual([['User One', ['Group A']]]);
    rows.add(row('Two'));
    expect(told(await look(source)).slice(5)).toEqual([['User Two', 'Data Tracking', 'not started', 0]]);
    expect((await pathwayHere()).enrolled).toHaveLength(2);
    // And gone once more.
    rows.remove(pathway.ID, 'user.two@example.com');
    expect(told(await look(source)).slice(6)).toEqual([['User Two', 'Data Tracking', 'gone', undefined]]);
  });

  it('takes nobody for gone while a row cannot be read, or where nothing is answered for the pathway', async () => {
    const { rows, source } = await start();
    rows.add(row('One', { progress: 40 }), row('Two'));
    await look(source);
    rows.remove(pathway.ID, 'user.two@example.com');
    rows.add(row('Three', { log: { status: null } }));
    expect(await look(source)).toHaveLength(2);
    rows.pathways[0]!.header = { ...pathway, ID: 'EV00-ELSE' };
    const { fault } = await reading.until(source, (state) => state.fault !== undefined);
    expect(fault!.kind).toBe('REFUSED');
    expect((await reading.entries()).filter(({ connectionId }) => connectionId === source.id)).toHaveLength(2);
  });

  it('knows what was recorded though it was killed before it noted so', async () => {
    const { rows, source } = await start();
    rows.add(row('One', { progress: 40 }), row('Two'));
    await look(source);
    rows.add(row('One', { progress: 60 }));
    await look(source);
    // Neither the checkpoint nor where the rows' entries end was stored.
    const { db } = reading.store;
    const mine = { sourceId: new ObjectId(source.id) };
    const noted = db.collection(sourceRowCollection);
    await noted.updateMany(mine, { $unset: { entryId: '', contentHash: '' }, $set: { seq: 0 } });
    await db.collection('source_states').updateMany({ _id: mine.sourceId }, { $unset: { checkpoint: '' } });
    expect(await look(source)).toHaveLength(3);
    expect(await noted.countDocuments({ ...mine, entryId: { $exists: true } })).toBe(2);
    // Back to what stood there before the entry that was not noted.
    await noted.updateMany(mine, { $unset: { entryId: '', contentHash: '' }, $set: { seq: 0 } });
    rows.add(row('One', { progress: 40 }));
    rows.remove(pathway.ID, 'user.two@example.com');
    expect(told(await look(source)).slice(3)).toEqual([
      ['User One', 'Data Tracking', 'in progress', 40],
      ['User Two', 'Data Tracking', 'gone', undefined],
    ]);
  });

  it('tells people apart by email in any case, and without one by all that is said of them', async () => {
    const { rows, source } = await start();
    const nobody = { email: '', firstname: 'Joe', lastname: 'Soap' };
    rows.add(
      row('One', { log: { email: 'joe.soap@example.com', firstname: 'Joe', lastname: 'Soap' } }),
      row('Two', { log: { email: 'j.soap@example.com', firstname: 'Joe', lastname: 'Soap' } }),
      row('Three', { log: { ...nobody, city: 'Durban' } }),
      row('Four', { log: nobody }),
      row('Five', { log: nobody }),
    );
    const entries = await look(source);
    expect(entries).toHaveLength(5);
    expect(new Set(entries.map(({ actor }) => actor.key)).size).toBe(4);
    expect((await pathwayHere()).enrolled.filter(([name]) => name === 'Joe Soap')).toHaveLength(4);
    rows.remove(pathway.ID, 'joe.soap@example.com');
    rows.add(row('One', { progress: 0, log: { email: 'Joe.Soap@Example.com', firstname: 'Joe', lastname: 'Soap' } }));
    expect(await look(source)).toHaveLength(5);
  });

  it('takes somebody under another email for another person: one is gone, one has come', async () => {
    const { rows, source } = await start();
    rows.add(row('One', { progress: 40 }));
    await look(source);
    rows.remove(pathway.ID, 'user.one@example.com');
    rows.add(row('One', { progress: 40, log: { email: 'new.one@example.com' } }));
    const entries = (await look(source)).slice(1);
    expect(entries.map(({ action, actor }) => [action, actor.email]).sort()).toEqual([
      ['gone', 'user.one@example.com'],
      ['in progress', 'new.one@example.com'],
    ]);
  });

  it('makes the pathway, its activities and who is on it what it says, and writes nothing where it is so', async () => {
    const { rows, source } = await start();
    const groups = ['B', ' A ', 'A'];
    rows.add(row('One', { groups }), row('One', { activity: storyA, groups }), row('Two'));
    await look(source);
    const { found, enrolled } = await pathwayHere();
    const definitions = await services.activities.byIds(
      workspaceId,
      found.activities.map(({ activityId }) => activityId),
    );
    expect(found).toMatchObject({ name: storeOwner.name, levelsInOrder: false });
    expect(found.activities.map(({ activityId: _id, ...rest }) => rest)).toEqual([
      { type: 'data', fulfilmentType: 'tracking', required: true, level: 1 },
      { type: 'story', fulfilmentType: 'complete', required: true, level: 2 },
    ]);
    expect(definitions.flatMap(({ sourceIds }) => sourceIds).sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { source: 'FALKOR', id: storyA.ID },
      { source: 'FALKOR', id: dataTracking.ID },
    ]);
    expect(enrolled).toEqual([
      ['User One', ['B', 'A']],
      ['User Two', ['Group A']],
    ]);

    const controls = () => reading.store.db.collection('activity_logs').countDocuments({ kind: 'control' });
    const before = await controls();
    rows.add(row('One', { progress: 10, groups }));
    await look(source);
    expect(await controls()).toBe(before);
    rows.add(row('One', { progress: 10, groups: ['C'] }), row('One', { activity: storyA, groups: ['C'] }));
    await look(source);
    // The groups of one person, and nothing else.
    expect(await controls()).toBe(before + 1);
    expect((await pathwayHere()).enrolled).toContainEqual(['User One', ['C']]);

    rows.pathways[0]!.header = { ...pathway, name: 'Own A Store' };
    rows.pathways[0]!.activities.get(storyA.ID)!.header = { ...storyA, name: 'Story B', level: 4, required: false };
    await look(source);
    const changed = (await pathwayHere()).found;
    expect(changed).toMatchObject({
      id: found.id,
      name: 'Own A Store',
      activities: [{}, { level: 4, required: false }],
    });
    expect((await services.activities.byRefs(workspaceId, [`n:FALKOR:${storyA.ID}`]))[0]!.name).toBe('Story B');
  });

  it('withdraws nobody whom it never named, and enrols nobody on what was archived here', async () => {
    const { rows, source } = await start();
    rows.add(row('One'));
    await look(source);
    const { found } = await pathwayHere();
    const { node: guest } = await services.userService.create(viewer, { name: 'A Guest', email: 'guest@example.com' });
    await services.enrolmentService.enrol(viewer, { pathwayId: found.id, users: [{ userId: guest.id }] });
    await services.pathwayService.archive(viewer, found.id, true);
    rows.add(row('Nine'));
    await look(source);
    const names = (await pathwayHere()).enrolled.map(([name]) => name);
    expect(names).toContain('A Guest');
    expect(names).not.toContain('User Nine');
    await services.pathwayService.archive(viewer, found.id, false);
  });
});
