import { type Closeable, sleep } from '../../src/base/lifecycle.js';
import { Arrivals } from './arrivals.js';
import { startAWorld } from './aworld.js';
import type { EmulatedRows, Emulator } from './emulator.js';
import { startFalkor } from './falkor.js';
import { movingPathways, movingRows } from './falkor-moving.js';
import { startPosthog } from './posthog.js';
import { startThrive } from './thrive.js';
import { startTikMatrix } from './tikmatrix.js';

export type EmulatedSystem = 'aworld' | 'thrive' | 'falkor' | 'tikmatrix' | 'posthog';

export interface CompanyOptions {
  /** 0: a free one. */
  readonly ports: Readonly<Record<EmulatedSystem, number>>;
  readonly seed: number;
  /** Rows that each system has from the days before; Falkor's follow from the time of day. */
  readonly past: number;
  /** Between two arrivals, in milliseconds; 0: none arrive. */
  readonly everyMs: number;
  /** When its pathways were taken into use; long ago, if absent. */
  readonly sinceMs?: number;
}

export interface Company extends Closeable {
  readonly urls: Readonly<Record<EmulatedSystem, string>>;
}

const pastMs = 7 * 24 * 3_600_000;

/** All emulated systems of one made-up company, with a past, and with something new now and then. */
export async function startCompany({ ports, seed, past, everyMs, sinceMs }: CompanyOptions): Promise<Company> {
  const [aworld, thrive, falkor, tikmatrix, posthog] = await Promise.all([
    startAWorld({ port: ports.aworld }),
    startThrive({ port: ports.thrive, seed }),
    startFalkor({ port: ports.falkor, pathways: movingPathways, moving: (atMs) => movingRows(atMs, sinceMs) }),
    startTikMatrix({ port: ports.tikmatrix }),
    startPosthog({ port: ports.posthog }),
  ]);
  const desks: readonly Desk[] = [
    { emulator: aworld, rows: aworld.logs, arrivals: new Arrivals('AWORLD', seed) },
    { emulator: thrive, rows: thrive.records, arrivals: new Arrivals('THRIVE', seed) },
    {
      emulator: tikmatrix,
      // It numbers its rows itself.
      rows: { add: (text) => tikmatrix.rows.add(withoutId(String(text))) },
      arrivals: new Arrivals('TIKMATRIX', seed),
    },
    { emulator: posthog, rows: posthog.rows, arrivals: new Arrivals('POSTHOG', seed) },
  ];
  const now = Date.now();
  for (const { rows, arrivals } of desks) {
    for (let n = past; n > 0; n -= 1) rows.add(arrivals.next(now - (pastMs * n) / past));
  }
  const ended = new AbortController();
  const arriving = everyMs === 0 ? Promise.resolve() : keepArriving(desks, everyMs, ended.signal);
  return {
    urls: {
      aworld: aworld.url,
      thrive: thrive.url,
      falkor: falkor.url,
      tikmatrix: tikmatrix.url,
      posthog: posthog.url,
    },
    close: async () => {
      ended.abort();
      await arriving;
      await Promise.all([falkor.close(), ...desks.map(({ emulator }) => emulator.close())]);
    },
  };
}

interface Desk {
  readonly emulator: Emulator;
  readonly rows: Pick<EmulatedRows, 'add'>;
  readonly arrivals: Arrivals;
}

async function keepArriving(desks: readonly Desk[], everyMs: number, signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted; turn += 1) {
    await sleep(everyMs, signal);
    const { rows, arrivals } = desks[turn % desks.length]!;
    if (!signal.aborted) rows.add(arrivals.next(Date.now()));
  }
}

function withoutId(text: string): string {
  const { id: _id, ...row } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(row);
}
