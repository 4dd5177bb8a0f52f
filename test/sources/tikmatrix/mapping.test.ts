import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromNative, toNative } from '../../../src/sources/tikmatrix/mapping.js';
import { readBody } from '../../../src/sources/tikmatrix/payload.js';

const receivedAt = new Date('2026-01-02T03:04:05.678Z');
const read = (native: string) => ({ ...readBody(Buffer.from(native)), receivedAt });
const required = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== '');
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const extras = fc.dictionary(fc.constantFrom('$where', 'a.b', '__proto__', 'more', ''), fc.jsonValue({ maxDepth: 3 }), {
  noNullPrototype: true,
});
const row = fc
  .tuple(
    fc.record({
      platform: required,
      serial: required,
      action_type: fc.oneof(required, fc.constantFrom('post', 'follow', 'comment', 'account_warmup')),
      action_detail: optional(fc.string({ unit: 'grapheme', maxLength: 60 })),
      username: optional(fc.string({ unit: 'grapheme', maxLength: 60 })),
      timestamp: fc.integer({ min: 0, max: 8_000_000_000 }),
    }),
    extras,
  )
  .map(([known, more]) => JSON.stringify({ ...more, ...known }));

describe('mapping', () => {
  it('gives back every row as it was said, under its number', () => {
    fc.assert(
      fc.property(row, fc.integer({ min: 1 }), (native, seq) => {
        const back = toNative({ ...fromNative(read(native)), seq });
        // As text: matchers look past a key called __proto__.
        expect(JSON.stringify(back)).toBe(JSON.stringify({ id: seq, ...(JSON.parse(native) as object) }));
      }),
    );
  });

  it('gives back the documented fields from the typed fields alone', () => {
    fc.assert(
      fc.property(row, (native) => {
        const { body } = read(native);
        const back = toNative({ ...fromNative(read(native)), seq: 1, native: undefined });
        // Typed fields do not tell an empty text from none.
        const { action_detail: detail, username, ...rest } = body;
        expect(back).toEqual({
          id: 1,
          ...rest,
          ...(detail && { action_detail: detail }),
          ...(username && { username }),
        });
      }),
    );
  });

  it('takes no outcome from free words, and the class from the documented types alone', () => {
    const classOf = (action_type: string) =>
      fromNative(read(JSON.stringify({ platform: 'p', serial: 's', action_type, action_detail: 'failed' })));
    expect(classOf('post').actionClass).toBe('CREATED');
    expect(classOf('post')).not.toHaveProperty('outcome');
    expect(classOf('follow').actionClass).toBe('SOCIAL');
    expect(classOf('comment').actionClass).toBe('SOCIAL');
    expect(classOf('unfollow').actionClass).toBe('OTHER');
  });
});
