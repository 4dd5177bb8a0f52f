import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentHashOf } from '../../src/services/activity-logs/canonical.js';

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, shuffled(item)]),
  );
};

describe('the hash of content', () => {
  it('does not depend on the order of keys, and tells apart what differs', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        expect(contentHashOf({ one, none: undefined })).toBe(contentHashOf(shuffled({ one }) as object));
        // JSON has no negative zero, so it is compared as it travels.
        const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        expect(contentHashOf({ value: one }) === contentHashOf({ value: other })).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    [{ a: null }, {}],
    [{ a: [] }, { a: {} }],
    [{ a: ['b', 1] }, { a: { b: 1 } }],
    [{ a: { pairs: [['b', 1]] } }, { a: { b: 1 } }],
    [JSON.parse('{"__proto__":{"x":1}}') as object, {}],
    [{ a: '1' }, { a: 1 }],
  ])('tells %j from %j', (one, other) => {
    expect(contentHashOf(one)).not.toBe(contentHashOf(other));
  });
});

/** A form of JSON values in which two are the same text exactly when they are equal but for the order of keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return ['list', value.map(sorted)];
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return ['object', entries.map(([key, item]) => [key, sorted(item)])];
}
