import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ActivityLog, actionClasses, filterFields } from '../../../src/model/activity-log.js';
import { matches } from '../../../src/model/activity-log-filter.js';
import { sourceSystems } from '../../../src/model/source-system.js';
import { fromNative, toNative } from '../../../src/sources/thrive/mapping.js';
import { readRecord } from '../../../src/sources/thrive/payload.js';
import { ofTypes, typeOf } from '../../../src/sources/thrive/types.js';
import { documented, live } from './support.js';

const placed = {
  id: '0123456789abcdef01234567',
  workspaceId: '0123456789abcdef01234568',
  seq: 1,
  recordedAt: new Date(0),
  connectionId: 'c',
};
const entryOf = (native: string): ActivityLog => ({
  ...placed,
  source: 'THRIVE',
  ...fromNative(readRecord(native)!, native),
});

const hex = fc.stringMatching(/^[0-9a-f]{24}$/);
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const record = fc
  .record(
    {
      id: hex,
      user: nullable(hex),
      type: nullable(
        fc.oneof(fc.constantFrom('viewed', 'passed', 'completed', 'loggedout'), fc.string({ unit: 'binary' })),
      ),
      date: fc
        .date({ min: new Date('1971-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString()),
      name: fc.string({ unit: 'binary' }),
      contextId: nullable(hex),
      contextType: nullable(fc.constantFrom('content', 'badge')),
      data: nullable(
        fc.dictionary(
          fc.oneof(fc.string(), fc.constantFrom('__proto__', '$set', 'a.b', 'success', 'progresspercentage')),
          fc.jsonValue({ maxDepth: 3 }),
          { noNullPrototype: true },
        ),
      ),
      with: nullable(fc.jsonValue({ maxDepth: 2 })),
    },
    { requiredKeys: ['id', 'date', 'type'] },
  )
  .map((value) => JSON.stringify(value));

describe('mapping', () => {
  it('gives back every record byte for byte', () => {
    fc.assert(
      fc.property(record, (native) => {
        expect(toNative(entryOf(native), {})).toBe(native);
      }),
    );
    for (const native of [documented, ...live]) expect(toNative(entryOf(native), {})).toBe(native);
  });

  it('has well-formed text in every typed field, whatever came', () => {
    fc.assert(
      fc.property(record, (native) => {
        const { native: _native, additionalData: _data, ...typed } = entryOf(native);
        expect(findLone(typed)).toBe(false);
      }),
    );
    expect(entryOf(live[4]!).object).toEqual({
      type: 'badge',
      id: '5f9d88d6e1b2a34c56d78902',
      name: 'Lone \ufffd half',
    });
  });

  it('takes from a record what it says, and no more', () => {
    expect(entryOf(documented)).toMatchObject({
      nativeId: '60d5ec49b60b4b3a2c8f9a10',
      action: 'viewed',
      actionClass: 'VIEWED',
      occurredAtMicros: Date.parse('2020-02-12T14:58:23.621Z') * 1000,
      actor: { kind: 'USER', nativeId: '60d5ec49b60b4b3a2c8f9a11' },
      object: { type: 'content', id: '64b6f4a8c2e4a1b9d3f2c4a0' },
      additionalData: '{"data":{"source":{"source":"feed"},"duration":"3600"},"with":null}',
    });
    expect(entryOf(documented).outcome).toBeUndefined();
    const [login, progressed, failed, searched, badge, passed] = live.map(entryOf);
    expect(login).toMatchObject({ actionClass: 'AUTH', actor: { kind: 'UNKNOWN' } });
    expect(login!.object).toBeUndefined();
    expect(progressed).toMatchObject({ actionClass: 'PROGRESSED', progress: { percent: 40 } });
    expect(failed).toMatchObject({ actionClass: 'COMPLETED', outcome: 'FAILURE' });
    expect(searched).toMatchObject({ actionClass: 'SEARCH' });
    expect(badge).toMatchObject({ action: 'badgeearned', actionClass: 'OTHER' });
    expect(passed).toMatchObject({ outcome: 'SUCCESS', progress: { percent: 100 } });
  });
});

describe('types', () => {
  const words = ['viewed', 'completed', 'found', 'follow', 'login', 'loggedin', 'post', 'performed', 'deleted', 'x'];
  const entry = fc.record({
    source: fc.constantFrom(...sourceSystems),
    action: fc.constantFrom(...words),
    actionClass: fc.constantFrom(...actionClasses),
  });

  it('are filtered as they are shown', () => {
    const asked = fc.uniqueArray(fc.oneof(fc.constantFrom(...words), entry.map(typeOf)), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(entry, asked, (fields, wanted) => {
        const log: ActivityLog = { ...placed, ...fields, occurredAtMicros: 0, actor: { kind: 'UNKNOWN' }, tags: [] };
        const found = ofTypes(wanted).some((filter) => matches(filter, filterFields(log), []));
        expect(found).toBe(wanted.includes(typeOf(fields)));
      }),
      { numRuns: 2000 },
    );
  });
});

const findLone = (value: unknown): boolean =>
  typeof value === 'string'
    ? !value.isWellFormed()
    : typeof value === 'object' && value !== null && Object.values(value).some(findLone);
