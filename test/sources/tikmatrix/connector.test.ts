import { afterEach, describe, expect, it } from 'vitest';
import { startTikMatrix, type TikMatrixEmulator } from '../../../scripts/upstreams/tikmatrix.js';
import type { Checkpoint, Connector, PullStep, UpstreamWrite } from '../../../src/ingest/connector.js';
import { fitting } from '../../../src/ingest/fitting.js';
import { tikmatrixConnector } from '../../../src/sources/tikmatrix/connector.js';
import { type Driver, drive, nativesOf, recorded } from '../suite/driving.js';

const connector = tikmatrixConnector as unknown as Connector;
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((part) => part.close())));

async function start(order: 'newest' | 'oldest' | 'none', limit = 5): Promise<[TikMatrixEmulator, Driver]> {
  const emulator = await startTikMatrix({ order });
  const driver = await drive(connector, { emulator, rows: emulator.rows, settings: { limit }, secrets: {} });
  open.push(emulator, driver);
  return [emulator, driver];
}

const row = (n: number, timestamp = 1_707_725_000 + n, more: object = {}): object => ({
  platform: 'tiktok',
  serial: `serial-${(n * 7) % 4}`,
  action_type: 'post',
  action_detail: `Number ${n}`,
  username: 'user123',
  timestamp,
  ...more,
});
const rows = (count: number, from = 1, at?: number): object[] =>
  Array.from({ length: count }, (_, index) => row(from + index, at === undefined ? undefined : at + index));
const last = (steps: readonly PullStep[]): Checkpoint => steps.at(-1)!.checkpoint;

describe.each(['newest', 'oldest', 'none'] as const)('a list with the %s first', (order) => {
  it('is read whole, and then only what is new', async () => {
    const [emulator, driver] = await start(order);
    emulator.rows.add(...rows(33));
    const first = await driver.toEnd();
    expect(nativesOf(recorded(first))).toEqual(emulator.rows.texts.sort());
    emulator.rows.add(...rows(3, 34));
    const second = await driver.toEnd(last(first));
    expect([...recorded(second).keys()].sort()).toEqual(['1:34:1707725034', '1:35:1707725035', '1:36:1707725036']);
    expect(recorded(await driver.toEnd(last(second))).size).toBe(0);
  });

  it('loses nothing when rows are deleted while it is read, and between two looks', async () => {
    const [emulator, driver] = await start(order);
    emulator.rows.add(...rows(40));
    const first = await driver.toEnd(undefined, (n) => {
      for (const id of [n, 20 + n, 41 - n]) emulator.rows.delete(id);
    });
    for (const id of [15, 16, 17, 18, 19]) emulator.rows.delete(id);
    emulator.rows.add(...rows(7, 41));
    const second = await driver.toEnd(last(first));
    const keys = [...recorded([...first, ...second]).keys()];
    for (const text of emulator.rows.texts) {
      const { id, timestamp } = JSON.parse(text) as { id: number; timestamp: number };
      expect(keys).toContain(`1:${id}:${timestamp}`);
    }
    expect(keys.every((key) => key.startsWith('1:'))).toBe(true);
  });

  it('takes no deletion for a new beginning: not of the newest, not of most', async () => {
    const [emulator, driver] = await start(order);
    emulator.rows.add(...rows(30));
    const first = await driver.toEnd();
    for (const id of [30, 29, 28]) emulator.rows.delete(id);
    const second = await driver.toEnd(last(first));
    for (let id = 2; id < 28; id += 1) emulator.rows.delete(id);
    emulator.rows.add(row(31));
    const third = await driver.toEnd(last(second));
    expect([...recorded([...second, ...third]).keys()]).toEqual(['1:31:1707725031']);
  });

  it.each([
    ['fewer rows than before', 4],
    ['as many rows as before', 12],
    ['more rows than before', 30],
  ])('knows a table that began again with %s', async (_name, count) => {
    const [emulator, driver] = await start(order);
    emulator.rows.add(...rows(12));
    const first = await driver.toEnd();
    emulator.rows.reset();
    emulator.rows.add(...rows(count, 1, 1_800_000_000));
    const second = await driver.toEnd(last(first));
    expect(nativesOf(recorded(second))).toEqual(emulator.rows.texts.sort());
    expect([...recorded(second).keys()].every((key) => key.startsWith('2:'))).toBe(true);
  });

  it('knows a table that was found empty, though the same rows come again', async () => {
    const [emulator, driver] = await start(order);
    emulator.rows.add(...rows(12));
    const first = await driver.toEnd();
    emulator.rows.reset();
    const empty = await driver.toEnd(last(first));
    emulator.rows.add(...rows(12));
    const third = await driver.toEnd(last(empty));
    expect(recorded([...first, ...empty, ...third]).size).toBe(24);
  });

  it('reads rows that got the number of a deleted one', async () => {
    const [emulator, driver] = await start(order);
    emulator.rows.add(...rows(12));
    const first = await driver.toEnd();
    emulator.rows.reset();
    emulator.rows.add(...rows(11), row(12, 1_800_000_000));
    const second = await driver.toEnd(last(first));
    expect([...recorded(second).keys()]).toEqual(['1:12:1800000000']);
  });
});

describe('texts that are no rows', () => {
  it.each(['newest', 'oldest'] as const)('hide no row behind them, with the %s first', async (order) => {
    const [emulator, driver] = await start(order);
    emulator.rows.add(...rows(3), ...rows(9).map((each) => ({ ...each, timestamp: 'soon' })), ...rows(4, 20));
    expect([...recorded(await driver.toEnd()).values()].map(({ entry }) => entry.nativeId)).toHaveLength(7);
  });
});

describe('errors', () => {
  it.each([true, false])('are told by the code, with an HTTP status of their own: %s', async (errorsByStatus) => {
    const [emulator, driver] = await start('newest');
    emulator.behaviour.errorsByStatus = errorsByStatus;
    emulator.behaviour.plan = 'Starter';
    await expect(driver.step(undefined)).rejects.toMatchObject({
      kind: 'REFUSED',
      message: expect.stringContaining('40301'),
    });
    await expect(connector.test(driver.session)).rejects.toMatchObject({ kind: 'REFUSED' });
  });
});

describe('writing', () => {
  const write = (over: Partial<UpstreamWrite> = {}): UpstreamWrite => ({
    entryId: 'a'.repeat(24),
    native: JSON.stringify({ platform: 'tiktok', serial: 's', action_type: 'post', username: null, more: { x: 1 } }),
    occurredAtMicros: 1_707_725_000_900_000,
    isRepeat: false,
    ...over,
  });
  const writer = connector.write!;

  it('sends the six fields, with the time that the entry has', async () => {
    const [emulator, driver] = await start('newest');
    expect(await writer.create(driver.session, write())).toEqual({ upstreamId: '1:1707725000' });
    expect(JSON.parse(emulator.rows.texts[0]!)).toEqual({
      id: 1,
      platform: 'tiktok',
      serial: 's',
      action_type: 'post',
      timestamp: 1_707_725_000,
    });
  });

  it.each(['newest', 'oldest'] as const)('sends a row again only where it is not there, %s first', async (order) => {
    const [emulator, driver] = await start(order);
    emulator.rows.add(...rows(9).map((each) => ({ ...each, serial: 's' })));
    await writer.create(driver.session, write());
    emulator.rows.add(...rows(9).map((each) => ({ ...each, serial: 's' })));
    expect(await writer.create(driver.session, write({ isRepeat: true }))).toEqual({ upstreamId: '10:1707725000' });
    const other = write({ isRepeat: true, occurredAtMicros: 1_707_725_001_000_000 });
    expect(await writer.create(driver.session, other)).toEqual({ upstreamId: '20:1707725001' });
    expect(emulator.rows.count).toBe(20);
  });

  const pulled = (id: number, n = id, more: object = {}) => ({
    upstreamId: String(id),
    occurredAtMicros: (1_707_725_000 + n) * 1_000_000,
    serial: `serial-${(n * 7) % 4}`,
    platform: 'tiktok',
    ...more,
  });

  it('removes a row that was pulled, also one that is not there', async () => {
    const [emulator, driver] = await start('newest');
    emulator.rows.add(...rows(2));
    for (const errorsByStatus of [false, true, true]) {
      emulator.behaviour.errorsByStatus = errorsByStatus;
      await writer.remove!(driver.session, pulled(1));
    }
    expect(emulator.rows.count).toBe(1);
  });

  it('removes a row whose entry has what the log can take of it', async () => {
    const [emulator, driver] = await start('newest');
    emulator.rows.add(row(1, 1_707_725_001_000, { serial: 'a\uD800', platform: 7 }), row(2));
    const [read] = [...recorded(await driver.toEnd()).values()].filter(({ entry }) => entry.nativeId === '1');
    const { occurredAtMicros, serial, platform } = fitting(read!).entry;
    await writer.remove!(driver.session, { upstreamId: '1', occurredAtMicros, serial, platform });
    expect(emulator.rows.texts.map((text) => JSON.parse(text).id)).toEqual([2]);
  });

  it.each(['newest', 'oldest', 'none'] as const)('finds every row that is to be removed, %s first', async (order) => {
    const [emulator, driver] = await start(order);
    emulator.rows.add(...rows(70));
    for (const id of [11, 12, 13, 31, 50, 51, 52, 53]) emulator.rows.delete(id);
    for (let id = 70; id > 0; id -= 3) await writer.remove!(driver.session, pulled(id));
    for (const id of [12, 99]) await writer.remove!(driver.session, pulled(id));
    const left = emulator.rows.texts.map((text) => JSON.parse(text).id as number);
    expect(left.filter((id) => id % 3 === 1)).toEqual([]);
    expect(left).toHaveLength(41);
  });

  it.each(['newest', 'oldest'] as const)('reads little of a long table to remove a row, %s first', async (order) => {
    const [emulator, driver] = await start(order);
    emulator.rows.add(...rows(4_000));
    for (const id of [1, 2_000, 3_999]) {
      const before = emulator.requests.get('GET /api/v1/activity_log') ?? 0;
      await writer.remove!(driver.session, pulled(id));
      expect(emulator.requests.get('GET /api/v1/activity_log')! - before).toBeLessThan(20);
    }
    expect(emulator.rows.count).toBe(3_997);
  });

  it('finds what a try has made among the newest of a long table with the oldest first', async () => {
    const [emulator, driver] = await start('oldest');
    emulator.rows.add(...rows(1_000).map((each) => ({ ...each, serial: 's' })));
    expect(await writer.find!(driver.session, write())).toBeUndefined();
    await writer.create(driver.session, write());
    const before = emulator.requests.get('GET /api/v1/activity_log')!;
    expect(await writer.find!(driver.session, write())).toBe('1001:1707725000');
    expect(emulator.requests.get('GET /api/v1/activity_log')! - before).toBe(2);
  });

  it.each(['newest', 'oldest'] as const)('finds it though rows are deleted meanwhile, %s first', async (order) => {
    const [emulator, driver] = await start(order);
    const more = rows(40).map((each) => ({ ...each, serial: 's' }));
    emulator.rows.add(...more.slice(0, 20));
    await writer.create(driver.session, write());
    emulator.rows.add(...more.slice(20));
    const { upstream } = driver.session;
    const call: typeof upstream.call = async (request) => {
      const answer = await upstream.call(request);
      const ids = emulator.rows.texts.map((text) => JSON.parse(text).id as number).filter((id) => id !== 21);
      for (const id of [...ids.slice(0, 3), ...ids.slice(-3)]) if (ids.length > 9) emulator.rows.delete(id);
      return answer;
    };
    expect(await writer.find!({ ...driver.session, upstream: { call } }, write())).toBe('21:1707725000');
  });

  it('removes no other row that got the number of one that was pulled', async () => {
    const [emulator, driver] = await start('newest');
    emulator.rows.add(...rows(9, 1, 1_800_000_000));
    for (const serial of [undefined, 'serial-1', 'serial-3'])
      await writer.remove!(driver.session, pulled(5, 5, { serial }));
    expect(emulator.rows.count).toBe(9);
  });

  it('removes no other row that got the number of one that was written', async () => {
    const [emulator, driver] = await start('oldest');
    const { upstreamId } = await writer.create(driver.session, write());
    emulator.rows.reset();
    emulator.rows.add(...rows(8));
    await writer.remove!(driver.session, { upstreamId, occurredAtMicros: 1_707_725_000_900_000 });
    expect(emulator.rows.count).toBe(8);
    await writer.remove!(driver.session, { upstreamId: '8:1707725008', occurredAtMicros: 1_707_725_008_000_000 });
    expect(emulator.rows.count).toBe(7);
  });
});
