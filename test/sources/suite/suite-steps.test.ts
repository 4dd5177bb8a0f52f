import { afterEach, describe, expect, it } from 'vitest';
import type { UpstreamWrite } from '../../../src/ingest/connector.js';
import { UpstreamError } from '../../../src/ingest/upstream-error.js';
import { type Driver, drive, nativesOf, recorded } from './driving.js';
import type { EmulatedSource, SourceKit } from './kit.js';
import { sources } from './kits.js';
import { hostile } from './payloads.js';

const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((part) => part.close())));

/** Some rows of an hour ago, several of them in one second. */
const startMs = Date.now() - 3_600_000;
const atMs = (n: number): number => startMs + Math.floor(n / 3) * 1000 + (n % 3) * 7;

async function start(kit: SourceKit, count: number, nowMs?: () => number): Promise<EmulatedSource> {
  const source = await kit.start(nowMs);
  open.push(source.emulator);
  for (let n = 1; n <= count; n += 1) source.rows.add(kit.row(n, atMs(n)));
  return source;
}

describe.each(sources)('$system', ({ connector, kit }) => {
  const driven = async (source: EmulatedSource, now?: () => Date): Promise<Driver> => {
    const driver = await drive(connector, source, now);
    open.push(driver);
    return driver;
  };
  const all = (source: EmulatedSource): string[] => [...source.rows.texts].sort();

  it('passes its own test, and not with credentials that are wrong', async () => {
    const source = await start(kit, 1);
    await connector.test((await driven(source)).session);
    if (!source.wrongSecrets) return;
    const wrong = await driven({ ...source, secrets: source.wrongSecrets });
    await expect(connector.test(wrong.session)).rejects.toMatchObject({ kind: 'REFUSED', status: 401 });
    const withNone = async () => connector.test((await driven({ ...source, secrets: {} })).session);
    await expect(withNone()).rejects.toMatchObject({ kind: 'MISCONFIGURED' });
  });

  it('reads nothing from nothing, and then what comes', async () => {
    let nowMs = Date.now();
    const source = await start(kit, 0, () => nowMs);
    const driver = await driven(source, () => new Date(nowMs));
    const empty = await driver.toEnd();
    expect(recorded(empty).size).toBe(0);
    expect(empty.at(-1)!.coveredUntil).toBeInstanceOf(Date);
    source.rows.add(kit.row(1, nowMs), kit.row(2, nowMs));
    nowMs += 60_000;
    const steps = await driver.toEnd(empty.at(-1)!.checkpoint);
    expect(nativesOf(recorded(steps))).toEqual(all(source));
    expect(steps.at(-1)!.coveredUntil!.getTime()).toBeGreaterThan(nowMs - 60_000);
  });

  it('reads many pages, each row in its own bytes, and gives nothing new at the next look', async () => {
    const source = await start(kit, 47);
    for (const [index, [, value]] of hostile.entries())
      source.rows.add(kit.rowHolding(100 + index, atMs(60 + index), value));
    const driver = await driven(source);
    const steps = await driver.toEnd();
    expect(steps.length).toBeGreaterThan(5);
    expect(steps.flatMap(({ rejected = [] }) => rejected)).toEqual([]);
    expect(nativesOf(recorded(steps))).toEqual(all(source));
    const more = await driver.toEnd(steps.at(-1)!.checkpoint);
    expect([...recorded(more).keys()].every((key) => recorded(steps).has(key))).toBe(true);
    expect(more.length).toBeLessThanOrEqual(4);
  });

  it('whichever checkpoint is lost, reads on from the one before, and nothing is lost or doubled', async () => {
    const source = await start(kit, 31);
    const driver = await driven(source);
    const whole = await driver.toEnd();
    for (let lost = 0; lost < whole.length; lost += 1) {
      // The rows of this step were recorded, and its checkpoint was not stored: it is made again.
      const before = lost === 0 ? undefined : whole[lost - 1]!.checkpoint;
      const again = await driver.toEnd(before);
      const steps = [...whole.slice(0, lost + 1), ...again];
      expect(nativesOf(recorded(steps)), `lost after step ${lost + 1}`).toEqual(all(source));
    }
  });

  it('is exact while rows arrive between its steps', async () => {
    const source = await start(kit, 23);
    let nowMs = Date.now();
    const driver = await driven(source, () => new Date(nowMs));
    let n = 1_000;
    const first = await driver.toEnd(undefined, () => {
      nowMs += 1_000;
      if (n < 1_020) source.rows.add(kit.row(n++, nowMs), kit.row(n++, nowMs + 1));
    });
    nowMs += 60_000;
    const second = await driver.toEnd(first.at(-1)!.checkpoint);
    expect(nativesOf(recorded([...first, ...second]))).toEqual(all(source));
  });

  it('passes over texts that are no rows, says so, and goes on', async () => {
    const source = await start(kit, 12);
    const broken = kit.row(500, atMs(5)).replaceAll(/"(id|activityLogId|timestamp|type)":/g, '"un$1":');
    const steps = await (async () => {
      const texts = all(source);
      source.rows.add(broken);
      const driver = await driven(source);
      const steps = await driver.toEnd();
      expect(nativesOf(recorded(steps))).toEqual(texts);
      return steps;
    })();
    expect(steps.flatMap(({ rejected = [] }) => rejected).length).toBeGreaterThan(0);
  });

  it.each(['same-page', 'endless-pages'] as const)(
    '%s: it stops and says so, or has everything all the same',
    async (kind) => {
      const source = await start(kit, 20);
      const driver = await driven(source);
      source.emulator.faults.set({ kind });
      const before: Parameters<typeof recorded>[0][number][] = [];
      const failure = await (async () => {
        let checkpoint: Parameters<Driver['step']>[0];
        for (let n = 0; n < 200; n += 1) {
          const step = await driver.step(checkpoint);
          before.push(step);
          checkpoint = step.checkpoint;
          if (step.isCaughtUp) return undefined;
        }
        return 'never ended';
      })().catch((error: unknown) => error);
      if (failure === undefined) return expect(nativesOf(recorded(before))).toEqual(all(source));
      expect(failure).toBeInstanceOf(UpstreamError);
      expect(failure).toMatchObject({ kind: 'MALFORMED' });
      source.emulator.faults.set({ kind: 'none' });
      const after = await driver.toEnd(before.at(-1)?.checkpoint);
      expect(nativesOf(recorded([...before, ...after]))).toEqual(all(source));
    },
  );

  if (connector.write) {
    it.each(['cut-off', 'away'] as const)('writes once, though the first try ends with %s', async (kind) => {
      const source = await start(kit, 3);
      const { session } = await driven(source);
      // A token is got before the source begins to fail, so that it is the write that fails.
      await connector.test(session);
      const write: UpstreamWrite = {
        entryId: 'c'.repeat(24),
        native: kit.posted!,
        occurredAtMicros: startMs * 1000,
        userId: 'somebody',
        isRepeat: false,
      };
      source.emulator.faults.set({ kind });
      await expect(connector.write!.create(session, write)).rejects.toMatchObject({ kind: 'UNREACHABLE' });
      source.emulator.faults.set({ kind: 'none' });
      // Cut off, it is there and nobody knows; dropped, it never arrived.
      expect(source.rows.count).toBe(kind === 'cut-off' ? 4 : 3);
      const first = await connector.write!.create(session, { ...write, isRepeat: true });
      expect(await connector.write!.create(session, { ...write, isRepeat: true })).toEqual(first);
      expect(source.rows.count).toBe(4);
      // It comes back under the id that was answered: by it the entry that it was made from is recognised.
      const rows = recorded(await (await driven(source)).toEnd());
      const ours = [...rows.values()].filter(
        ({ entry, upstreamId }) => (upstreamId ?? entry.nativeId) === first.upstreamId,
      );
      expect(ours).toHaveLength(1);
    });
  }

  it('works alike wherever its process thinks it is', async () => {
    const here = process.env.TZ;
    process.env.TZ = 'Pacific/Auckland';
    try {
      const source = await start(kit, 13);
      expect(nativesOf(recorded(await (await driven(source)).toEnd()))).toEqual(all(source));
    } finally {
      if (here === undefined) delete process.env.TZ;
      else process.env.TZ = here;
    }
  });
});
