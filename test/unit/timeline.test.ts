import { describe, expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { Timeline } from '../../src/model/timeline.js';
import { OwnersKnown } from '../../src/projections/notifications/owners-known.js';

describe('a timeline', () => {
  it('says what something was at each number', () => {
    const timeline = new Timeline<string | undefined>();
    timeline.set(3, 'a');
    timeline.set(5, undefined);
    timeline.set(7, 'a');
    timeline.set(7, 'b');
    expect([2, 3, 4, 5, 6, 7, 9].map((seq) => timeline.at(seq))).toEqual([
      ...[undefined, 'a', 'a', undefined, undefined, 'b', 'b'],
    ]);
    expect(timeline.all).toEqual(['a', undefined, 'b']);
  });

  it('does not grow where nothing changes', () => {
    const plain = new Timeline<string | undefined>();
    const lists = new Timeline<readonly string[]>((one, other) => one.join() === other.join());
    for (let seq = 1; seq <= 1000; seq += 1) {
      plain.set(seq, undefined);
      lists.set(seq, ['a', 'b']);
    }
    expect([plain.all, lists.all]).toEqual([[undefined], [['a', 'b']]]);
  });
});

describe('who owns what', () => {
  it('is known at each number, whatever is kept, given up, passed on and taken back', () => {
    const known = new OwnersKnown();
    const [ann, ben] = [newId(), newId()];
    const apply = (seq: number, set: { id: string; keys: string[] }[], removed: string[] = []) =>
      known.apply({ set, removed }, ({ keys }) => keys, seq);
    apply(1, [{ id: ann, keys: ['a', 'x'] }]);
    apply(2, [{ id: ben, keys: ['b'] }]);
    expect(apply(3, [{ id: ann, keys: ['a', 'x'] }])).toEqual([{ id: ann, before: ['a', 'x'], after: ['a', 'x'] }]);
    apply(4, [
      { id: ann, keys: ['a'] },
      { id: ben, keys: ['b', 'x'] },
    ]);
    apply(5, [
      { id: ben, keys: ['b'] },
      { id: ann, keys: ['x', 'a'] },
    ]);
    apply(6, [], [ann]);
    expect([0, 1, 2, 3, 4, 5, 6].map((seq) => known.ownerOf('x', seq))).toEqual([
      ...[undefined, ann, ann, ann, ben, ann, undefined],
    ]);
    expect([3, 4, 5, 6].map((seq) => known.keysOf(ann, seq))).toEqual([['a', 'x'], ['a'], ['x', 'a'], []]);
    expect(known.ownerOf('b', 6)).toBe(ben);
    expect(known.everyOwnerOf('x')).toEqual([ann, ben]);
  });
});
