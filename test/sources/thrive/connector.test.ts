import { afterEach, describe, expect, it } from 'vitest';
import { startThrive, type ThriveOptions } from '../../../scripts/upstreams/thrive.js';
import type { Connector } from '../../../src/ingest/connector.js';
import { thriveConnector } from '../../../src/sources/thrive/connector.js';
import { drive, nativesOf, recorded } from '../suite/driving.js';

const connector = thriveConnector as unknown as Connector;
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((part) => part.close())));

const nowMs = Date.parse('2026-03-29T12:00:00.500Z');

async function start(
  over: object = {},
  secrets: Record<string, string> = { apiSecret: 'api-secret' },
  options: ThriveOptions = {},
  fastMs = 0,
) {
  const clock = { ms: nowMs };
  const emulator = await startThrive({ nowMs: () => clock.ms, ...options });
  const settings = { tenantId: 'tenant_1', since: '2026-03-28T12:00:00Z', ...over };
  const source = { emulator, rows: emulator.records, settings, secrets };
  const driver = await drive(connector, source, () => new Date(clock.ms + fastMs));
  open.push(emulator, driver);
  return { emulator, driver, clock };
}

const record = (n: number, date: string): object => ({
  id: n.toString(16).padStart(24, '0'),
  user: null,
  type: 'viewed',
  date,
  data: {},
  with: null,
});
const tokens = ({ requests }: { requests: ReadonlyMap<string, number> }) => requests.get('POST /oauth2/token/tenant_1');

describe('windows', () => {
  it('hold everything though a second holds more than a page and comes in another order each time', async () => {
    const { emulator, driver } = await start({ perPage: 4 });
    for (let n = 1; n <= 23; n += 1)
      emulator.records.add(record(n, `2026-03-29T02:30:00.${String(n).padStart(3, '0')}Z`));
    emulator.records.add(record(30, '2026-03-29T02:30:01.000Z'), record(31, '2026-03-29T02:29:59.999Z'));
    expect(nativesOf(recorded(await driver.toEnd()))).toEqual(emulator.records.texts.sort());
  });

  it('reach back by what the settings say, for records that come late', async () => {
    const { emulator, driver, clock } = await start({ overlapSeconds: 3_600 });
    const first = await driver.toEnd();
    emulator.records.add(record(1, '2026-03-29T11:30:00.000Z'));
    clock.ms += 60_000;
    expect(recorded(await driver.toEnd(first.at(-1)!.checkpoint)).size).toBe(1);
  });

  it('tell how far the past has been read, and that it is', async () => {
    const { driver } = await start({ windowDays: 1, since: '2026-03-19T12:00:00Z' });
    const steps = await driver.toEnd();
    expect(steps[0]).toMatchObject({
      coveredUntil: new Date('2026-03-20T12:00:00Z'),
      backfill: {
        from: new Date('2026-03-19T12:00:00Z'),
        to: new Date('2026-03-29T11:59:55Z'),
        at: new Date('2026-03-20T12:00:00Z'),
      },
    });
    expect(steps).toHaveLength(10);
    expect(steps.at(-1)!.backfill).toBeUndefined();
    expect(steps.at(-1)!.coveredUntil).toEqual(new Date('2026-03-29T11:59:55Z'));
  });

  it('ask for nothing younger than what has settled', async () => {
    const { emulator, driver, clock } = await start({ settleSeconds: 30 });
    emulator.records.add(record(1, '2026-03-29T11:59:45.000Z'));
    const first = await driver.toEnd();
    expect(recorded(first).size).toBe(0);
    clock.ms += 20_000;
    expect(recorded(await driver.toEnd(first.at(-1)!.checkpoint)).size).toBe(1);
  });

  it('pass nothing over where our clock runs fast', async () => {
    const { emulator, driver, clock } = await start({}, undefined, {}, 600_000);
    const first = await driver.toEnd();
    expect(first.at(-1)!.coveredUntil).toEqual(new Date('2026-03-29T11:59:55Z'));
    emulator.records.add(record(1, '2026-03-29T12:00:10.000Z'));
    clock.ms += 20_000;
    const second = await driver.toEnd(first.at(-1)!.checkpoint);
    expect(recorded(second).size).toBe(1);
    expect(second).toHaveLength(1);
    const day = await start({}, undefined, {}, 100_000_000);
    await expect(day.driver.toEnd()).rejects.toMatchObject({
      kind: 'MALFORMED',
      message: expect.stringContaining('clock'),
    });
  });

  it('find what came a minute late, also where it came while others were read', async () => {
    const { emulator, driver, clock } = await start({ perPage: 10 });
    const first = await driver.toEnd();
    clock.ms += 20_000;
    for (let n = 1; n <= 40; n += 1) emulator.records.add(record(n, `2026-03-29T12:00:${10 + (n % 5)}.000Z`));
    emulator.records.add(record(50, '2026-03-29T11:59:10.000Z'));
    const second = await driver.toEnd(first.at(-1)!.checkpoint, (step) => {
      if (step === 1) emulator.records.add(record(51, '2026-03-29T11:59:30.000Z'));
    });
    clock.ms += 10_000;
    const third = await driver.toEnd(second.at(-1)!.checkpoint);
    expect(nativesOf(recorded([...first, ...second, ...third]))).toEqual(emulator.records.texts.sort());
  });

  it('read the past no more often than their ends need, and a busy minute in its pages', async () => {
    const { emulator, driver, clock } = await start({ perPage: 50 });
    const at = (second: number): string => new Date(nowMs - 7_200_000 + second * 1000).toISOString();
    for (let n = 0; n < 1_000; n += 1) emulator.records.add(record(n, at(n)));
    const first = await driver.toEnd();
    expect(first.flatMap(({ rows }) => rows).length).toBeLessThan(1_200);
    for (let n = 0; n < 120; n += 1) emulator.records.add(record(2_000 + n, at(7_190 + n / 4)));
    clock.ms += 40_000;
    const second = await driver.toEnd(first.at(-1)!.checkpoint);
    const before = emulator.requests.get('GET /rest/v1/activities')!;
    clock.ms += 10_000;
    const third = await driver.toEnd(second.at(-1)!.checkpoint);
    expect(emulator.requests.get('GET /rest/v1/activities')! - before).toBeLessThan(10);
    expect(nativesOf(recorded([...first, ...second, ...third]))).toEqual(emulator.records.texts.sort());
  });
});

describe('credentials', () => {
  const secrets = { clientSecret: 'client-secret' };
  const settings = { clientId: 'client_1', windowDays: 1 };

  it('are Basic with an API secret', async () => {
    const { emulator, driver } = await start();
    await driver.toEnd();
    expect(tokens(emulator)).toBeUndefined();
  });

  it('are one access token for as long as it is good, and then another', async () => {
    const { emulator, driver, clock } = await start(settings, secrets);
    await driver.toEnd();
    await driver.toEnd();
    expect(tokens(emulator)).toBe(1);
    clock.ms += 3_600_000;
    await driver.toEnd();
    expect(tokens(emulator)).toBe(2);
  });

  it('are got anew once where a token is refused before its time', async () => {
    const { emulator, driver } = await start(settings, secrets);
    await driver.toEnd();
    emulator.revokeTokens();
    await driver.toEnd();
    expect(tokens(emulator)).toBe(2);
  });

  it('that stay refused are asked for twice at most', async () => {
    let ms = nowMs;
    const { emulator, driver } = await start(settings, secrets, { tokenSeconds: 0.5, nowMs: () => (ms += 1_000) });
    await expect(driver.step(undefined)).rejects.toMatchObject({ kind: 'REFUSED', status: 401 });
    expect(tokens(emulator)).toBe(2);
  });
});
