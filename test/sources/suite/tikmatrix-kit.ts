import fc from 'fast-check';
import { startTikMatrix } from '../../../scripts/upstreams/tikmatrix.js';
import { toNative } from '../../../src/sources/tikmatrix/mapping.js';
import { readRow, toRow } from '../../../src/sources/tikmatrix/rows.js';
import type { SourceKit } from './kit.js';
import { anyObject, anySpelling } from './payloads.js';

/** As it is posted: the emulator numbers it. */
const row = (n: number, atMs: number, more: object = {}): string =>
  JSON.stringify({
    platform: n % 2 ? 'tiktok' : 'instagram',
    serial: `R58N${n % 3}`,
    action_type: ['post', 'follow', 'comment'][n % 3],
    action_detail: `Number ${n}`,
    username: n % 4 ? `user${n % 5}` : null,
    timestamp: Math.floor(atMs / 1000),
    ...more,
  });

const text = fc.option(fc.string({ unit: 'binary', maxLength: 20 }));

export const tikmatrixKit: SourceKit = {
  fixtures: ['tikmatrix/rows.json'],
  noRows: [
    'null',
    '[]',
    '7',
    '{}',
    '{"id":"1","timestamp":1}',
    '{"id":1,"timestamp":null}',
    '{"id":1.5,"timestamp":1}',
  ],
  anyRow: anySpelling(
    fc
      .tuple(
        anyObject,
        fc.record(
          {
            id: fc.integer({ min: 1 }),
            platform: text,
            serial: text,
            action_type: fc.oneof(fc.constantFrom('post', 'follow', 'comment'), text),
            action_detail: text,
            username: text,
            timestamp: fc.integer({ min: 0, max: 8_000_000_000 }),
          },
          { requiredKeys: ['id', 'timestamp'] },
        ),
      )
      .map(([more, known]) => ({ ...more, ...known })),
  ),
  toRow: (native) => {
    const read = readRow(native);
    return read ? toRow(read, 1) : 'no row';
  },
  // Its façade gives rows numbers of ours; the number that a pulled row had is its native id.
  back: (entry) => {
    const { id: _ours, ...said } = toNative(entry);
    const { id, ...others } = JSON.parse(entry.native!) as { id: number };
    return JSON.stringify({ id: Number(entry.nativeId ?? id), ...others, ...said });
  },
  row,
  rowHolding: (n, atMs, value) => row(n, atMs, { payload: value }),
  posted: JSON.stringify({ platform: 'tiktok', serial: 's', action_type: 'post', username: 'u' }),
  start: async (nowMs) => {
    const emulator = await startTikMatrix(nowMs && { nowMs });
    return { emulator, rows: emulator.rows, settings: { limit: 5 }, secrets: {} };
  },
};
