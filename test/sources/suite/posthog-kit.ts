import fc from 'fast-check';
import { startPosthog } from '../../../scripts/upstreams/posthog.js';
import { isoOf } from '../../../src/base/instants.js';
import { toNative } from '../../../src/sources/posthog/dialect.js';
import { toRow } from '../../../src/sources/posthog/rows.js';
import type { SourceKit } from './kit.js';
import { anyJson, anyObject, anySpelling, isoDate } from './payloads.js';

const uuidOf = (n: number): string => `01890000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

/** Somebody, or in every fifth row nobody: by turns the system and one who was deleted. */
const userOf = (n: number): object | null =>
  n % 5 === 0
    ? null
    : {
        id: 100 + (n % 3),
        uuid: uuidOf(900_000 + (n % 3)),
        distinct_id: `d-${n % 3}`,
        first_name: `First${n % 3}`,
        last_name: '',
        email: `first${n % 3}@example.com`,
        is_email_verified: n % 2 === 0 ? true : null,
        hedgehog_config: null,
      };

const row = (n: number, atMs: number, more: object = {}): string =>
  JSON.stringify({
    id: uuidOf(n),
    user: userOf(n),
    unread: false,
    organization_id: uuidOf(1),
    was_impersonated: n % 2 === 0 ? false : null,
    is_system: n % 10 === 0,
    activity: ['created', 'updated', 'sharing enabled'][n % 3],
    item_id: n % 7 === 0 ? 'None' : String(n % 4),
    scope: ['Insight', 'FeatureFlag', 'Notebook'][n % 3],
    detail: n % 4 === 0 ? null : { name: `Item ${n % 4}`, changes: [{ type: 'Insight', action: 'changed', after: n }] },
    // Half of them at the very second, so that several are of one microsecond.
    created_at: isoOf(n % 4 < 2 ? Math.floor(atMs / 1000) * 1_000_000 : atMs * 1000 + 7),
    ...more,
  });

const uuid = fc.uuid();
const micros = fc.tuple(isoDate, fc.integer({ min: 0, max: 999 }), fc.constantFrom('Z', '+00:00'));
const word = fc.oneof(
  fc.constantFrom('created', 'updated', 'deleted', 'exported', 'sharing enabled', 'logged_in'),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

export const posthogKit: SourceKit = {
  fixtures: ['posthog/rows.json'],
  noRows: [
    'null',
    '[]',
    '"text"',
    '{}',
    '{"id":"x"}',
    '{"id":"x","created_at":"yesterday"}',
    '{"id":7,"created_at":"2024-03-08T12:55:02.795667Z"}',
    '{"id":"","created_at":"2024-03-08T12:55:02.795667Z"}',
  ],
  anyRow: anySpelling(
    fc
      .tuple(
        anyObject,
        fc.record(
          {
            id: uuid,
            user: fc.option(
              fc.record({
                id: fc.oneof(fc.integer({ min: 0 }), fc.constant(null)),
                uuid,
                first_name: fc.string({ unit: 'binary', maxLength: 9 }),
                email: fc.oneof(fc.emailAddress(), fc.constant(null), fc.string({ maxLength: 5 })),
                is_email_verified: fc.option(fc.boolean()),
              }),
            ),
            unread: fc.boolean(),
            organization_id: fc.option(uuid),
            team_id: fc.option(fc.integer()),
            was_impersonated: fc.option(fc.boolean()),
            is_system: fc.option(fc.boolean()),
            client: fc.option(fc.constantFrom('web', 'mcp')),
            ip_address: fc.option(fc.ipV4()),
            activity: fc.option(word),
            item_id: fc.option(fc.oneof(fc.constant('None'), fc.string({ unit: 'binary', maxLength: 12 }))),
            scope: fc.option(fc.oneof(fc.constantFrom('Insight', 'recording'), word)),
            detail: fc.oneof(
              anyJson,
              fc.record({ name: anyJson, changes: fc.oneof(anyJson, fc.array(anyObject, { maxLength: 3 })) }),
            ),
            created_at: micros.map(([date, below, zone]) =>
              date.replace('Z', `${String(below).padStart(3, '0')}${zone}`),
            ),
          },
          { requiredKeys: ['id', 'created_at'] },
        ),
      )
      .map(([more, known]) => ({ ...more, ...known })),
  ),
  toRow,
  back: (entry) => toNative(entry, undefined),
  row,
  rowHolding: (n, atMs, value) => row(n, atMs, { detail: value }),
  unknownWord: { row: (n, atMs) => row(n, atMs, { scope: 'Teleporter' }), drift: 'scope: Teleporter' },
  start: async () => {
    const emulator = await startPosthog();
    return {
      emulator,
      rows: emulator.rows,
      settings: { projectId: '1', pageSize: 5, overlapSeconds: 2 },
      secrets: { apiKey: 'phx_right' },
      wrongSecrets: { apiKey: 'phx_wrong' },
    };
  },
};
