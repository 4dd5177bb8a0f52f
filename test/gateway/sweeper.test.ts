import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Viewer } from '../../src/model/viewer.js';
import { startGateway } from '../support/gateway.js';

const patience = { timeout: 10_000 };

it('finishes at the start what a crashed gateway left of a removal and of a change of a user', async () => {
  const database = `gateway_${randomBytes(6).toString('hex')}`;
  const first = await startGateway({ database });
  const { id: workspaceId } = first.home;
  const viewer: Viewer = { workspaceId, credentialId: '0'.repeat(24), owner: 'client:test', scopes: new Set(['*']) };
  const { activityLog } = await first.gateway.services.activityLogs.create(viewer, { action: 'vanished' });
  await first.gateway.log.logs.hide(workspaceId, [activityLog!.id], new Date(Date.now() - 60_000));
  const { users } = first;
  await first.store.collection('users').deleteMany({});

  const second = await startGateway({ database });
  await expect
    .poll(async () => {
      const feed = await second.gateway.log.feeds.open(workspaceId);
      const { records } = await feed.readAfter(0, 1000);
      return records.some((record) => record.kind === 'removed' && record.targetId === activityLog!.id);
    }, patience)
    .toBe(true);
  await expect
    .poll(async () => (await second.gateway.services.users.get(viewer, { id: users.alice }))?.name, patience)
    .toBe('Alice Miller');
  await second.close();
  await first.store.db.dropDatabase();
  await first.close();
});
