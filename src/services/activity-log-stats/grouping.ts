import type { Counted, StatsGroup, StatsRow, Tally } from '../../model/activity-log-stats.js';
import { plusExactly, rounded } from '../../model/exact-sum.js';

/** Rows that belong together, over all buckets. */
interface Gathered {
  readonly newest: StatsRow;
  readonly total: Tally;
  readonly buckets: ReadonlyMap<number, Tally>;
}

export interface Grouped {
  readonly groups: readonly StatsGroup[];
  /** By bucket, one for each group in their order; a bucket without entries may be missing. */
  readonly counts: ReadonlyMap<number, readonly Counted[]>;
  readonly totals: ReadonlyMap<number, Counted>;
  readonly total: Counted;
}

const nothing: Tally = { count: 0, values: 0, sum: [] };

const plus = (one: Tally, other: Tally): Tally => ({
  count: one.count + other.count,
  values: one.values + other.values,
  sum: other.sum.reduce(plusExactly, one.sum),
});

const counted = ({ count, values, sum }: Tally): Counted => ({
  count,
  sum: values === 0 ? undefined : rounded(sum),
});
export const countedNothing = counted(nothing);

/**
 * The largest groups, each by itself, and one for all the others, so that the groups together are always the whole.
 * Of equal ones those come first whose key does.
 * @param top undefined: no groups at all, only what there is by time.
 */
export function grouped(rows: readonly StatsRow[], top: number | undefined): Grouped {
  const shown =
    top === undefined
      ? []
      : largest(
          gathered(rows, ({ key }) => key),
          top,
        );
  const buckets = gathered(rows, () => '')[0]?.buckets ?? new Map<number, Tally>();
  return {
    groups: shown.map(({ newest, total }) => ({ ...newest.name, ...counted(total) })),
    counts: new Map(
      [...buckets.keys()].map((bucket) => [bucket, shown.map((one) => counted(one.buckets.get(bucket) ?? nothing))]),
    ),
    totals: new Map([...buckets].map(([bucket, tally]) => [bucket, counted(tally)])),
    total: counted([...buckets.values()].reduce(plus, nothing)),
  };
}

function gathered(rows: readonly StatsRow[], keyOf: (row: StatsRow) => string): Gathered[] {
  const groups = new Map<string, { newest: StatsRow; total: Tally; buckets: Map<number, Tally> }>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key) ?? { newest: row, total: nothing, buckets: new Map<number, Tally>() };
    if (row.seq > group.newest.seq) group.newest = row;
    group.total = plus(group.total, row);
    group.buckets.set(row.bucket, plus(group.buckets.get(row.bucket) ?? nothing, row));
    groups.set(key, group);
  }
  return [...groups.values()];
}

function largest(groups: readonly Gathered[], top: number): Gathered[] {
  const ordered = [...groups].sort(
    (one, other) => other.total.count - one.total.count || (one.newest.key < other.newest.key ? -1 : 1),
  );
  const others = ordered.slice(top);
  const [first] = others;
  if (!first) return ordered;
  const rows = others.flatMap(({ newest, buckets }) =>
    [...buckets].map(([bucket, tally]): StatsRow => ({ ...newest, ...tally, bucket })),
  );
  const [other] = gathered(rows, () => '');
  return [...ordered.slice(0, top), { ...other!, newest: { ...first.newest, name: { kind: 'OTHER' } } }];
}
