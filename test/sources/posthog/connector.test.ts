import { afterEach, describe, expect, it } from 'vitest';
import { type PosthogOptions, startPosthog } from '../../../scripts/upstreams/posthog.js';
import { isoOf } from '../../../src/base/instants.js';
import type { Checkpoint, Connector, PullStep } from '../../../src/ingest/connector.js';
import { posthogConnector } from '../../../src/sources/posthog/connector.js';
import { drive, nativesOf, recorded } from '../suite/driving.js';

const connector = posthogConnector as unknown as Connector;
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((part) => part.close())));

const startMs = Date.parse('2026-03-29T12:00:00Z');
const micros = (seconds: number): number => (startMs + seconds * 1000) * 1000;

const row = (n: number, createdMicros: number): object => ({
  id: `01890000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
  user: null,
  activity: 'updated',
  item_id: String(n),
  scope: 'Insight',
  detail: null,
  created_at: isoOf(createdMicros),
});

async function start(over: object = {}, options: PosthogOptions = {}) {
  const clock = { ms: startMs };
  const emulator = await startPosthog(options);
  const settings = { pageSize: 5, overlapSeconds: 2, ...over };
  const source = { emulator, rows: emulator.rows, settings, secrets: { apiKey: 'phx_right' } };
  const driver = await drive(connector, source, () => new Date(clock.ms));
  open.push(emulator, driver);
  const calls = (): number => [...emulator.requests.values()].reduce((sum, count) => sum + count, 0);
  return { emulator, driver, clock, calls };
}
const last = (steps: readonly PullStep[]): Checkpoint => steps.at(-1)!.checkpoint;
const idsOf = (steps: readonly PullStep[]) =>
  new Set(steps.flatMap(({ rows }) => rows).map(({ nativeKey }) => nativeKey));

describe('reading', () => {
  it('begins with the newest rows, goes down into the past, and then only looks for what is new', async () => {
    const { emulator, driver, calls, clock } = await start();
    for (let n = 0; n < 40; n += 1) emulator.rows.add(row(n, micros(n * 10 - 1000)));
    const first = await driver.toEnd();
    expect(first[0]!.rows.map(({ entry }) => entry.object!.id)).toEqual(['35', '36', '37', '38', '39']);
    expect(first[0]!.coveredUntil).toBeUndefined();
    expect(first.at(-1)!.coveredUntil).toEqual(new Date(startMs));
    expect(nativesOf(recorded(first))).toEqual(emulator.rows.texts.sort());
    const before = calls();
    clock.ms += 60_000;
    emulator.rows.add(row(50, micros(30)), row(51, micros(31)));
    const second = await driver.toEnd(last(first));
    expect([...idsOf(second)]).toHaveLength(5);
    expect(calls() - before).toBe(1);
  });

  it('looks at what is new every half a minute while it reads a long past', async () => {
    const { emulator, driver, clock } = await start();
    for (let n = 0; n < 200; n += 1) emulator.rows.add(row(n, micros(n - 10_000)));
    const steps = await driver.toEnd(undefined, (step) => {
      clock.ms += 4_000;
      if (step === 10) emulator.rows.add(row(500, micros(35)));
    });
    const at = steps.findIndex(({ rows }) => rows.some(({ entry }) => entry.object!.id === '500'));
    expect(at).toBeGreaterThan(9);
    expect(at).toBeLessThan(18);
    expect(nativesOf(recorded(steps))).toEqual(emulator.rows.texts.sort());
  });

  it('finds rows whose transaction ended after younger ones were read', async () => {
    const { emulator, driver, clock } = await start({ overlapSeconds: 60 });
    for (let n = 1; n < 30; n += 1) emulator.rows.add(row(n, micros(-n)));
    const first = await driver.toEnd();
    for (let n = 40; n < 60; n += 1) emulator.rows.add(row(n, micros(n)));
    emulator.rows.add(row(100, micros(-28.5)));
    clock.ms += 60_000;
    const second = await driver.toEnd(last(first));
    expect(nativesOf(recorded([...first, ...second]))).toEqual(emulator.rows.texts.sort());
  });

  it('is exact though more rows than pages hold are of one microsecond, and keeps their order', async () => {
    const { emulator, driver } = await start();
    for (let n = 0; n < 23; n += 1) emulator.rows.add(row(n, micros(-5)));
    for (let n = 30; n < 34; n += 1) emulator.rows.add(row(n, micros(-4)));
    const steps = await driver.toEnd();
    expect(nativesOf(recorded(steps))).toEqual(emulator.rows.texts.sort());
    const order = steps.flatMap(({ rows }) => rows.toReversed().map(({ entry }) => entry.native));
    expect(order).toEqual(emulator.rows.matching({}).map(({ text }) => text));
  });

  it('fifty pages of one microsecond are a list that leads nowhere', async () => {
    const { emulator, driver } = await start({ pageSize: 2 });
    for (let n = 0; n < 130; n += 1) emulator.rows.add(row(n, micros(-5)));
    const failed = await driver.toEnd().catch((error: unknown) => error);
    expect(failed).toMatchObject({ kind: 'MALFORMED' });
  });

  it('reads nothing older than it is told to', async () => {
    const { emulator, driver } = await start({ since: '2026-03-29T11:59:00Z' });
    for (let n = 0; n < 40; n += 1) emulator.rows.add(row(n, micros(-n * 5)));
    const steps = await driver.toEnd();
    expect([...recorded(steps).values()].map(({ entry }) => Number(entry.object!.id)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 13 }, (_, n) => n),
    );
    expect(steps).toHaveLength(3);
  });

  it('is not made blind by a row of the future', async () => {
    const { emulator, driver, clock } = await start();
    emulator.rows.add(row(1, micros(86_400)));
    const first = await driver.toEnd();
    for (let n = 10; n < 40; n += 1) emulator.rows.add(row(n, micros(n)));
    clock.ms += 60_000;
    const second = await driver.toEnd(last(first));
    expect(nativesOf(recorded([...first, ...second]))).toEqual(emulator.rows.texts.sort());
  });
});

describe('the next page', () => {
  it.each(['http://internal.posthog.svc:8000', 'https://evil.example'])(
    'is asked for at the configured origin though it is said to be at %s',
    async (nextOrigin) => {
      const { emulator, driver } = await start({}, { nextOrigin });
      for (let n = 0; n < 20; n += 1) emulator.rows.add(row(n, micros(n - 100)));
      expect(nativesOf(recorded(await driver.toEnd()))).toEqual(emulator.rows.texts.sort());
      expect([...emulator.requests.keys()]).toEqual(['GET /api/projects/@current/activity_log/']);
    },
  );

  it('that is no longer known has the list read from its beginning, once an hour', async () => {
    const { emulator, driver, clock } = await start();
    for (let n = 0; n < 20; n += 1) emulator.rows.add(row(n, micros(n - 100)));
    const first = await driver.step(undefined);
    emulator.behaviour.forgetsCursors = true;
    const dropped = await driver.step(first.checkpoint);
    expect(dropped).toMatchObject({ rows: [], isCaughtUp: false });
    emulator.behaviour.forgetsCursors = false;
    expect(nativesOf(recorded([first, ...(await driver.toEnd(dropped.checkpoint))]))).toEqual(
      emulator.rows.texts.sort(),
    );
    const again = await driver.step(dropped.checkpoint);
    emulator.behaviour.forgetsCursors = true;
    await expect(driver.step(again.checkpoint)).rejects.toMatchObject({ kind: 'MALFORMED' });
    clock.ms += 3_600_000;
    // A look at what is new is due first.
    expect((await driver.step(again.checkpoint)).rows).toHaveLength(5);
  });
});

describe('other versions', () => {
  it('that give 100 rows a page whatever is asked are read alike', async () => {
    const { emulator, driver } = await start({}, { version: 2024 });
    for (let n = 0; n < 250; n += 1) emulator.rows.add(row(n, micros(n - 1000)));
    const steps = await driver.toEnd();
    expect(steps).toHaveLength(3);
    expect(nativesOf(recorded(steps))).toEqual(emulator.rows.texts.sort());
  });

  it('that answer the documented list are read alike', async () => {
    const { emulator, driver } = await start({}, { answer: 'list' });
    for (let n = 0; n < 12; n += 1) emulator.rows.add(row(n, micros(n - 1000)));
    expect(nativesOf(recorded(await driver.toEnd()))).toEqual(emulator.rows.texts.sort());
  });
});

describe('a refusal', () => {
  it.each([
    ['a plan that is not paid for', { isPaid: false }, { kind: 'REFUSED', status: 402, message: /paid plan/ }],
    ['a key without the scope', { scopes: ['insight:read'] }, { kind: 'REFUSED', status: 403 }],
    ['another project', { projectId: 7 }, { kind: 'REFUSED', status: 404 }],
  ] as const)('for %s is told by its class', async (_name, options, { message, ...fault }: Record<string, unknown>) => {
    const { driver } = await start({ projectId: '1' }, options);
    const failed = await driver.step(undefined).catch((error: unknown) => error);
    expect(failed).toMatchObject(fault);
    if (message) expect(String(failed)).toMatch(message as RegExp);
  });

  it('for too many calls is for as long as it says', async () => {
    const { emulator, driver } = await start();
    emulator.faults.set({ kind: 'too-many', retryAfterSeconds: 7 }, 1);
    await expect(driver.step(undefined)).rejects.toMatchObject({ kind: 'RATE_LIMITED', retryAfterMs: 7_000 });
  });
});
