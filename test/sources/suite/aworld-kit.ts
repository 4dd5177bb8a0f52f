import fc from 'fast-check';
import { startAWorld } from '../../../scripts/upstreams/aworld.js';
import { toListed } from '../../../src/sources/aworld/mapping.js';
import { toRow } from '../../../src/sources/aworld/rows.js';
import type { SourceKit } from './kit.js';
import { anyJson, anyObject, anySpelling, isoDate } from './payloads.js';

const users = ['-user_0', 'user 1', '_2'];

const row = (n: number, atMs: number, more: object = {}): string => {
  const at = new Date(atMs).toISOString();
  return JSON.stringify({
    activityLogId: `log-${n}`,
    activityId: 'FUMzPf00hz_kcj2R2Hlzq',
    userId: users[n % 3],
    ...(n % 2 && { outcome: n % 4 === 1 ? 'SUCCESS' : 'FAILURE', value: n / 2, tags: ['a', `t${n}`] }),
    additionalData: { note: `Number ${n}` },
    completedAt: at,
    createdAt: at,
    updatedAt: at,
    ...more,
  });
};

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,21}$/);

export const aworldKit: SourceKit = {
  fixtures: ['aworld/rows.json'],
  noRows: [
    'null',
    '[]',
    '""',
    '{}',
    '{"activityLogId":""}',
    '{"activityLogId":"x"}',
    '{"activityLogId":"x","completedAt":"no"}',
  ],
  anyRow: anySpelling(
    fc
      .tuple(
        anyObject,
        fc.record(
          {
            activityLogId: id,
            activityId: id,
            userId: fc.oneof(id, fc.string({ unit: 'binary', minLength: 1, maxLength: 9 })),
            outcome: fc.oneof(fc.constantFrom('SUCCESS', 'FAILURE', 'FAIL', 'PASS', null), fc.string({ maxLength: 6 })),
            value: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null), fc.constant('1')),
            tags: fc.oneof(fc.array(fc.string({ unit: 'binary', maxLength: 9 }), { maxLength: 3 }), anyJson),
            additionalData: fc.oneof(anyObject, anyJson),
            completedAt: isoDate,
            createdAt: isoDate,
            updatedAt: isoDate,
          },
          { requiredKeys: ['activityLogId', 'activityId', 'userId', 'completedAt'] },
        ),
      )
      .map(([more, known]) => ({ ...more, ...known })),
  ),
  toRow,
  back: (entry) => toListed(entry, {})!,
  row,
  rowHolding: (n, atMs, value) => row(n, atMs, { additionalData: value }),
  unknownWord: { row: (n, atMs) => row(n, atMs, { outcome: 'PASS' }), drift: 'outcome: PASS' },
  posted: JSON.stringify({ activityId: 'a', userId: users[0], value: 2, additionalData: { 'a.b': 1 } }),
  start: async (nowMs) => {
    const emulator = await startAWorld(nowMs && { nowMs });
    return {
      emulator,
      rows: emulator.logs,
      settings: { userIds: users, limit: 4, clientId: 'm2m', tokenUrl: '/oauth2/token' },
      secrets: { clientSecret: 'm2m-secret' },
      wrongSecrets: { clientSecret: 'wrong' },
    };
  },
};
