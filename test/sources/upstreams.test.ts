import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { builtProgram } from '../../scripts/support/built-program.js';
import type { EmulatedSystem } from '../../scripts/upstreams/company.js';
import type { Emulator } from '../../scripts/upstreams/emulator.js';
import { falkorToken } from '../../scripts/upstreams/falkor.js';
import { movingPathwayIds, movingRows } from '../../scripts/upstreams/falkor-moving.js';
import { faultPath, rowsPath } from '../../scripts/upstreams/faults.js';
import { allConnectors } from '../../src/sources/connectors.js';
import { drive, recorded } from './suite/driving.js';

const program = await builtProgram('scripts/upstreams/main.ts');
const child = spawn(process.execPath, [program, '--past', '40', '--every', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
afterAll(() => void child.kill('SIGKILL'));
const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
const told = JSON.parse(line) as Record<EmulatedSystem, string> & { aworldUserIds: string[] };
const send = (url: string, method: string, body: unknown) =>
  fetch(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

describe('the emulated systems as a process', () => {
  it.each([
    ['AWORLD', 'aworld', { userIds: told.aworldUserIds }, { token: 'right' }],
    ['THRIVE', 'thrive', { tenantId: 'tenant_1', windowDays: 30 }, { apiSecret: 'api-secret' }],
    ['TIKMATRIX', 'tikmatrix', {}, {}],
    ['POSTHOG', 'posthog', {}, { apiKey: 'phx_right' }],
  ] as const)(
    '%s has a past that its connector reads, takes more rows over HTTP, and fails as it is told',
    async (system, name, settings, secrets) => {
      const url = told[name];
      let aheadMs = 0;
      const emulator = { url } as Emulator;
      const rows = { count: 0, texts: [], add: () => {} };
      const driver = await drive(
        allConnectors.get(system)!,
        { emulator, rows, settings, secrets },
        () => new Date(Date.now() + aheadMs),
      );
      const steps = await driver.toEnd();
      expect(recorded(steps).size).toBe(40);
      expect(steps.flatMap(({ rows }) => rows).flatMap(({ drift = [] }) => drift)).toEqual([]);

      const at = new Date().toISOString();
      const more = {
        AWORLD: {
          activityLogId: 'more',
          activityId: 'a',
          userId: told.aworldUserIds[0],
          completedAt: at,
          updatedAt: at,
        },
        THRIVE: { id: 'f'.repeat(24), user: null, type: 'viewed', date: at, data: {}, with: null },
        POSTHOG: { id: 'more', user: null, activity: 'updated', scope: 'Insight', created_at: at },
        TIKMATRIX: { platform: 'p', serial: 's', action_type: 'post', timestamp: Math.floor(Date.now() / 1000) },
      }[system];
      expect(await (await send(url + rowsPath, 'POST', [more])).json()).toEqual({ count: 41 });
      aheadMs = 60_000;
      const grown = await driver.toEnd(steps.at(-1)!.checkpoint);
      expect(recorded([...steps, ...grown]).size).toBe(41);

      expect((await send(url + faultPath, 'PUT', { kind: 'status', status: 500 })).status).toBe(200);
      await expect(driver.step(undefined)).rejects.toMatchObject({ kind: 'UNREACHABLE' });
      await driver.close();
    },
  );

  it('FALKOR has people on the pathways of the demo, whose numbers follow from the time, and fails as it is told', async () => {
    const source = { emulator: { url: told.falkor } as Emulator, rows: { count: 0, texts: [], add: () => {} } };
    const settings = { pathways: movingPathwayIds };
    const driver = await drive(allConnectors.get('FALKOR')!, { ...source, settings, secrets: { token: falkorToken } });
    const steps = await driver.toEnd();
    expect(steps).toHaveLength(movingPathwayIds.length);
    const rows = [...recorded(steps).values()];
    expect(rows).toHaveLength(movingPathwayIds.length * 4 * 24);
    expect(rows.flatMap(({ drift = [] }) => drift)).toEqual([]);
    expect(new Set(rows.map(({ entry }) => entry.action))).toEqual(
      new Set(['not started', 'in progress', 'completed']),
    );
    expect((await send(told.falkor + faultPath, 'PUT', { kind: 'status', status: 500 })).status).toBe(200);
    await expect(driver.step(undefined)).rejects.toMatchObject({ kind: 'UNREACHABLE' });
    await driver.close();
    const texts = (atMs: number) => new Set([...movingRows(atMs)].map((row) => JSON.stringify(row)));
    const [now, again, later] = [texts(1e12), texts(1e12), texts(1e12 + 600_000)];
    expect(again).toEqual(now);
    const moved = [...later].filter((row) => !now.has(row));
    expect(moved.length).toBeGreaterThan(24);
    expect(moved.length).toBeLessThan(now.size / 2);
  });

  it('ends when it is asked to', async () => {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });
});
