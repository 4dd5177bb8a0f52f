import { afterAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../scripts/upstreams/emulator.js';
import type { SourceSystem } from '../../src/model/source-system.js';
import { allConnectors } from '../../src/sources/connectors.js';
import { addCredential } from '../auth/support.js';
import { startGateway } from '../support/gateway.js';
import { arrive as arriveOfPosthog, row as posthogRow } from './posthog/support.js';
import { drive, recorded } from './suite/driving.js';
import { arrive } from './thrive/support.js';

const key = `own-${Date.now().toString(36)}`;
const gateway = await startGateway({ env: { ANONYMOUS_WORKSPACE: key } });
afterAll(() => gateway.close());
await gateway.store.db.collection('workspaces').updateOne({ key: gateway.home.key }, { $set: { key } });
const { secret } = await addCredential(gateway.store, gateway.home.id, { kind: 'BASIC', scopes: ['*'] });

/** Drives a connector against our own façade: what the two say of a system must be the same. */
async function readBack(system: SourceSystem, settings: object, secrets: Record<string, string>) {
  const emulator = { url: gateway.url } as Emulator;
  const source = {
    emulator,
    rows: { count: 0, texts: [], add: () => {} },
    settings: settings as Record<string, string>,
    secrets,
  };
  const driver = await drive(allConnectors.get(system)!, source, () => new Date(Date.now() + 60_000));
  const connector = allConnectors.get(system)!;
  await connector.test(driver.session);
  const rows = recorded(await driver.toEnd());
  return { driver, connector, rows: [...rows.values()] };
}

const second = Math.floor(Date.now() / 1000) - 1_000;
const post = async (path: string, body: object): Promise<void> => {
  const headers = { authorization: gateway.people.admin!, 'content-type': 'application/json' };
  const response = await fetch(gateway.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.status).toBeLessThan(300);
};

describe('a connector, pointed at our own façade', () => {
  it('reads and writes it as it does TikMatrix', async () => {
    for (let n = 0; n < 23; n += 1) {
      await post('/api/v1/activity_log', {
        platform: 'tiktok',
        serial: 's',
        action_type: 'post',
        timestamp: second + n,
      });
    }
    const { rows, driver, connector } = await readBack('TIKMATRIX', { limit: 5 }, {});
    expect(rows.map(({ entry }) => entry.occurredAtMicros / 1e6).sort()).toEqual(
      Array.from({ length: 23 }, (_, n) => second + n),
    );
    const native = JSON.stringify({ platform: 'p', serial: 's', action_type: 'follow' });
    const write = { entryId: 'd'.repeat(24), native, occurredAtMicros: second * 1e6, isRepeat: false };
    const { upstreamId } = await connector.write!.create(driver.session, write);
    expect(await connector.write!.create(driver.session, { ...write, isRepeat: true })).toEqual({ upstreamId });
    await connector.write!.remove!(driver.session, { upstreamId, occurredAtMicros: second * 1e6 });
    await connector.write!.remove!(driver.session, { upstreamId, occurredAtMicros: second * 1e6 });
    await driver.close();
  });

  it('reads it as it does Thrive', async () => {
    const natives = Array.from({ length: 23 }, (_, n) =>
      JSON.stringify({
        id: n.toString(16).padStart(24, '0'),
        user: null,
        type: 'viewed',
        date: new Date(second * 1000 + n * 300).toISOString(),
        data: { n },
        with: null,
      }),
    );
    await arrive(gateway, natives);
    const since = new Date((second - 60) * 1000).toISOString();
    const { rows, driver } = await readBack('THRIVE', { tenantId: key, perPage: 5, since }, { apiSecret: secret });
    const viewed = rows.filter(({ entry }) => entry.action === 'viewed');
    expect(viewed.map(({ entry }) => entry.native!).sort()).toEqual(natives);
    const scopes = ['activity_log:read', 'user:read', 'pathway:read', 'notification:read'] as const;
    const client = await addCredential(gateway.store, gateway.home.id, {
      kind: 'CLIENT',
      clientId: key,
      scopes: [...scopes],
    });
    const byToken = await readBack('THRIVE', { tenantId: key, clientId: key, since }, { clientSecret: client.secret });
    expect(byToken.rows).toHaveLength(rows.length);
    await Promise.all([driver.close(), byToken.driver.close()]);
  });

  it('reads it as it does PostHog', async () => {
    const natives = Array.from({ length: 23 }, (_, n) =>
      posthogRow({ created_at: `2024-03-08T12:55:02.00000${n % 3}Z`, item_id: String(n) }),
    );
    await arriveOfPosthog(gateway, natives);
    const apiKey = gateway.people.admin!.replace('Bearer ', '');
    for (const projectId of ['@current', gateway.home.id, key]) {
      const { rows, driver } = await readBack('POSTHOG', { projectId, pageSize: 5 }, { apiKey });
      const ofPosthog = rows.filter(({ entry }) => natives.includes(entry.native!));
      expect(ofPosthog.map(({ entry }) => entry.native!).sort()).toEqual(natives.sort());
      // Those of other systems, which were written here before, are among them in PostHog's shape.
      expect(rows.length).toBeGreaterThan(natives.length);
      expect(rows.every(({ entry }) => entry.occurredAtMicros > 0)).toBe(true);
      await driver.close();
    }
  });

  it('reads and writes it as it does AWorld', async () => {
    for (let n = 0; n < 11; n += 1) {
      await post('/app/v1/activity-logs', { activityId: 'a', userId: 'u', value: n, activityLogId: `log-${n}` });
    }
    const token = gateway.people.admin!.replace('Bearer ', '');
    const { rows, driver, connector } = await readBack('AWORLD', { userIds: ['u'], limit: 4 }, { token });
    expect(rows.map(({ nativeKey }) => nativeKey).sort()).toEqual(
      Array.from({ length: 11 }, (_, n) => `log-${n}`).sort(),
    );
    const write = {
      entryId: 'e'.repeat(24),
      nativeId: 'mine',
      native: '{"activityId":"a","userId":"u"}',
      occurredAtMicros: second * 1e6,
      isRepeat: false,
    };
    await connector.write!.create(driver.session, write);
    expect(await connector.write!.create(driver.session, { ...write, isRepeat: true })).toEqual({ upstreamId: 'mine' });
    await driver.close();
  });
});
