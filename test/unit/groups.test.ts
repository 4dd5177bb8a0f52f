import { describe, expect, it } from 'vitest';
import { groupsOf } from '../../src/base/groups.js';

function* numbers(count: number): Generator<number> {
  for (let i = 0; i < count; i += 1) yield i;
}

/** How often an array is gone through or spread while something is done. */
function walksDuring(work: () => void): number {
  const walk = Array.prototype[Symbol.iterator];
  let walks = 0;
  Array.prototype[Symbol.iterator] = function counted() {
    walks += 1;
    return walk.call(this);
  };
  try {
    work();
  } finally {
    Array.prototype[Symbol.iterator] = walk;
  }
  return walks;
}

describe('groups', () => {
  it('hold every item once, groups and items in the order in which they come', () => {
    const groups = groupsOf(['pear', 'apple', 'plum', 'avocado', 'fig'], (word) => word[0]);
    expect([...groups]).toEqual([
      ['p', ['pear', 'plum']],
      ['a', ['apple', 'avocado']],
      ['f', ['fig']],
    ]);
  });

  it('grow without being copied, so that a large one costs no more than its items', () => {
    expect(walksDuring(() => void groupsOf(numbers(1000), () => 'all'))).toBe(0);
    expect(groupsOf(numbers(1000), () => 'all').get('all')).toHaveLength(1000);
  });
});
