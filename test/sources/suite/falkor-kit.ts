import fc from 'fast-check';
import { falkorToken, startFalkor } from '../../../scripts/upstreams/falkor.js';
import { logText } from '../../../src/sources/falkor/answer.js';
import { toRow } from '../../../src/sources/falkor/rows.js';
import type { SourceKit } from './kit.js';
import { anyJson, anyObject, anySpelling, isoDate } from './payloads.js';

const states = ['not started', 'in progress', 'completed'] as const;
/** One call answers a whole pathway, so it takes several for several steps. */
const pathways = Array.from({ length: 8 }, (_, n) => ({ name: `Pathway ${n}`, type: 'pathway', ID: `EV0${n}-PATH` }));

const row = (n: number, atMs: number, more: object = {}): string => {
  const timestamp = `${new Date(atMs + 7_200_000).toISOString().slice(0, 19)}+02:00`;
  const state = states[n % 3]!;
  const progress = (n % 3) * 50;
  const activity =
    n % 2 === 0 ? { type: 'data', fulfilmentType: 'tracking' } : { type: 'story', fulfilmentType: 'complete' };
  return JSON.stringify({
    pathway: pathways[n % pathways.length],
    activity: { ID: `EVPA-${n % 2}`, name: `Activity ${n % 2}`, ...activity, required: true, level: 1 },
    log: {
      firstname: `User ${n % 5}`,
      lastname: 'One',
      email: n % 11 === 0 ? '' : `user.${n}@example.com`,
      telephone: n % 11 === 0 ? `+27 ${n}` : '',
      country: 'South Africa',
      city: 'Cape Town',
      groups: ['Group A', 'Group B'],
      status: { complete: progress === 100, progress, state, timestamp },
      fulfilment: progress === 0 ? [] : { type: 'story', state, progress, story: { ID: 'EV72', name: 'A' }, timestamp },
      ...more,
    },
  });
};

const word = fc.oneof(fc.constantFrom('', 'User', 'One', 'Cape Town'), fc.string({ unit: 'binary', maxLength: 9 }));
const anyLog = fc.record(
  {
    firstname: word,
    lastname: word,
    email: fc.oneof(fc.constantFrom('', 'User.One@example.com'), word),
    telephone: word,
    country: word,
    city: word,
    groups: fc.oneof(fc.array(word, { maxLength: 3 }), anyJson),
    status: fc
      .tuple(
        anyObject,
        fc.record({
          complete: fc.oneof(fc.boolean(), anyJson),
          progress: fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), anyJson),
          state: fc.oneof(fc.constantFrom(...states), fc.string({ maxLength: 9 })),
          timestamp: fc.oneof(isoDate, fc.constantFrom('', null, '2022-02-24T15:09:57+02:00')),
        }),
      )
      .map(([more, known]) => ({ ...more, ...known })),
    fulfilment: fc.oneof(fc.constant([]), anyObject, anyJson),
  },
  { requiredKeys: ['status'] },
);

export const falkorKit: SourceKit = {
  fixtures: ['falkor/rows.json'],
  noRows: [
    'null',
    '[]',
    '""',
    '{}',
    '{"pathway":{"ID":"a"},"activity":{"ID":"b"},"log":{}}',
    '{"pathway":{"ID":"a"},"activity":{"ID":"b"},"log":{"status":{"state":"completed"}}}',
    '{"pathway":{"ID":"a"},"activity":{"ID":""},"log":{"status":{"state":"completed","timestamp":""}}}',
  ],
  anyRow: anySpelling(
    fc.record({
      pathway: fc.record({ name: word, type: fc.constant('pathway'), ID: fc.string({ minLength: 1, maxLength: 9 }) }),
      activity: fc.record(
        {
          ID: fc.string({ minLength: 1, maxLength: 9 }),
          name: word,
          type: word,
          level: fc.nat(5),
          required: fc.boolean(),
        },
        { requiredKeys: ['ID'] },
      ),
      log: fc.tuple(anyObject, anyLog).map(([more, known]) => ({ ...more, ...known })),
    }),
  ),
  toRow: (native) => toRow(native, new Date('2026-01-01T00:00:00Z')),
  // What its façade gives back is the log item; what that is of stands around it there.
  back: ({ native }) => {
    const { log: _log, ...around } = JSON.parse(native!) as { log: object };
    return `${JSON.stringify(around).slice(0, -1)},"log":${logText(native!)}}`;
  },
  row,
  rowHolding: (n, atMs, value) => row(n, atMs, { fulfilment: value }),
  unknownWord: {
    row: (n, atMs) =>
      row(n, atMs, {
        status: { complete: false, progress: 1, state: 'paused', timestamp: new Date(atMs).toISOString() },
      }),
    drift: 'state: paused',
  },
  start: async (nowMs) => {
    const emulator = await startFalkor({ pathways: pathways.map((header) => ({ header })), ...(nowMs && { nowMs }) });
    return {
      emulator,
      rows: emulator.rows,
      settings: { pathways: pathways.map(({ ID }) => ID) },
      secrets: { token: falkorToken },
      wrongSecrets: { token: 'wrong' },
    };
  },
};
