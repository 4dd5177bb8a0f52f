import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomes } from '../../../src/model/activity-log.js';
import {
  contentHash,
  fromNative,
  type PostedLog,
  toActivityFields,
  toNative,
} from '../../../src/sources/aworld/mapping.js';
import { readBody } from '../../../src/sources/aworld/payload.js';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
const instant = fc
  .date({ min: new Date('1700-01-01T00:00:00Z'), max: new Date('2249-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const json = fc.dictionary(
  fc.oneof(text, fc.constantFrom('$where', 'a.b', '__proto__', '')),
  fc.jsonValue({ maxDepth: 3 }),
  {
    noNullPrototype: true,
  },
);
const posted = fc
  .record({
    activityId: text,
    userId: text,
    outcome: optional(fc.constantFrom(...outcomes)),
    // JSON has no negative zero worth keeping: JSON.stringify drops its sign.
    value: optional(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
    tags: optional(fc.array(text, { maxLength: 5 })),
    additionalData: optional(json),
    activityLogId: optional(text),
    completedAt: optional(instant),
  })
  .map((body) => JSON.stringify(body));

const receivedAt = new Date('2026-01-02T03:04:05.678Z');
const read = (native: string): PostedLog => {
  const { body } = readBody(Buffer.from(native));
  return { body, native, userId: body.userId!, activityLogId: body.activityLogId ?? 'made-here', receivedAt };
};
const filledIn = (native: string): Record<string, unknown> => ({
  value: 1,
  activityLogId: 'made-here',
  completedAt: receivedAt.toISOString(),
  ...(JSON.parse(native) as Record<string, unknown>),
});

describe('mapping', () => {
  it('gives back every log as it was said, with what the server fills in', () => {
    fc.assert(
      fc.property(posted, (native) => {
        const back = toNative({ ...fromNative(read(native)), source: 'AWORLD' });
        // As text: matchers look past a key called __proto__.
        expect(sorted(back)).toBe(sorted(filledIn(native)));
      }),
    );
  });

  it('gives it back from the typed fields alone, so that rows of other systems can be shown', () => {
    fc.assert(
      fc.property(posted, (native) => {
        const entry = { ...fromNative(read(native)), native: undefined };
        const expected = filledIn(native);
        // Typed fields do not tell an empty list from none.
        if ((expected.tags as string[] | undefined)?.length === 0) delete expected.tags;
        expect(sorted(toNative({ ...entry, source: 'AWORLD' }))).toBe(sorted(expected));
      }),
    );
  });

  it('shows microseconds where there are any, also before 1970', () => {
    for (const completedAt of ['2019-08-24T14:15:22.123456Z', '1969-12-31T23:59:59.999001Z']) {
      const entry = fromNative(read(JSON.stringify({ activityId: 'a', userId: 'u', completedAt })));
      expect(toNative({ ...entry, native: undefined, source: 'AWORLD' })?.completedAt).toBe(completedAt);
    }
  });

  it('has no shape for an entry without a user or an activity', () => {
    const entry = { ...fromNative(read('{"activityId":"a","userId":"u"}')), source: 'GATEWAY' as const };
    expect(toNative(entry)).toBeDefined();
    expect(toNative({ ...entry, actor: { kind: 'SYSTEM' } })).toBeUndefined();
    expect(toNative({ ...entry, object: undefined })).toBeUndefined();
  });

  it('hashes what the caller said, not what the server filled in', () => {
    const log = read('{"activityId":"a","userId":"u"}');
    expect(contentHash({ ...log, receivedAt: new Date(0) })).toBe(contentHash(log));
    expect(contentHash(read('{"userId":"u","activityId":"a"}'))).toBe(contentHash(log));
    for (const more of ['"value":1', '"outcome":"SUCCESS"', '"tags":[]', '"completedAt":"2020-01-01T00:00:00Z"']) {
      expect(contentHash(read(`{"activityId":"a","userId":"u",${more}}`))).not.toBe(contentHash(log));
    }
  });

  it('derives ids in the form of AWorld that stay, and differ between workspaces', () => {
    const of = (workspace: string) =>
      toActivityFields(undefined, 'a', workspace, { createdAt: receivedAt, updatedAt: receivedAt });
    expect(of('1')).toEqual(of('1'));
    expect(new Set([of('1').accountId, of('1').workspaceId, of('2').accountId, of('2').workspaceId]).size).toBe(4);
  });
});

/** JSON text with the keys of every object in order. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))
      : item,
  );
}
