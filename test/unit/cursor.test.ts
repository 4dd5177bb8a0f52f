import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeFeedCursor, decodePageCursor, encodeFeedCursor, encodePageCursor } from '../../src/base/cursor.js';
import { newId } from '../../src/base/ids.js';

const workspaceId = newId();
const list = 'activityLogs:RECORDED_ASC';
/** With a good checksum, as anybody can make it. */
const forged = (text: string): string =>
  Buffer.from(createHash('sha256').update(text).digest('hex').slice(0, 8) + text).toString('base64url');

describe('cursors', () => {
  it('are read back as they were made', () => {
    const place = { workspaceId, epoch: 2, seq: 7 };
    expect(decodeFeedCursor(encodeFeedCursor(place), 'after')).toEqual(place);
    const page = { ...place, list, key: [5, 'a'] };
    expect(decodePageCursor(encodePageCursor(page), list, 'after')).toEqual(page);
  });

  it.each([
    ['no JSON', 'f1'],
    ['no list', '{"0":"f1"}'],
    ['nothing', ''],
    ['another kind', JSON.stringify(['p1', workspaceId, 1, 1, list, 1])],
    ['a number below zero', JSON.stringify(['f1', workspaceId, 1, -1])],
    ['a number too large', '["f1","x",1,1e300]'],
    ['a workspace that is none', '["f1",{"$ne":1},1,1]'],
  ])('that hold %s are unknown, also with a good checksum', (_what, text) => {
    expect(() => decodeFeedCursor(forged(text), 'atLeast')).toThrow(
      expect.objectContaining({ code: 'CURSOR_UNKNOWN', field: 'atLeast' }),
    );
  });
});
