import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Emulator } from '../../scripts/upstreams/emulator.js';
import type { Connector } from '../../src/ingest/connector.js';
import type { PullOptions } from '../../src/ingest/pull.js';
import { lagMs, statusOf } from '../../src/model/source.js';
import { type NumberedRow, numberedRows, numbersConnector, startNumbers } from './numbers.js';
import { openReading } from './reading.js';

const reading = await openReading(numbersConnector as Connector);
let rows: NumberedRow[];
let upstream: Emulator;

beforeEach(async () => {
  rows = numberedRows(35);
  upstream = await startNumbers(rows);
});
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()));
  await upstream.close();
  reading.sources.clear();
});

const start = (over = {}, limits = {}) => {
  const puller = reading.startPuller(over, limits);
  open.push(puller);
  return puller;
};
const ids = (count: number) => numberedRows(count).map(({ n }) => String(n));
/** Native ids of what was recorded since. */
const since = async (before: readonly unknown[]) =>
  (await reading.entries()).slice(before.length).map(({ nativeId }) => nativeId!);

describe('a source', () => {
  it('is read to its end in pages, and on as it grows', async () => {
    const before = await reading.entries();
    const source = reading.add(upstream.url);
    start();
    const state = await reading.until(source, ({ counts }) => counts.recorded === 35);
    expect(state).toMatchObject({
      failures: 0,
      fault: undefined,
      counts: { pages: 4, rows: 35, duplicates: 0, conflicts: 0 },
    });
    rows.push(...numberedRows(5, 36));
    await reading.until(source, ({ counts }) => counts.recorded === 40);
    expect((await since(before)).sort(byNumber)).toEqual(ids(40));
  });

  it('tells how current it is', async () => {
    const source = reading.add(upstream.url);
    start();
    const state = await reading.until(source, ({ coveredUntil }) => coveredUntil !== undefined);
    expect(statusOf(source, state, new Date())).toBe('CURRENT');
    expect(lagMs(state, new Date(state.coveredUntil!.getTime() + 60_000))).toBe(60_000);
    expect(statusOf(source, state, new Date(Date.now() + 60_000))).toBe('BEHIND');
    expect(statusOf({ ...source, isPaused: true }, state, new Date())).toBe('PAUSED');
  });

  it('is read on past a row whose text no entry can hold', async () => {
    const before = await reading.entries();
    // Three bytes each in UTF-8: as characters alone they would pass.
    const long = '€'.repeat(6 * 1024 * 1024);
    rows.splice(0, rows.length, ...numberedRows(3).map((row) => (row.n === 2 ? { ...row, text: long } : row)));
    const source = reading.add(upstream.url);
    start({}, { textBytes: 64 * 1024 * 1024, silenceMs: 10_000 });
    const state = await reading.until(source, ({ coveredUntil, fault }) => (coveredUntil ?? fault) !== undefined);
    expect(state).toMatchObject({ fault: undefined, counts: { rows: 2, recorded: 2, rejected: 1 } });
    expect(await since(before)).toEqual(['1', '3']);
  });

  it('keeps what it says in its own bytes, and unknown fields are counted', async () => {
    const before = await reading.entries();
    rows.splice(0, rows.length, { n: 1, who: 'p', text: 'a', extra: { $where: 1 } } as NumberedRow);
    const source = reading.add(upstream.url);
    start();
    const state = await reading.until(source, ({ counts }) => counts.recorded === 1);
    expect(state.counts.drifted).toBe(1);
    expect(state.driftNames).toEqual(['extra']);
    const entries = await reading.entries();
    expect(entries[before.length]!.native).toBe(JSON.stringify(rows[0]));
    expect(entries[before.length]).toMatchObject({
      connectionId: source.id,
      actor: { kind: 'USER', key: `n:THRIVE:${source.id}:p` },
    });
  });
});

describe('whatever goes wrong', () => {
  it.each([
    [{ kind: 'slow', ms: 3_000 }, 'UNREACHABLE'],
    [{ kind: 'cut-off' }, 'UNREACHABLE'],
    [{ kind: 'wrong-length' }, 'UNREACHABLE'],
    [{ kind: 'away' }, 'UNREACHABLE'],
    [{ kind: 'html' }, 'MALFORMED'],
    [{ kind: 'error-inside' }, 'MALFORMED'],
    [{ kind: 'gzip-bomb', megabytes: 64 }, 'MALFORMED'],
    [{ kind: 'status', status: 503 }, 'UNREACHABLE'],
    [{ kind: 'too-many', retryAfterSeconds: 1 }, 'RATE_LIMITED'],
  ] as const)('%o: its state says so, and it heals without a gap', async (fault, kind) => {
    const before = await reading.entries();
    upstream.faults.set(fault);
    const source = reading.add(upstream.url);
    const puller = start();
    const failing = await reading.until(source, ({ fault }) => fault?.kind === kind);
    expect(failing.fault!.message).not.toContain('never leaves');
    upstream.faults.set({ kind: 'none' });
    await puller.wake(source.workspaceId, source.id);
    const state = await reading.until(source, ({ counts }) => counts.recorded === 35);
    expect(state.fault).toBeUndefined();
    expect((await since(before)).sort(byNumber)).toEqual(ids(35));
  });

  it('the same page for ever is noticed, and nothing is doubled', async () => {
    const before = await reading.entries();
    upstream.faults.set({ kind: 'same-page' });
    const source = reading.add(upstream.url);
    const puller = start();
    const state = await reading.until(source, ({ fault }) => fault?.kind === 'MALFORMED');
    expect(state.fault!.message).toContain('same page again and again');
    upstream.faults.set({ kind: 'none' });
    await reading.states.restart(source.workspaceId, source.id, 1);
    await puller.wake(source.workspaceId, source.id);
    await reading.until(source, ({ counts }) => counts.recorded === 35);
    expect((await since(before)).sort(byNumber)).toEqual(ids(35));
  });

  it('what cannot succeed again is not tried again, until somebody changes it', async () => {
    const source = reading.add(upstream.url, {}, { token: 'wrong' });
    const puller = start();
    const state = await reading.until(source, ({ fault }) => fault !== undefined);
    expect(state).toMatchObject({ fault: { kind: 'REFUSED' }, nextAttemptAt: undefined });
    expect(statusOf(source, state, new Date())).toBe('FAILING');
    const asked = upstream.requests.get('GET /rows');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(upstream.requests.get('GET /rows')).toBe(asked);
    reading.secrets.set(source.id, { token: 'right' });
    await puller.wake(source.workspaceId, source.id);
    await reading.until(source, ({ counts }) => counts.recorded === 35);
  });

  it('a checkpoint that was not stored is read again, and nothing is doubled', async () => {
    const before = await reading.entries();
    const source = reading.add(upstream.url);
    const { states } = reading;
    const forgetful: PullOptions['states'] = {
      byIds: (...args) => states.byIds(...args),
      begin: (...args) => states.begin(...args),
      rest: (...args) => states.rest(...args),
      wroteThrough: (...args) => states.wroteThrough(...args),
      wake: (...args) => states.wake(...args),
      nudge: (...args) => states.nudge(...args),
      save: () => Promise.reject(new Error('killed between page and checkpoint')),
    };
    const first = reading.startPuller({ states: forgetful });
    const patience = AbortSignal.timeout(10_000);
    while ((await since(before)).length < 10 && !patience.aborted) await new Promise((r) => setTimeout(r, 20));
    await first.close();
    expect((await reading.stateOf(source))?.checkpoint).toBeUndefined();
    start();
    const state = await reading.until(source, ({ counts }) => counts.rows >= 35);
    expect(state.counts.duplicates).toBeGreaterThanOrEqual(10);
    expect((await since(before)).sort(byNumber)).toEqual(ids(35));
  });
});

describe('several gateways', () => {
  it('read a source one at a time', async () => {
    let reads = 0;
    let most = 0;
    const counting = new Map([
      [
        numbersConnector.system,
        {
          ...numbersConnector,
          pull: async (...args: Parameters<NonNullable<typeof numbersConnector.pull>>) => {
            reads += 1;
            most = Math.max(most, reads);
            try {
              return await numbersConnector.pull!(...args);
            } finally {
              reads -= 1;
            }
          },
        } as Connector,
      ],
    ]);
    const source = reading.add(upstream.url, { settings: { limit: 35 }, everyMs: 10 });
    for (let n = 0; n < 4; n += 1) start({ connectors: counting });
    for (let n = 1; n <= 5; n += 1) {
      rows.push(...numberedRows(1, 35 + n));
      await reading.until(source, ({ counts }) => counts.recorded === 35 + n);
    }
    expect(most).toBe(1);
  });

  it('let who waits longest go first, so that one that is never caught up starves nobody', async () => {
    const endless = {
      ...numbersConnector,
      pull: async (_session: unknown, checkpoint: { n?: number } | undefined) => ({
        rows: [],
        checkpoint: { n: (checkpoint?.n ?? 0) + 1 },
        isCaughtUp: false,
      }),
    } as unknown as Connector;
    const greedy = [reading.add(upstream.url, { name: 'a' }), reading.add(upstream.url, { name: 'b' })];
    const modest = reading.add(upstream.url, { name: 'c' });
    start({ connectors: new Map([[numbersConnector.system, endless]]), atOnce: 1 });
    await reading.until(modest, ({ counts }) => counts.pages > 0);
    for (const source of greedy) await reading.until(source, ({ counts }) => counts.pages > 0);
  });

  it('one that was paused for longer than its lease writes nothing late', async () => {
    const source = reading.add(upstream.url);
    start();
    const { fence, checkpoint } = await reading.until(source, ({ counts }) => counts.recorded === 35);
    const late = await reading.states.save(source.workspaceId, source.id, fence - 1, { checkpoint: '{"after":1}' });
    expect(late).toBe(false);
    expect((await reading.stateOf(source))?.checkpoint).toBe(checkpoint);
  });

  it('a reading for what a source was before it was changed stores nothing after that', async () => {
    const source = reading.add(upstream.url, { everyMs: 3_600_000 });
    const { workspaceId, id } = source;
    await reading.states.begin(workspaceId, id, 7, new Date());
    await reading.states.restart(workspaceId, id, 2);
    const old = { checkpoint: '{"after":30}' };
    expect(await reading.states.save(workspaceId, id, 7, old, 1)).toBe(false);
    expect((await reading.stateOf(source))?.checkpoint).toBeUndefined();
    expect(await reading.states.save(workspaceId, id, 7, old, 2)).toBe(true);
  });

  it('who asks while a look is under way gets another one after it', async () => {
    const source = reading.add(upstream.url, { everyMs: 3_600_000 });
    start();
    await reading.until(source, ({ counts }) => counts.recorded === 35);
    const begun = (await reading.states.begin(source.workspaceId, source.id, 1_000, new Date()))!;
    rows.push(...numberedRows(1, 36));
    await reading.states.wake(source.workspaceId, source.id, new Date());
    await reading.states.rest(source.workspaceId, source.id, 1_000, begun.wakes, new Date(Date.now() + 3_600_000));
    expect((await reading.stateOf(source))!.nextAttemptAt!.getTime()).toBeLessThanOrEqual(Date.now());
  });
});

const byNumber = (a: string, b: string): number => Number(a) - Number(b);
