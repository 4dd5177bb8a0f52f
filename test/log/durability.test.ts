import type { CommandStartedEvent } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { openLog } from '../../src/log/log.js';
import { concernsOf } from '../../src/store/connect.js';
import { openTestStore } from '../support/store.js';
import { entryDraft } from './drafts.js';
import { Told } from './told.js';

const writes = ['insert', 'update', 'delete', 'findAndModify'];

describe('what is sent to a standalone server', () => {
  it('is journaled, all but the signals, and never asks for a majority', async () => {
    const store = await openTestStore({ monitorCommands: true });
    const sent: CommandStartedEvent[] = [];
    store.db.client.on('commandStarted', (event) => sent.push(event));
    const log = openLog({ store, logger: silentLogger, holeMs: 50 });
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
