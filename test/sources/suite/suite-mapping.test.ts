import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newId } from '../../../src/base/ids.js';
import type { IngestedRow } from '../../../src/ingest/connector.js';
import { fitting } from '../../../src/ingest/fitting.js';
import { elementsAt } from '../../../src/ingest/json-elements.js';
import type { ActivityLog } from '../../../src/model/activity-log.js';
import type { SourceKit } from './kit.js';
import { sources } from './kits.js';
import { hostile } from './payloads.js';

const generated = 500;
const atMs = Date.parse('2026-01-02T03:04:05.678Z');

describe.each(sources)('$system', ({ system, kit }) => {
  const read = (native: string): IngestedRow => {
    const row = kit.toRow(native);
    if (typeof row === 'string') throw new Error(`${native}: ${row}`);
    return row;
  };
  const entryOf = (row: IngestedRow): ActivityLog =>
    ({
      ...row.entry,
      id: newId(),
      workspaceId: newId(),
      seq: 7,
      recordedAt: new Date(),
      source: system,
      connectionId: newId(),
      actor: row.actor,
    }) as ActivityLog;
  const fixtures = kit.fixtures.flatMap(
    (name) => elementsAt(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'), [])!,
  );

  it('has fixtures, and each of them comes back as it was', () => {
    expect(fixtures.length, `write test/fixtures/${kit.fixtures}: rows as the system gives them`).toBeGreaterThan(0);
    for (const native of fixtures) comesBack(kit, native, entryOf(read(native)));
  });

  it(`gives back ${generated} generated rows as they were`, () => {
    fc.assert(
      fc.property(kit.anyRow, (native) => {
        comesBack(kit, native, entryOf(read(native)));
      }),
      { numRuns: generated },
    );
  });

  it.each(hostile)('keeps %s in a payload as it came, and out of the typed fields what is no text', (_name, value) => {
    const native = withId(kit.rowHolding(1, atMs, value));
    const row = fitting(read(native));
    expect(row.entry.native).toBe(native);
    comesBack(kit, native, entryOf(row));
    for (const { value: text } of textsIn({ ...row.entry, native: undefined, additionalData: undefined })) {
      expect(text.isWellFormed()).toBe(true);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('knows a row again by its key and content, however it is spelled', () => {
    fc.assert(
      fc.property(kit.anyRow, (native) => {
        const { nativeKey, contentHash } = read(native);
        const reversed = JSON.stringify(
          Object.fromEntries(Object.entries(JSON.parse(native) as object).reverse()),
          null,
          2,
        );
        expect(read(reversed)).toMatchObject({ nativeKey, contentHash });
      }),
    );
    const [one, other] = [read(withId(kit.row(1, atMs), 1)), read(withId(kit.row(2, atMs), 2))];
    expect(one.nativeKey).not.toBe(other.nativeKey);
  });

  it('names fields and words that it does not know, and nothing of what it knows', () => {
    expect(read(withId(kit.row(1, atMs))).drift).toEqual([]);
    expect(read(withId(kit.row(1, atMs, { invented: 1, 'a.b': 2 }))).drift).toEqual(['invented', 'a.b']);
    if (kit.unknownWord) expect(read(kit.unknownWord.row(1, atMs)).drift).toContain(kit.unknownWord.drift);
  });

  it.each(kit.noRows)('says why %s is no row', (native) => {
    expect(typeof kit.toRow(native)).toBe('string');
  });

  it('reads times alike in every time zone', () => {
    const here = process.env.TZ;
    const times = ['UTC', 'Pacific/Auckland', 'America/St_Johns'].map((zone) => {
      process.env.TZ = zone;
      return [...fixtures, withId(kit.row(1, atMs))].map((native) => read(native).entry.occurredAtMicros);
    });
    if (here === undefined) delete process.env.TZ;
    else process.env.TZ = here;
    expect(times[1]).toEqual(times[0]);
    expect(times[2]).toEqual(times[0]);
    expect(times[0]!.at(-1)).toSatisfy((micros: number) => Math.abs(micros - atMs * 1000) < 1_000_000);
  });
});

/** Equal, and the stored text byte for byte. Compared as text: matchers look past a key called __proto__. */
function comesBack(kit: SourceKit, native: string, entry: ActivityLog): void {
  expect(entry.native).toBe(native);
  expect(canonical(kit.back(entry))).toBe(canonical(native));
}

const canonical = (text: string): string =>
  JSON.stringify(JSON.parse(text), (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
      : value,
  );

/** Rows that the system numbers when it stores them, as they are once it has. */
function withId(native: string, id = 1): string {
  const row = JSON.parse(native) as object;
  return 'id' in row || 'activityLogId' in row ? native : `{"id":${id},${native.slice(1)}`;
}

function textsIn(value: unknown): { value: string }[] {
  if (typeof value === 'string') return [{ value }];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}
