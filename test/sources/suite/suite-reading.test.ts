import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../scripts/upstreams/faults.js';
import type { Source } from '../../../src/model/source.js';
import { openReading } from '../../ingest/reading.js';
import type { EmulatedSource } from './kit.js';
import { sources } from './kits.js';

const faults: readonly [Fault, string][] = [
  [{ kind: 'slow', ms: 3_000 }, 'UNREACHABLE'],
  [{ kind: 'cut-off' }, 'UNREACHABLE'],
  [{ kind: 'wrong-length' }, 'UNREACHABLE'],
  [{ kind: 'away' }, 'UNREACHABLE'],
  [{ kind: 'html' }, 'MALFORMED'],
  [{ kind: 'error-inside' }, 'UNREACHABLE|MALFORMED'],
  [{ kind: 'gzip-bomb', megabytes: 64 }, 'MALFORMED'],
  [{ kind: 'redirect', to: 'http://169.254.169.254/' }, 'BLOCKED'],
  [{ kind: 'status', status: 503 }, 'UNREACHABLE'],
  [{ kind: 'status', status: 403 }, 'REFUSED'],
  [{ kind: 'too-many', retryAfterSeconds: 1 }, 'RATE_LIMITED'],
];
const startMs = Date.now() - 3_600_000;

describe.each(sources)('$system', async ({ connector, kit }) => {
  const reading = await openReading(connector);
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((part) => part.close()));
    reading.sources.clear();
  });

  const start = async (count: number): Promise<[EmulatedSource, Source]> => {
    const emulated = await kit.start();
    open.push(emulated.emulator);
    for (let n = 1; n <= count; n += 1) emulated.rows.add(kit.row(n, startMs + n * 400));
    const { settings, secrets } = emulated;
    return [emulated, reading.add(emulated.emulator.url, { settings: settings as Source['settings'] }, secrets)];
  };
  const pull = () => {
    const puller = reading.startPuller();
    open.unshift(puller);
    return puller;
  };
  const nativesOf = async ({ id }: Source): Promise<string[]> =>
    (await reading.entries()).flatMap(({ connectionId, native }) => (connectionId === id ? native! : [])).sort();

  it('is read into the log, each row once and in its own bytes, and on as it grows', async () => {
    const [emulated, source] = await start(40);
    pull();
    const state = await reading.until(
      source,
      ({ counts, coveredUntil }) => counts.recorded === 40 && coveredUntil !== undefined,
    );
    expect(state).toMatchObject({ fault: undefined, counts: { conflicts: 0, rejected: 0, drifted: 0 } });
    emulated.rows.add(kit.row(100, Date.now(), { invented: { $where: 1 } }), kit.row(101, Date.now()));
    const grown = await reading.until(source, ({ counts }) => counts.recorded === 42);
    expect(grown).toMatchObject({ counts: { conflicts: 0, drifted: expect.any(Number) }, driftNames: ['invented'] });
    expect(await nativesOf(source)).toEqual([...emulated.rows.texts].sort());
  });

  it.each(faults)('%o: its state says so, and nothing is lost or doubled', async (fault, kinds) => {
    const [emulated, source] = await start(23);
    emulated.emulator.faults.set(fault);
    const puller = pull();
    const failing = await reading.until(source, (state) => state.fault !== undefined);
    expect(kinds.split('|')).toContain(failing.fault!.kind);
    expect(failing.fault!.message).not.toContain('never leaves');
    emulated.emulator.faults.set({ kind: 'none' });
    await puller.wake(source.workspaceId, source.id);
    const state = await reading.until(source, ({ counts, fault }) => counts.recorded === 23 && fault === undefined);
    expect(state.counts.conflicts).toBe(0);
    expect(await nativesOf(source)).toEqual([...emulated.rows.texts].sort());
  });

  it('that breaks off again and again while it is read is read whole all the same', async () => {
    const [emulated, source] = await start(40);
    const puller = pull();
    for (const fault of [{ kind: 'cut-off' }, { kind: 'away' }, { kind: 'status', status: 500 }] as const) {
      await reading.until(source, ({ counts }) => counts.pages > 0);
      emulated.emulator.faults.set(fault, 1);
      await puller.wake(source.workspaceId, source.id);
    }
    await reading.until(source, ({ counts, fault }) => counts.recorded === 40 && fault === undefined);
    expect(await nativesOf(source)).toEqual([...emulated.rows.texts].sort());
  });

  it.each(['same-page', 'endless-pages'] as const)(
    '%s: it stops and says so, or has everything all the same',
    async (kind) => {
      const [emulated, source] = await start(23);
      emulated.emulator.faults.set({ kind });
      const puller = pull();
      const state = await reading.until(
        source,
        ({ fault, counts, coveredUntil }) =>
          fault !== undefined || (counts.recorded === 23 && coveredUntil !== undefined),
      );
      if (state.fault) expect(state.fault.kind).toBe('MALFORMED');
      emulated.emulator.faults.set({ kind: 'none' });
      await puller.wake(source.workspaceId, source.id);
      await reading.until(source, ({ counts, fault }) => counts.recorded === 23 && fault === undefined);
      expect(await nativesOf(source)).toEqual([...emulated.rows.texts].sort());
    },
  );
});
