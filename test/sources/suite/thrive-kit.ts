import fc from 'fast-check';
import { startThrive } from '../../../scripts/upstreams/thrive.js';
import { toNative } from '../../../src/sources/thrive/mapping.js';
import { toRow } from '../../../src/sources/thrive/rows.js';
import type { SourceKit } from './kit.js';
import { anyJson, anyObject, anySpelling, isoDate } from './payloads.js';

const hex24 = fc.stringMatching(/^[0-9a-f]{24}$/);
const idOf = (n: number): string => n.toString(16).padStart(24, '0');
const dayMs = 86_400_000;

const row = (n: number, atMs: number, more: object = {}): string =>
  JSON.stringify({
    id: idOf(n),
    user: n % 5 === 0 ? null : idOf(0xabc + (n % 3)),
    type: ['viewed', 'completed', 'loggedin'][n % 3],
    date: new Date(atMs).toISOString(),
    contextId: n % 3 === 2 ? null : idOf(0xdef + (n % 4)),
    contextType: n % 3 === 2 ? null : 'content',
    data: { duration: '3600', progresspercentage: n % 2 ? '40' : 40 },
    with: null,
    ...more,
  });

export const thriveKit: SourceKit = {
  fixtures: ['thrive/live.json'],
  noRows: [
    'null',
    '[]',
    '"text"',
    '{}',
    '{"id":"x","type":"viewed","date":"yesterday"}',
    '{"id":7,"date":"2020-01-01"}',
  ],
  anyRow: anySpelling(
    fc
      .tuple(
        anyObject,
        fc.record(
          {
            id: hex24,
            user: fc.option(hex24),
            type: fc.oneof(
              fc.constantFrom('viewed', 'passed', 'found'),
              fc.string({ maxLength: 10 }),
              fc.constant(null),
            ),
            date: isoDate,
            name: fc.option(fc.string({ unit: 'binary', maxLength: 20 })),
            contextId: fc.option(hex24),
            contextType: fc.option(fc.constantFrom('content', 'user')),
            contentType: fc.option(fc.constant('video')),
            data: anyJson,
            with: anyJson,
          },
          { requiredKeys: ['id', 'type', 'date'] },
        ),
      )
      .map(([more, known]) => ({ ...more, ...known })),
  ),
  toRow,
  back: (entry) => toNative(entry, {}),
  row,
  rowHolding: (n, atMs, value) => row(n, atMs, { data: value }),
  unknownWord: { row: (n, atMs) => row(n, atMs, { type: 'teleported' }), drift: 'type: teleported' },
  start: async (nowMs) => {
    const emulator = await startThrive(nowMs && { nowMs });
    return {
      emulator,
      rows: emulator.records,
      settings: {
        tenantId: 'tenant_1',
        clientId: 'client_1',
        since: new Date(Date.now() - 2 * dayMs).toISOString(),
        settleSeconds: 2,
        perPage: 5,
      },
      secrets: { clientSecret: 'client-secret' },
      wrongSecrets: { clientSecret: 'wrong' },
    };
  },
};
