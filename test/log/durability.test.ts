import { Long } from 'bson';
import type { CommandStartedEvent } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { Durability } from '../../src/log/durability.js';
import { LogFeed } from '../../src/log/feed.js';
import { openLog } from '../../src/log/log.js';
import { ActivityLogs } from '../../src/store/activity-logs.js';
import { concernsOf } from '../../src/store/connect.js';
import { draftDocument } from '../../src/store/log-document.js';
import { LogStates } from '../../src/store/log-states.js';
import { openTestStore } from '../support/store.js';
import { entryDraft } from './drafts.js';
import { Told } from './told.js';

const writes = ['insert', 'update', 'delete', 'findAndModify'];

describe('what is sent to a standalone server', () => {
  it('is journaled, all but the signals, and never asks for a majority', async () => {
    const store = await openTestStore({ monitorCommands: true });
    const sent: CommandStartedEvent[] = [];
    store.db.client.on('commandStarted', (event) => sent.push(event));
    const log = openLog({ store, logger: silentLogger, holeMs: 50, readLeaseMs: 10 });
    const workspaceId = newId();
    const told = new Told(await log.feeds.open(workspaceId));
    await log.states.reserve(workspaceId, 1);
    const repeat = { nativeKey: 'k', contentHash: 'aa'.repeat(32) };
    const { id } = await log.recorder.append(workspaceId, entryDraft(repeat));
    await log.recorder.append(workspaceId, entryDraft(repeat));
    await log.removal.remove(workspaceId, id);
    await told.until(({ records }) => records.length === 3);
    await log.retention.keepFrom(workspaceId, 3);
    await log.close();

    const seen = sent.filter(({ commandName }) => writes.includes(commandName));
    expect(new Set(seen.map(({ commandName }) => commandName))).toEqual(new Set(writes));
    for (const { commandName, command } of seen) {
      const collection: unknown = command[commandName];
      if (collection === 'signals') continue;
      expect({ commandName, collection, concern: command.writeConcern }).toEqual({
        commandName,
        collection,
        concern: { w: 1, j: true },
      });
    }
    expect(seen.some(({ command, commandName }) => command[commandName] === 'activity_logs')).toBe(true);
    for (const { command } of sent) expect(JSON.stringify(command)).not.toContain('majority');
  });
});

describe('the stored mark', () => {
  it('does not count what was only just read, until the server is known to be the same still', async () => {
    const store = await openTestStore();
    const logs = new ActivityLogs(store);
    const states = new LogStates(store);
    const workspaceId = newId();
    // A server that was started anew each time it is asked, until it is left alone.
    let leftAlone = true;
    let started = 0;
    const marks: number[] = [];
    const incarnation = async (): Promise<string> => {
      marks.push((await states.read(workspaceId))!.mark);
      if (!leftAlone) started += 1;
      return String(started);
    };
    const durability = new Durability({ concerns: store.concerns, incarnation }, states);
    const feed = await LogFeed.open(workspaceId, { logs, states, durability, logger: silentLogger, pollMs: 5 });
    const told = new Told(feed);
    leftAlone = false;
    const document = draftDocument(workspaceId, entryDraft(), new Date(), () => Buffer.alloc(32));
    await logs.insert([{ ...document, seq: Long.fromNumber(1) }]);
    while (started < 5) await new Promise(setImmediate);
    expect({ seqs: told.seqs, marks: [...new Set(marks)] }).toEqual({ seqs: [], marks: [0] });
    leftAlone = true;
    await told.until(({ records }) => records.length === 1);
    await feed.close();
  });
});

describe('concerns', () => {
  it.each([
    { server: 'a standalone server', hello: { isWritablePrimary: true }, replicaSet: false },
    { server: 'a member of a replica set', hello: { setName: 'rs0' }, replicaSet: true },
    { server: 'a router', hello: { msg: 'isdbgrid' }, replicaSet: true },
  ])('follow what $server says of itself', ({ hello, replicaSet }) => {
    expect(concernsOf(hello)).toEqual(
      replicaSet
        ? { replicaSet, write: { w: 'majority' }, read: { level: 'majority' } }
        : { replicaSet, write: { w: 1, j: true }, read: { level: 'local' } },
    );
  });
});
