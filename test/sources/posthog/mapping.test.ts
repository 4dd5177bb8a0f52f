import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { IngestedRow } from '../../../src/ingest/connector.js';
import { elementsAt } from '../../../src/ingest/json-elements.js';
import { toRow } from '../../../src/sources/posthog/rows.js';
import { idOfUuid, uuidOf } from '../../../src/sources/posthog/uuid.js';

const texts = elementsAt(readFileSync(new URL('../../fixtures/posthog/rows.json', import.meta.url), 'utf8'), [])!;
const read = (native: string): IngestedRow => {
  const row = toRow(native);
  if (typeof row === 'string') throw new Error(row);
  return row;
};
const [documented, updated, created, exported, merged, commented, newest] = texts.map(read) as [
  IngestedRow,
  ...IngestedRow[],
] & { length: 7 };
const row = (more: object): IngestedRow =>
  read(JSON.stringify({ id: 'x', created_at: '2024-03-08T12:55:02.795667Z', scope: 'Insight', ...more }));

describe('a row', () => {
  it('is an entry with its item, its changes and who did it', () => {
    expect(updated).toMatchObject({
      nativeKey: '018e1e2f-4d3b-0000-5a1c-2f6d7b8e9a01',
      entry: {
        nativeId: '018e1e2f-4d3b-0000-5a1c-2f6d7b8e9a01',
        action: 'updated',
        actionClass: 'UPDATED',
        object: { type: 'Insight', id: '4101', name: 'Weekly active learners' },
        tags: [],
      },
      actor: { kind: 'USER', nativeId: '1001', email: 'dana@example.com', name: 'Dana Demo', isEmailVerified: true },
      drift: [],
    });
    expect(JSON.parse(updated!.entry.changes!)).toEqual(JSON.parse(texts[1]!).detail.changes);
    expect(JSON.parse(updated!.entry.additionalData!)).toEqual(JSON.parse(texts[1]!).detail);
  });

  it('has its time to the microsecond', () => {
    expect(documented.entry.occurredAtMicros).toBe(Date.parse('2019-08-24T14:15:22Z') * 1000);
    expect(updated!.entry.occurredAtMicros).toBe(Date.parse('2024-03-08T12:55:02.795Z') * 1000 + 667);
    expect(exported!.entry.occurredAtMicros).toBe(Date.parse('2024-03-08T12:54:02Z') * 1000 + 1);
    expect(commented!.entry.occurredAtMicros).toBe(Date.parse('2025-11-02T07:00:00.500Z') * 1000);
    expect(newest!.entry.occurredAtMicros).toBe(Date.parse('2026-01-20T23:59:59.999Z') * 1000 + 999);
    expect(row({ created_at: '2024-03-08T12:55:02.000001' }).entry.occurredAtMicros).toBe(1_709_902_502_000_001);
  });

  it('without a user is of the system only if it says so', () => {
    expect(exported!.actor).toEqual({ kind: 'SYSTEM' });
    expect(merged!.actor).toEqual({ kind: 'UNKNOWN' });
    expect(row({ user: null, is_system: null }).actor).toEqual({ kind: 'UNKNOWN' });
    expect(documented.actor).toEqual({ kind: 'SYSTEM' });
  });

  it("vouches for an email only where PostHog has it confirmed by its owner, and joins a user's names", () => {
    expect([created, commented, newest].map((one) => one!.actor.isEmailVerified)).toEqual([false, false, true]);
    expect(created!.actor).toMatchObject({ nativeId: '1002', name: 'Ben' });
    expect(row({ user: { id: 0, first_name: '', last_name: '' } }).actor).toEqual({
      kind: 'USER',
      nativeId: '0',
      isEmailVerified: false,
    });
  });

  it('keeps the word None for an id, no id at all, and scopes and actions of another day', () => {
    expect(exported!.entry).toMatchObject({ action: 'exported for opengraph image', actionClass: 'EXPORTED' });
    expect(exported!.entry.object).toEqual({ type: 'Insight', id: 'None', name: 'Sign-up funnel' });
    expect(commented!.entry.object).toEqual({ type: 'conversations_ticket' });
    expect(merged!.entry).toMatchObject({ action: 'people_merged_into', actionClass: 'OTHER' });
    expect(row({ scope: 'Teleporter' })).toMatchObject({
      entry: { object: { type: 'Teleporter' } },
      drift: ['scope: Teleporter'],
    });
    expect(row({ activity: null, scope: null }).entry).toMatchObject({ action: 'unknown', actionClass: 'OTHER' });
    expect(row({ activity: null, scope: null }).entry.object).toBeUndefined();
  });

  it('may lack its detail, or have bad ones', () => {
    expect(commented!.entry.additionalData).toBeUndefined();
    expect(commented!.entry.changes).toBeUndefined();
    const { entry } = row({
      detail: { name: 7, changes: ['bad', null, { type: 7, action: 'changed', before: null }] },
    });
    expect(entry.object).toEqual({ type: 'Insight' });
    expect(JSON.parse(entry.changes!)).toEqual([{ action: 'changed', before: null }]);
    expect(row({ detail: 'text' }).entry.additionalData).toBe('"text"');
  });

  it('of a newer version is known, fields and all', () => {
    expect(newest).toMatchObject({ drift: [], entry: { platform: 'mcp', native: texts[6] } });
  });

  it('is the same one after its user was renamed or deleted, and not after anything else', () => {
    const fields = JSON.parse(texts[1]!) as { user: object };
    const hashOf = (more: object): string => read(JSON.stringify({ ...fields, ...more })).contentHash;
    expect(hashOf({ user: null })).toBe(updated!.contentHash);
    expect(hashOf({ user: { ...fields.user, first_name: 'Dan' }, unread: true, team_id: 1 })).toBe(
      updated!.contentHash,
    );
    for (const more of [
      { activity: 'created' },
      { item_id: '1' },
      { scope: 'X' },
      { created_at: '2024-03-08T12:55:02.795668Z' },
    ])
      expect(hashOf(more)).not.toBe(updated!.contentHash);
  });
});

describe('a UUID of ours', () => {
  it('is of version 8, the same for the same thing, and says whose it is', () => {
    const id = '65cf1a2b3c4d5e6f70819203';
    expect(uuidOf('log', id)).toBe('65cf1a2b-3c4d-85e6-8f70-8192036c6f67');
    expect(idOfUuid('log', uuidOf('log', id).toUpperCase())).toBe(id);
    expect(uuidOf('usr', id)).not.toBe(uuidOf('log', id));
    for (const other of [uuidOf('usr', id), '497f6eca-6276-4993-bfeb-53cbbbba6f08', id, '']) {
      expect(idOfUuid('log', other)).toBeUndefined();
    }
  });
});
