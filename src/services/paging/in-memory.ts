import type { Bound, Span } from '../../store/keyset.js';
import type { ListSource } from './pages.js';

type Key = readonly (number | string)[];

/** A short list that is known whole, cut as one in the store would be. Its order is that of its keys. */
export function inMemory<T>(nodes: readonly T[], keyOf: (node: T) => Key): ListSource<T> {
  const sorted = [...nodes].sort((one, other) => compared(keyOf(one), keyOf(other)));
  const within = ({ after, before }: Span): T[] =>
    sorted.filter(
      (node) =>
        isBeyond(compared(keyOf(node), keyIn(after)), after) && isBeyond(compared(keyIn(before), keyOf(node)), before),
    );
  return {
    find: async ({ limit, backward, ...span }) => {
      const found = within(span);
      return backward ? found.slice(Math.max(0, found.length - limit)) : found.slice(0, limit);
    },
    exists: async (span) => within(span).length > 0,
    count: async () => sorted.length,
    keyOf,
  };
}

const keyIn = (bound: Bound | undefined): Key => (bound?.key ?? []) as Key;

const isBeyond = (order: number, bound: Bound | undefined): boolean =>
  bound === undefined || order > 0 || (order === 0 && bound.inclusive === true);

function compared(one: Key, other: Key): number {
  const at = one.findIndex((part, index) => part !== other[index]);
  if (at < 0 || other[at] === undefined) return 0;
  return one[at]! < other[at] ? -1 : 1;
}
